"""Faults: which calls of the app go wrong, how, and how often; and a limit as the platform's."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.playground.hosting import PlaygroundProblem
from bot.playground.model import Json

EVERY = "*"
"""In place of a method's name: all calls of the app, answers at response_url among them."""
RESPONSE_URL = "response_url"
"""In place of a method's name: what the app posts to a response_url."""


class Kind(StrEnum):
    """What goes wrong."""

    RATELIMITED = "ratelimited"
    """HTTP 429, with `retry_after` seconds to wait, or with no such header when it is null."""
    SERVER_ERROR = "5xx"
    """The answer has the HTTP `status` and is not JSON."""
    HTML = "html"
    """The answer has the HTTP `status`, 200 unless given, and is a page of HTML."""
    TRUNCATED = "truncated"
    """The answer is HTTP 200 with the first half of its JSON."""
    ERROR = "error"
    """The answer is `ok: false` with this `error`."""
    DROP_AFTER_ACCEPT = "drop_after_accept"
    """The call is carried out; the connection ends without an answer."""
    LATE_ARRIVAL = "late_arrival"
    """The connection ends at once; the call is carried out `seconds` later."""
    SLOW = "slow"
    """The call is carried out at once and answered `seconds` later."""
    DISCONNECT = "disconnect"
    """The connection ends; the call is never carried out."""
    SILENT_SOCKET = "silent_socket"
    """Socket Mode goes quiet and stays open: nothing is sent, pings are not answered."""
    LIMIT = "limit"
    """More than `per_minute` calls, `burst` of them at once, are answered with HTTP 429."""


_ANY_CALL: Json = {"times": None, "after": 0, "share": 1.0, "seed": 0}
OPTIONS: dict[Kind, Json] = {
    Kind.RATELIMITED: {**_ANY_CALL, "retry_after": 30},
    Kind.SERVER_ERROR: {**_ANY_CALL, "status": 503, "carried_out": False},
    Kind.HTML: {**_ANY_CALL, "status": 200, "carried_out": False},
    Kind.TRUNCATED: _ANY_CALL,
    Kind.ERROR: {**_ANY_CALL, "error": "internal_error", "carried_out": False},
    Kind.DROP_AFTER_ACCEPT: _ANY_CALL,
    Kind.LATE_ARRIVAL: {**_ANY_CALL, "seconds": 5.0},
    Kind.SLOW: {**_ANY_CALL, "seconds": 5.0},
    Kind.DISCONNECT: _ANY_CALL,
    Kind.SILENT_SOCKET: {"times": 0},
    Kind.LIMIT: {"per_minute": 525, "burst": None},
}
"""Kind -> the options it takes, with what they are when they are not given."""

_WHOLE = "a whole number from {} to {}"
_BOUNDS: dict[str, tuple[int, int]] = {
    "times": (1, 1_000_000),
    "after": (0, 1_000_000),
    "seed": (0, 2**32),
    "status": (200, 599),
    "retry_after": (0, 86_400),
    "per_minute": (1, 1_000_000),
    "burst": (1, 1_000_000),
}
_NULLABLE = frozenset(("times", "retry_after", "burst"))
_LONGEST_SECONDS = 7 * 86_400


@dataclass(frozen=True)
class Fault:
    """One fault as it was asked for. `options` holds a value for everything its kind takes."""

    id: str
    method: str
    kind: Kind
    options: Json


@dataclass
class _Armed:
    """A fault that waits for calls, and what it did so far."""

    fault: Fault
    passed: int = 0
    hits: int = 0
    chance: random.Random = field(default_factory=random.Random)

    @property
    def left(self) -> int | None:
        """How many calls it still strikes; None for all."""
        times: int | None = self.fault.options.get("times")
        return None if times is None else times - self.hits

    def strikes(self) -> bool:
        """Whether it strikes this call, which counts as seen."""
        if self.passed < self.fault.options["after"]:
            self.passed += 1
            return False
        if self.chance.random() >= self.fault.options["share"]:
            return False
        self.hits += 1
        return True


@dataclass
class _Limit:
    """A token bucket for each token that calls; time is the playground's."""

    fault: Fault
    hits: int = 0
    buckets: dict[str, tuple[float, datetime]] = field(default_factory=dict)

    def wait(self, token: str, now: datetime) -> int:
        """Whole seconds until a call is taken, 0 when this one is."""
        rate = self.fault.options["per_minute"] / 60
        burst = self.fault.options["burst"] or math.ceil(rate)
        held, since = self.buckets.get(token, (float(burst), now))
        held = min(float(burst), held + max(0.0, (now - since).total_seconds()) * rate)
        taken = held >= 1
        self.buckets[token] = (held - 1 if taken else held, now)
        if taken:
            return 0
        self.hits += 1
        seconds: int = math.ceil((1 - held) / rate)
        return max(1, seconds)


