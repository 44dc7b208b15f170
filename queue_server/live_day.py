"""A hall's present day in memory, and how it follows the journal.

The state runs ahead of the disk by what is under way. What other processes append is taken in as
soon as it is heard of; when something of our own was not stored, the day is loaded again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import structlog

from queue_server.answers import FollowToken
from queue_server.clock import SLEW_S, Clock
from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.calendar import day_bounds_ms
from queue_server.domain.keeping import keeps
from queue_server.domain.state import HallState
from queue_server.journal.chain import ANSWER_KEY, GENESIS, Record, answer_digest, link
from queue_server.journal.port import Answer, Append, Journal, JournalError, Kept, TicketRow
from queue_server.loading import AS_USUAL, Loading, load_day, request_id_of
from queue_server.outcome import Unavailable
from queue_server.push import HallStreams
from queue_server.views.ledger_rows import ledger_row

log = structlog.get_logger()

PAGE = 500
# After somebody else appended to the hall, decisions are made in turns for this long.
SHARED_FOR_S = 10.0
# When the journal cannot be read: nobody tries again before this has passed.
RETRY_AFTER_S = 1.0


@dataclass(slots=True)
class Taken:
    """Events that were applied together at one instant, behind the record `after`; rows: of the
    tickets they touched."""

    events: Sequence[e.Event]
    at_ms: int
    after: int
    rows: dict[str, TicketRow] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)


class LiveDay:
    """state: as decided; epoch: counts how often it had to be loaded again; tail: the last append
    that was sent; answered: ids of the requests answered this day; unproved: the record up to which
    a snapshot was believed, 0 when all were read."""

    def __init__(
        self,
        hall: str,
        journal: Journal,
        clock: Clock,
        follow_token: FollowToken,
        how: Loading = AS_USUAL,
    ) -> None:
        self.state = HallState()
        self.streams = HallStreams(hall, journal, clock)
        self.answered: set[str] = set()
        self.followed: dict[str, str] = {}
        self.epoch = 0
        self.unproved = 0
        self.ends_ms = 0
        self.tail: asyncio.Future[None] | None = None
        self._clock = clock
        self._hall, self._journal, self._follow_token = hall, journal, follow_token
        self._how = how
        self._hash = GENESIS
        self._following = asyncio.Lock()
        self._catching: asyncio.Task[None] | None = None
        self._heard_of = 0
        self._shared_until_s = 0.0
        self._astray = False  # what is in memory is not what is stored
        self._retry_at_s = 0.0

    @property
    def clock_off_s(self) -> float:
        """How far the hall's time is off as far as is known; 0.0 while nobody need know."""
        return self._clock.off_s()

    # --- our own events ----------------------------------------------------------------------

    def take(self, events: Sequence[e.Event], now_ms: int) -> Taken:
        """Applies events. A ticket's row is taken right after its event: a new day leaves the
        tickets of the old one behind. Write them before anything else is taken."""
        taken = Taken(events, now_ms, self.state.seq)
        for event in events:
            self._apply(event, now_ms)
            if row := ledger_row(self._hall, self.state, event):
                taken.rows.pop(row.id, None)
                taken.rows[row.id] = row
            if change := keeps(event):
                seq = self.state.seq if change.needed else 0
                taken.kept.append(Kept(self._hall, change.key, seq))
        return taken

    def written(self, taken: Taken, by: str, answer: Answer | None = None) -> Append:
        """What goes to disk for them. The last record carries a digest of the answer, so that the
        chain proves what the request was told."""
        extra = {"by": by}
        if answer is not None:
            extra["request_id"] = answer.request_id
        records: list[Record] = []
        for seq, event in enumerate(taken.events, taken.after + 1):
            if answer is not None and seq == answer.seq:
                extra[ANSWER_KEY] = answer_digest(answer.command, answer.body)
            record = link(self._hall, seq, event, taken.at_ms, self._hash, extra)
            self._hash = record.hash
            records.append(record)
        return Append(self._hall, records, list(taken.rows.values()), answer, taken.kept)

    def stored(
        self, records: Sequence[Record], events: Sequence[e.Event], request_id: str | None
    ) -> None:
        """Call it in the order of the journal."""
        if request_id is not None:
            self.answered.add(request_id)
        self.streams.publish(self.state.known_rules, records, events)

    def _apply(self, event: e.Event, at_ms: int) -> None:
        apply(self.state, event, at_ms)
        if isinstance(event, e.TicketIssued):
            self.followed[self._follow_token(event.ticket)] = event.ticket
        if isinstance(event, e.DayOpened | e.HallConfigured):
            self._know_end()
        if isinstance(event, e.DayOpened):
            self.answered.clear()
            self.followed.clear()

    def _know_end(self) -> None:
        if self.state.day and self.state.rules is not None:
            day = date.fromisoformat(self.state.day)
            self.ends_ms = day_bounds_ms(self.state.rules.calendar, day)[1]

    # --- loading -----------------------------------------------------------------------------

    async def start(self) -> None:
        """Loads the day and listens from then on. Raises JournalError."""
        await self._load()
        self._journal.watch(self._hall, self._heard)

    async def _load(self) -> None:
        day = await load_day(self._journal, self._hall, self._follow_token, self._how)
        day.state.outlook = self.state.outlook
        self.state, self._hash = day.state, day.last_hash
        self.followed, self.answered, self.unproved = day.followed, day.answered, day.snapshot
        self._know_end()
        self.streams.begin_at(day.state.seq)
        if (behind_s := self._clock.reach(day.state.last_ms)) > SLEW_S:
            # waits, parkings and pauses between calls go on from there; times of day are wrong
            log.error("clock_behind_journal", hall=self._hall, behind_s=round(behind_s, 1))

    async def ready(self) -> None:
        """Returns once the state can be decided on. Raises Unavailable."""
        if self._following.locked():
            async with self._following:
                pass
        if self._astray:
            await self.reload(self.epoch)

    async def reload(self, epoch: int) -> None:
        """Starts again from what is stored, once for all requests that failed together. Raises
        Unavailable."""
        async with self._following:
            if self.epoch == epoch:
                await self._reload()

    async def _reload(self) -> None:
        self._astray = True
        if time.monotonic() < self._retry_at_s:
            raise Unavailable("the journal could not be read a moment ago")
        try:
            await self._load()
            await self.streams.catch_up(self.state.known_rules)
            self.epoch += 1
            self.tail, self._astray = None, False
        except JournalError as error:
            self._retry_at_s = time.monotonic() + RETRY_AFTER_S
            raise Unavailable(str(error)) from error

    async def settled(self, epoch: int) -> bool:
        """Waits until all that was decided so far is on disk; False when it had to be undone.
        Raises Unavailable."""
        tail = self.tail
        if tail is not None and not tail.done():
            await asyncio.wait([tail])
        if self._astray or (tail is not None and tail.exception() is not None):
            await self.reload(epoch)
        return self.epoch == epoch

    # --- what others appended ------------------------------------------------------------------

    @property
    def is_shared(self) -> bool:
        """Whether others append to this hall too, just now."""
        return time.monotonic() < self._shared_until_s

    def lost_a_race(self) -> None:
        self._shared_until_s = time.monotonic() + SHARED_FOR_S

    def _heard(self, seq: int) -> None:
        """From the journal: it has reached `seq`."""
        self._heard_of = max(self._heard_of, seq)
        if self._behind and (self._catching is None or self._catching.done()):
            self._catching = asyncio.get_running_loop().create_task(self._catch_up_quietly())

    @property
    def _behind(self) -> bool:
        return self._lost or self.state.seq < self._heard_of

    @property
    def _lost(self) -> bool:
        """Whether something of our own was not stored, so that the state is no use."""
        tail = self.tail
        return self._astray or (tail is not None and tail.done() and tail.exception() is not None)

    async def _catch_up_quietly(self) -> None:
        try:
            while self._behind:
                before = (self.epoch, self.state.seq)
                await (self.reload(self.epoch) if self._lost else self.catch_up())
                if (self.epoch, self.state.seq) == before and not self._lost:
                    return
        except (JournalError, Unavailable) as error:
            # the journal will say again how far it has come
            log.warning("not_caught_up", hall=self._hall, error=str(error))

    async def is_behind(self) -> bool:
        """Whether the journal has come further than the state; takes it in then. Raises
        Unavailable."""
        if not self._journal.shared:
            return False
        try:
            if (await self._journal.last(self._hall))[0] <= self.state.seq:
                return False
            self.lost_a_race()
            await self.catch_up()
        except JournalError as error:
            raise Unavailable(str(error)) from error
        return True

    async def catch_up(self) -> None:
        """Takes in what others appended. Meanwhile nothing is decided."""
        async with self._following:
            while await self._take_in_page():
                pass

    async def reach(self, seq: int, last_hash: str) -> None:
        """Brings the state to where the journal ends, with nothing of our own under way."""
        async with self._following:
            while self.state.seq < seq and await self._take_in_page():
                pass
            if (self.state.seq, self._hash) != (seq, last_hash):
                await self._reload()

    async def _take_in_page(self) -> bool:
        """False when that was all, or what is there does not follow our state."""
        if self.tail is not None and not self.tail.done():
            await asyncio.wait([self.tail])
        seq = self.state.seq
        records = await self._journal.read(self._hall, seq, PAGE)
        if not records or self.state.seq != seq:
            return False  # or our own was sent meanwhile: should it fail, the day is loaded again
        if records[0].prev_hash != self._hash:
            self._astray = True
            return False
        self._take_in(records)
        return len(records) == PAGE

    def _take_in(self, records: Sequence[Record]) -> None:
        self.lost_a_race()
        events = [record.to_event() for record in records]
        for record, event in zip(records, events, strict=True):
            self._apply(event, record.at_ms())
            self._hash = record.hash
            if request_id := request_id_of(record):
                self.answered.add(request_id)
        self._clock.reach(self.state.last_ms)
        self.streams.publish(self.state.known_rules, records, events)
