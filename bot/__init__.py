"""AI PM Coach: a Slack app that coaches people who want to become AI product managers."""

import zoneinfo

# The pinned `tzdata` package decides, not whatever the system carries: every installation then
# computes the same dates.
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()

__version__ = "0.1.0"
