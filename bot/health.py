"""Health in plain words: whether a part of the program is well, and what to do when it is not."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field

from bot.scheduler import Pulse

Fact = float | int | str | bool | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found on looking at one part. `facts` are figures for whoever looks closer."""

    well: bool
    words: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Probe:
    """One part that readiness rests on, and how to look at it. Looking never raises."""

    name: str
    look: Callable[[], Awaitable[Finding]]


def of_store(answers: bool) -> Finding:
    """The database."""
    if answers:
        return Finding(True, "The database answers.")
    return Finding(
        False,
        "The database does not answer in time. Nothing that was acknowledged is lost, and what is "
        "due is sent when it answers again. Look at DATABASE_URL, the disk and the database's log.",
    )


def of_socket(connected: bool) -> Finding:
    """The connection over which Slack's events come in."""
    if connected:
        return Finding(True, "Slack's events arrive over Socket Mode.")
    return Finding(
        False,
        "Not connected to Slack: commands and clicks get no answer. It is tried again by itself. "
        "When it lasts for minutes, look at the network and at SLACK_APP_TOKEN.",
    )


def of_pulse(pulse: Pulse) -> Finding:
    """The dispatcher, by the heart that drives it."""
    facts = {
        name: round(value, 3) if isinstance(value, float) else value
        for name, value in asdict(pulse).items()
    }
    return Finding(pulse.well, _pulse_words(pulse), facts)


def heart_probe(pulse: Callable[[], Pulse]) -> Probe:
    """Look at the dispatcher."""

    async def look() -> Finding:
        return of_pulse(pulse())

    return Probe("dispatcher", look)


def socket_probe(connected: Callable[[], Awaitable[bool]]) -> Probe:
    """Look at Socket Mode's connection."""

    async def look() -> Finding:
        return of_socket(await connected())

    return Probe("socket", look)


def _pulse_words(pulse: Pulse) -> str:
    if pulse.hangs:
        return (
            f"The look for due messages that is under way has gone on for {pulse.still:.0f} s. "
            "Nothing is lost. Restart the program: what was being sent is looked up in Slack first."
        )
    if pulse.stands:
        return (
            f"Nobody has looked for due messages for {pulse.age:.0f} s. Nothing is lost. "
            "Restart the program; what is late and still worth sending is sent then."
        )
    if pulse.failures:
        return _failing(pulse)
    if not pulse.beats:
        return "Due messages are being looked for; the first look has not ended yet."
    return f"Due messages are looked for; the last look ended {pulse.age:.1f} s ago."


def _failing(pulse: Pulse) -> str:
    times = "time" if pulse.failures == 1 else "times"
    what = f"Looking for due messages failed {pulse.failures} {times} in a row"
    rest = "Nothing is lost, and it is tried again by itself."
    if pulse.well:
        return f"{what} ({pulse.last_error}). {rest}"
    return f"{what} ({pulse.last_error}). {rest} The log says why, at beat_failed."
