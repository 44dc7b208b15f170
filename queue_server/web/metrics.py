"""Prometheus metrics of this process."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from queue_server.clock_guard import ClockGuard
from queue_server.halls import Halls
from queue_server.journal.port import Writer

# A process that serves more halls tells sums instead: a row per hall of a city would drown its
# supervisor, and the halls' own boards show each.
HALLS_SHOWN = 50
TOGETHER = "all"


class DeviceMetrics:
    """What devices told last, each with the instant, so that one that fell silent is seen."""

    _FIGURES: Mapping[str, str] = {
        "tickets_left": "Tickets that the roll still holds, about",
        "successes": "Things done since the kiosk started",
        "errors": "Errors since the kiosk started",
    }

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ["hall", "device", "kind"]
        self._state = Gauge(
            "hall_device_state", "1 for the state a device told", [*labels, "state"],
            registry=registry,
        )  # fmt: skip
        self._reported = Gauge(
            "hall_device_reported_timestamp_seconds", "When it told", labels, registry=registry
        )
        self._figures = {
            name: Gauge(f"hall_device_{name}", text, labels, registry=registry)
            for name, text in self._FIGURES.items()
        }
        self._states: dict[tuple[str, str, str], str] = {}

    def reported(
        self, device: tuple[str, str, str], state: str, figures: Mapping[str, str | int]
    ) -> None:
        if (before := self._states.get(device, state)) != state:
            self._state.remove(*device, before)
        self._states[device] = state
        self._state.labels(*device, state).set(1)
        self._reported.labels(*device).set_to_current_time()
        for name, gauge in self._figures.items():
            self._figure(gauge, device, figures.get(name))

    def _figure(self, gauge: Gauge, device: tuple[str, str, str], value: str | int | None) -> None:
        """What is not known any more is not told any more."""
        if isinstance(value, int):
            gauge.labels(*device).set(value)
        else:
            gauge.remove(*device)


class Metrics:
    """Counts events as they are answered; reads the rest when asked."""

    def __init__(self, halls: Halls, writer: Writer, guard: ClockGuard | None = None) -> None:
        """guard: where the database may have another machine's clock."""
        registry = CollectorRegistry()
        self._registry = registry
        self._halls = halls
        self._writer = writer
        self._each = len(halls.ids) <= HALLS_SHOWN
        self._tickets = Counter(
            "hall_tickets", "Requests for a number", ["hall", "outcome"], registry=registry
        )
        names = halls.ids if self._each else (TOGETHER,)
        self._issued = {
            (name, new): self._tickets.labels(name, "new" if new else "known")
            for name in names
            for new in (True, False)
        }
        self._waiting = Gauge("hall_waiting", "People waiting", ["hall"], registry=registry)
        self._streams = Gauge("hall_streams", "Event streams", ["hall"], registry=registry)
        self._seq = Gauge("hall_journal_seq", "Last pushed event", ["hall"], registry=registry)
        self._loaded = Gauge("hall_loaded", "Halls in memory", registry=registry)
        self._served = Gauge("hall_served", "Halls served", registry=registry)
        self._commits = Gauge("hall_commits", "Transactions written", registry=registry)
        self._seconds = Gauge("hall_commit_seconds", "Time spent writing", registry=registry)
        self._guard = guard
        clock = Gauge("hall_clock_off_seconds", "Ahead of the right time", registry=registry)
        clock.set_function(self._clock_off_s)
        self._devices = DeviceMetrics(registry)

    def _clock_off_s(self) -> float:
        """Against the database's clock where there is one; else the hall that is furthest off."""
        if self._guard is not None and self._guard.off_s:
            return self._guard.off_s
        return max((hall.day.clock_off_s for hall in self._halls), key=abs, default=0.0)

    def device(
        self, hall: str, device: str, kind: str, state: str, figures: Mapping[str, str | int]
    ) -> None:
        if self._each:
            self._devices.reported((hall, device, kind), state, figures)

    def issued(self, hall: str, new: bool) -> None:
        self._issued[hall if self._each else TOGETHER, new].inc()

    def text(self) -> bytes:
        if self._each:
            for hall in self._halls:
                self._waiting.labels(hall.id).set(hall.waiting)
                self._streams.labels(hall.id).set(len(hall.streams))
                self._seq.labels(hall.id).set(hall.streams.seq)
        else:
            self._waiting.labels(TOGETHER).set(sum(hall.waiting for hall in self._halls))
            self._streams.labels(TOGETHER).set(sum(len(hall.streams) for hall in self._halls))
        self._loaded.set(len(self._halls))
        self._served.set(len(self._halls.ids))
        self._commits.set(self._writer.commits)
        self._seconds.set(self._writer.commit_seconds)
        return generate_latest(self._registry)
