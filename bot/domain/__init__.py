"""The coaching rules: pure functions and frozen values, no Slack, SQL, clock or files."""
