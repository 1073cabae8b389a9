"""Everything that knows Slack: what arrives, what is shown, what is sent."""
