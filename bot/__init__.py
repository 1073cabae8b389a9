"""AI PM Coach: a Slack app that coaches people who want to become AI product managers."""

__version__ = "0.1.0"