class Faults:
    """The faults of one playground, in the order in which they were set."""

    def __init__(self, methods: frozenset[str]) -> None:
        self._methods = methods | {RESPONSE_URL, EVERY}
        self._armed: list[_Armed] = []
        self._limits: list[_Limit] = []
        self._given = 0

    def add(self, body: Json) -> Fault:
        """Set a fault as a body asks for it. Raises PlaygroundProblem for what can't be meant."""
        kind = _kind(body)
        socket = kind is Kind.SILENT_SOCKET
        method = EVERY if socket else self._method(body)
        self._given += 1
        fault = Fault(f"F{self._given}", method, kind, _options(kind, body))
        if kind is Kind.LIMIT:
            self._limits = [each for each in self._limits if each.fault.method != method]
            self._limits.append(_Limit(fault))
        elif not socket:
            # Reproducible misfortune, not a secret.
            chance = random.Random(fault.options["seed"])  # noqa: S311
            self._armed.append(_Armed(fault, chance=chance))
        return fault

    def _method(self, body: Json) -> str:
        method = body.get("method", EVERY)
        if method not in self._methods:
            known = ", ".join(sorted(self._methods))
            raise PlaygroundProblem(f'There is no method "{method}". Send one of: {known}.')
        return str(method)

    def clear(self, name: str | None = None) -> None:
        """End all faults, or the one with this id; what is under way goes on."""
        self._armed = [each for each in self._armed if name not in (None, each.fault.id)]
        self._limits = [each for each in self._limits if name not in (None, each.fault.id)]

    def wait(self, method: str, token: str, now: datetime) -> int:
        """Whole seconds that the limits make a call wait, 0 when it is taken."""
        fitting = (each for each in self._limits if each.fault.method in (method, EVERY))
        return max((each.wait(token, now) for each in fitting), default=0)

    def strike(self, method: str) -> Fault | None:
        """Give the fault that this call meets, None when it is served as usual."""
        for each in self._armed:
            if each.fault.method in (method, EVERY) and each.strikes():
                if each.left == 0:
                    self._armed.remove(each)
                return each.fault
        return None

    def shown(self) -> list[Json]:
        """Give all faults that are set, with how many calls they struck and will strike."""
        armed = [_shown(each.fault, each.hits, each.left) for each in self._armed]
        return armed + [_shown(each.fault, each.hits, None) for each in self._limits]


def _shown(fault: Fault, hits: int, left: int | None) -> Json:
    named = {"id": fault.id, "method": fault.method, "kind": fault.kind.value}
    return {**named, **fault.options, "hits": hits, "left": left}


def _kind(body: Json) -> Kind:
    try:
        return Kind(body.get("kind", ""))
    except ValueError:
        known = ", ".join(Kind)
        raise PlaygroundProblem(
            f'There is no kind of fault "{body.get("kind")}". Send one of: {known}; '
            'or {"clear": true} to end all faults.'
        ) from None


def _options(kind: Kind, body: Json) -> Json:
    known = OPTIONS[kind]
    given = {name: value for name, value in body.items() if name not in ("method", "kind")}
    strange = sorted(set(given) - set(known))
    if strange:
        raise PlaygroundProblem(
            f'"{strange[0]}" means nothing to {kind.value}. It takes: {", ".join(known)}.'
        )
    for name, value in given.items():
        wanted = _wanted(name, value)
        if wanted:
            raise PlaygroundProblem(f'"{name}" can\'t be {value!r}. Send {wanted}.')
    return {**known, **given}


def _wanted(name: str, value: object) -> str | None:
    """Say what an option must be when it is something else."""
    if name == "error":
        fits, wanted = isinstance(value, str) and bool(value), "the name of an error"
    elif name == "carried_out":
        fits, wanted = isinstance(value, bool), "true or false"
    elif name in _BOUNDS:
        low, high = _BOUNDS[name]
        whole = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        fits, wanted = whole or (value is None and name in _NULLABLE), _WHOLE.format(low, high)
    else:
        most = 1 if name == "share" else _LONGEST_SECONDS
        number = isinstance(value, int | float) and not isinstance(value, bool)
        fits = number and 0 <= float(str(value)) <= most
        wanted = f"a number from 0 to {most}"
    return None if fits else wanted
