"""Metrics: what Prometheus reads at /metrics. Figures only, with labels from closed lists.

Nothing here names a person, a workspace or a text; a code that Slack sends becomes a label only
when it looks like one of its codes, and only the first so many of them do.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.domain.deliveries import Kind, State
from bot.domain.remedies import Remedy
from bot.scheduler import Pulse

disable_created_metrics()  # type: ignore[no-untyped-call] # the times at which counters were made: twice the page, and no use

MOST_LABELS = 200
"""Different values of one label: more than Slack has codes. Whatever else comes is `other`."""
OTHER = "other"
_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TICK_BUCKETS = (0.001, 0.005, 0.02, 0.1, 0.5, 1, 5, 15, 60, 300, 900)
_LATENESS_BUCKETS = (1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400)
"""Seconds. A promise of minutes is judged in the middle of these; the last are windows of days."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the store tells when it is asked; None is not known."""

    deliveries: Mapping[State, int]
    stuck: int
    held: int
    ended: int | None = None
    waiting: int | None = None


class _Labelled:
    """A counter whose label comes from outside: each value is bound once, and their number ends."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._bound: dict[str, Counter] = {}

    def inc(self, value: str) -> None:
        """Count one of this value."""
        bound = self._bound.get(value)
        (bound if bound is not None else self._bind(value)).inc()

    def _bind(self, value: str) -> Counter:
        known = len(self._bound) < MOST_LABELS and _CODE.fullmatch(value) is not None
        if not known:
            return self._counter.labels(OTHER)
        return self._bound.setdefault(value, self._counter.labels(value))


class _Present(Collector):
    """What is so at the moment of reading; what is not known is left out rather than shown as 0."""

    def __init__(self) -> None:
        self.figures: Figures | None = None
        self.pulse: Pulse | None = None

    def collect(self) -> Iterator[Metric]:
        """Prometheus's library asks this at each reading."""
        yield _one("store_up", "Whether the database answered", self.figures is not None)
        if self.figures is not None:
            yield from _of_figures(self.figures)
        if self.pulse is not None:
            yield from _of_pulse(self.pulse)


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"coach_{name}", about, value=float(value))


def _several(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"coach_{name}", about, labels=[label])
    for value, figure in values.items():
        family.add_metric([value], float(figure))
    return family


def _of_figures(figures: Figures) -> Iterator[Metric]:
    states = {state.value: figures.deliveries.get(state, 0) for state in State}
    yield _several("deliveries", "Deliveries by state", "state", states)
    yield _one("deliveries_stuck", "Rows in `sending` for over a minute", figures.stuck)
    standing = {"held": figures.held, "ended": figures.ended}
    known = {name: number for name, number in standing.items() if number is not None}
    yield _several("workspaces", "Workspaces that get nothing now", "standing", known)
    if figures.waiting is not None:
        yield _one("store_waiting", "Pieces of work that wait for the store", figures.waiting)


def _of_pulse(pulse: Pulse) -> Iterator[Metric]:
    beats = CounterMetricFamily("coach_beats", "Beats since the start", labels=["outcome"])
    beats.add_metric(["well"], pulse.beats)
    beats.add_metric(["failed"], pulse.failed)
    yield beats
    yield CounterMetricFamily(
        "coach_beats_rescued", "Beats that the watchdog began", value=pulse.rescued
    )
    yield _one("beat_failures_in_a_row", "Failed beats since a good one", pulse.failures)
    yield _one("beat_age_seconds", "Since the last beat that ended well", pulse.age)
    yield _one("beat_longest_seconds", "The longest beat so far", pulse.longest)
    yield _one("beat_still_seconds", "How long the beat under way has gone on", pulse.still)


class Instruments:
    """`bot.ports.Meter`, and what the HTTP edge shows beside it. One object for each process."""

    def __init__(self, version: str, zone_data: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        info = Info("coach", "What runs here", registry=self.registry)
        info.info({"version": version, "time_zone_data": zone_data})
        self._make_counters()
        self._present = _Present()
        self.registry.register(self._present)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"coach_{name}", about, labels, registry=self.registry)

    def _make_counters(self) -> None:
        lateness = Histogram(
            "coach_lateness_seconds",
            "Seconds between the time a delivery was due and its arrival",
            ["kind"],
            buckets=_LATENESS_BUCKETS,
            registry=self.registry,
        )
        self._lateness = {kind: lateness.labels(kind.value) for kind in Kind}
        self._ticks = Histogram(
            "coach_tick_seconds", "Ticks", buckets=_TICK_BUCKETS, registry=self.registry
        )
        posts = self._counter("posts", "Posts by what became of them", "outcome")
        self._sent, self._uncertain = posts.labels("sent"), posts.labels("uncertain")
        self._remedies = {remedy: posts.labels(remedy.value) for remedy in Remedy}
        self._limited = self._counter("slack_limited", "Posts that Slack found too fast")
        self._codes = _Labelled(self._counter("slack_codes", "Slack's codes for posts", "code"))
        self._claimed = self._counter("claimed", "Subscriptions that became deliveries")
        self._reconciled = _Labelled(
            self._counter("reconciled", "Posts in doubt, by what the history said", "outcome")
        )
        self._healed = self._counter("healed", "Second copies that were removed")
        self._skipped = _Labelled(self._counter("skipped", "Deliveries left out", "reason"))
        self._requests_refused = _Labelled(
            self._counter("requests_refused", "Requests refused", "reason")
        )

    # -- Meter --------------------------------------------------------------------------------

    def tick(self, seconds: float) -> None:
        """A tick ended after so many seconds."""
        self._ticks.observe(seconds)

    def claimed(self, count: int) -> None:
        """So many subscriptions became deliveries."""
        self._claimed.inc(count)

    def sent(self, kind: Kind, lateness: float) -> None:
        """A delivery arrived so many seconds after it was due; one that came early is on time."""
        self._sent.inc()
        self._lateness[kind].observe(max(0.0, lateness))

    def refused(self, code: str, remedy: Remedy) -> None:
        """Slack surely did not take a post."""
        self._remedies[remedy].inc()
        self._codes.inc(code)
        if code in _LIMITED:
            self._limited.inc()

    def uncertain(self, code: str) -> None:
        """A post may or may not have arrived."""
        self._uncertain.inc()
        self._codes.inc(code)

    def reconciled(self, outcome: str) -> None:
        """What Slack's history said of a post in doubt."""
        self._reconciled.inc(outcome)

    def healed(self) -> None:
        """A second copy of a delivery was removed."""
        self._healed.inc()

    def skipped(self, reason: str) -> None:
        """A delivery was left out."""
        self._skipped.inc(reason)

    # -- the edge -----------------------------------------------------------------------------

    def request_refused(self, reason: str) -> None:
        """The HTTP edge turned a request away."""
        self._requests_refused.inc(reason)

    def page(self, figures: Figures | None, pulse: Pulse | None) -> bytes:
        """Everything in Prometheus's text format.

        `figures` is None when the store does not answer: then only what this process counted
        itself is shown. `pulse` is None where no heart beats.
        """
        self._present.figures, self._present.pulse = figures, pulse
        return generate_latest(self.registry)
