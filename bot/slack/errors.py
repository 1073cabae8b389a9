"""What Slack's error codes mean for a message that was to be sent.

Source of the codes: the method pages of Slack's Web API, as of August 2026.
"""

WAIT = {
    "ratelimited": 30.0,
    "rate_limited": 30.0,
    "message_limit_exceeded": 3_600.0,
    "team_added_to_org": 3_600.0,
    "external_channel_migrating": 3_600.0,
    "org_login_required": 3_600.0,
}
"""Not sent and worth another try: seconds to wait when Slack does not say how long."""

UNCERTAIN = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout"})
"""Slack failed on the way: the message may stand in the channel all the same."""
