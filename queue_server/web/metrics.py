"""Prometheus metrics of this process."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from queue_server.halls import Halls
from queue_server.journal.sqlite import SqliteDatabase


class Metrics:
    """Counts events as they are answered; reads the rest when asked."""

    def __init__(self, halls: Halls, database: SqliteDatabase) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self._halls = halls
        self._database = database
        tickets = Counter(
            "hall_tickets", "Requests for a number", ["hall", "outcome"], registry=registry
        )
        self._tickets = {
            (hall.id, new): tickets.labels(hall.id, "new" if new else "known")
            for hall in halls
            for new in (True, False)
        }
        self._waiting = Gauge("hall_waiting", "People waiting", ["hall"], registry=registry)
        self._streams = Gauge("hall_streams", "Event streams", ["hall"], registry=registry)
        self._seq = Gauge("hall_journal_seq", "Last pushed event", ["hall"], registry=registry)
        self._commits = Gauge("hall_commits", "Transactions written", registry=registry)
        self._seconds = Gauge("hall_commit_seconds", "Time spent writing", registry=registry)

    def issued(self, hall: str, new: bool) -> None:
        self._tickets[hall, new].inc()

    def text(self) -> bytes:
        for hall in self._halls:
            self._waiting.labels(hall.id).set(hall.waiting)
            self._streams.labels(hall.id).set(len(hall.streams))
            self._seq.labels(hall.id).set(hall.streams.seq)
        self._commits.set(self._database.writer.commits)
        self._seconds.set(self._database.writer.commit_seconds)
        return generate_latest(self._registry)
