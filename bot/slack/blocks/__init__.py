"""Screens: pure functions that turn results into Slack's plain dicts."""
