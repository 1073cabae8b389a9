"""Logs: one line an event, as text or JSON, to standard error; never a message text or a token."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

QUIET = ("slack_sdk", "aiohttp.access", "alembic")
"""Libraries whose routine lines, and whose debug lines with payloads, stay out of the log."""

SILENT = ("slack_bolt", "apscheduler")
"""Bolt warns of choices that this program makes on purpose, APScheduler of every beat that is
left out because the one before it still goes on."""

_SECRET = re.compile(r"xox[a-z]-[\w-]+|xapp-[\w-]+|wss://\S+|https://hooks\.slack\.com/\S+")


def redact(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take tokens and addresses that act like tokens out of an event, wherever they stand."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _SECRET.sub("[redacted]", value)
    return event


def configure(level: str, style: str) -> None:
    """Send our own events and those of the libraries through one formatter."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_endings(style),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.ERROR)


def _endings(style: str) -> list[structlog.typing.Processor]:
    if style == "json":
        return [structlog.processors.format_exc_info, redact, structlog.processors.JSONRenderer()]
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    return [structlog.processors.format_exc_info, redact, console]
