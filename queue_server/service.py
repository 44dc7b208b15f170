"""One command's way through a hall: load → decide → append → acknowledge → publish.

Decisions run ahead of the disk: each applies to the state at once and rides on the next commit, and
nobody is answered or shown anything before that commit is done. When it fails, the state is loaded
again from the journal and whatever was lost of a race is decided again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

import orjson
import structlog

from queue_server.answers import FollowToken, answer, asked, same_request
from queue_server.clock import Clock
from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.calendar import Calendar, day_bounds_ms
from queue_server.domain.decide import decide
from queue_server.domain.errors import Refusal
from queue_server.domain.keeping import keeps
from queue_server.domain.rules import HallRules
from queue_server.domain.state import HallState
from queue_server.journal.chain import GENESIS, Record, link
from queue_server.journal.port import (
    Answer,
    Append,
    Journal,
    Kept,
    LedgerRefused,
    NotStored,
    SeqConflict,
    TicketRow,
)
from queue_server.loading import load_day
from queue_server.outcome import Abandoned, Outcome, Unavailable
from queue_server.presentation import Presentation
from queue_server.push import HallStreams
from queue_server.views import for_everybody, hall_view, ledger_row, ticket_view

log = structlog.get_logger()

T = TypeVar("T")
RACES_AT_MOST = 50


@dataclass(slots=True)
class _Request:
    command: c.Command
    request_id: str | None
    by: str
    also: list[asyncio.Future[Outcome]] = field(default_factory=list)  # repeats that wait for it


class HallService:
    """One hall, live. All methods run on the event loop's thread."""

    def __init__(
        self,
        journal: Journal,
        rules: HallRules,
        presentation: Presentation,
        clock: Clock,
        follow_token: FollowToken,
    ) -> None:
        self.id = rules.id
        self.presentation = presentation
        self.streams = HallStreams(rules.id, journal, clock)
        self._journal = journal
        self._rules = rules
        self._clock = clock
        self._follow_token = follow_token
        self._state = HallState()
        self._hash = GENESIS
        self._day_ends_ms = 0
        self._file_taken_in = False
        self._epoch = 0
        self._reloading = asyncio.Lock()
        self._tail: asyncio.Future[None] | None = None
        self._running: dict[str, _Request] = {}
        self._followed: dict[str, str] = {}
        self._answered_today: set[str] = set()
        self._view: tuple[tuple[int, int, int], tuple[bytes, bytes]] | None = None

    async def start(self) -> None:
        """Loads the present day, takes in the configuration and opens the day if it is new."""
        await self._load()
        await self.keep_up()

    async def keep_up(self) -> None:
        """What must happen also when nobody asks for anything: the configuration taken in, the day
        closed, those who were parked until now back in line."""
        try:
            await self._take_in_file()
        except Refusal as refused:
            log.warning("configuration_waits", hall=self.id, detail=refused.message)
        await self.execute(c.RollDay(), request_id=None, by="system")
        await self.execute(c.PassTime(), request_id=None, by="system")

    async def _take_in_file(self) -> None:
        """Once per process: two that were started with different files must not take turns."""
        if not self._file_taken_in:
            await self.execute(c.Configure(self._rules), request_id=None, by="system")
            self._file_taken_in = True

    # --- commands --------------------------------------------------------------------------

    async def execute(self, command: c.Command, *, request_id: str | None, by: str) -> Outcome:
        """Carries a command out once per `request_id`; the answer is on disk when this returns.

        Raises a Refusal (nothing changed) or Unavailable (nothing changed, the store is in
        trouble).
        """
        if request_id is not None and (known := await self._known(command, request_id)):
            return known
        request = _Request(command, request_id, by)
        if request_id is not None:
            self._running[request_id] = request
        try:
            outcome = await self._carry_out(request)
        except asyncio.CancelledError:
            # the caller went away; until its commit is done, a repeated request must find it
            self._when_settled(lambda: self._finish(request, Abandoned("abandoned")))
            raise
        except Exception as error:
            self._finish(request, error)
            raise
        self._finish(request, outcome)
        return outcome

    async def _known(self, command: c.Command, request_id: str) -> Outcome | None:
        """The answer that this request has had already, or is about to have."""
        if running := self._running.get(request_id):
            same_request(asked(running.command), command)
            waiter: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
            running.also.append(waiter)
            try:
                outcome = await waiter
            except Abandoned:
                # whoever asked first went away; what became of it is on disk, or did not happen
                return await self._stored_answer(command, request_id)
            return Outcome(outcome.body, True, outcome.events)
        if request_id in self._answered_today:
            return await self._stored_answer(command, request_id)
        return None

    async def _stored_answer(self, command: c.Command, request_id: str | None) -> Outcome | None:
        """The answer in the journal. Asked only when there may be one: today's requests are known,
        and an older one's append conflicts with its answer or is refused."""
        stored = await self._journal.find_answer(self.id, request_id) if request_id else None
        if stored is None:
            return None
        same_request(stored.command, command)
        return Outcome(stored.body, True)

    def _finish(self, request: _Request, result: Outcome | Exception) -> None:
        if request.request_id is not None:
            self._running.pop(request.request_id, None)
        for waiter in request.also:
            if waiter.done():
                continue
            if isinstance(result, Outcome):
                waiter.set_result(result)
            else:
                waiter.set_exception(result)

    def _when_settled(self, then: Callable[[], None]) -> None:
        if self._tail is None or self._tail.done():
            then()
        else:
            self._tail.add_done_callback(lambda _: then())

    async def _carry_out(self, request: _Request) -> Outcome:
        for _ in range(RACES_AT_MOST):
            if self._reloading.locked():
                async with self._reloading:
                    pass
            epoch = self._epoch
            try:
                outcome, stored = self._decide(request)
            except Refusal:
                if not await self._settled(epoch):
                    continue
                if known := await self._stored_answer(request.command, request.request_id):
                    return known
                raise
            except Exception:
                # a fault of ours between deciding and sending: what is on disk is what counts
                await self._reload(epoch)
                raise
            try:
                await stored
            except SeqConflict:
                await self._reload(epoch)
                if known := await self._stored_answer(request.command, request.request_id):
                    return known
            except (NotStored, LedgerRefused) as error:
                log.error(error.code, hall=self.id, error=str(error))
                await self._reload(epoch)
                raise Unavailable(str(error)) from error
            else:
                return outcome
        raise Unavailable("too many lost races")

    def _decide(self, request: _Request) -> tuple[Outcome, asyncio.Future[None]]:
        """Decides on the state as it is, applies that and sends it to the journal, no waiting."""
        now_ms = max(self._clock.now_ms(), self._state.last_ms)
        if now_ms >= self._day_ends_ms and self._state.rules is not None:
            self._roll_day(now_ms)
        if now_ms >= self._state.alarms.next_ms:
            self._by_itself(c.PassTime(), now_ms)
        events = decide(request.command, self._state, now_ms)
        if not events and request.request_id is not None:
            events = [e.NothingChanged(asked(request.command))]
        if not events:
            outcome = self._outcome(request, events, now_ms)
            return outcome, asyncio.shield(self._tail or _done())
        extra = {"by": request.by}
        if request.request_id is not None:
            extra["request_id"] = request.request_id
        append = self._apply(events, now_ms, extra)
        outcome = self._outcome(request, events, now_ms)
        return outcome, self._send(append, events, request, outcome)

    def _roll_day(self, now_ms: int) -> None:
        if self._by_itself(c.RollDay(), now_ms):
            self._answered_today.clear()
        self._know_day_end()

    def _by_itself(self, command: c.Command, now_ms: int) -> bool:
        """What must happen before anything else can be decided. False when nothing had to."""
        events = decide(command, self._state, now_ms)
        if events:
            system = _Request(command, None, "system")
            stored = self._send(self._apply(events, now_ms, {"by": "system"}), events, system, None)
            stored.add_done_callback(lambda done: done.exception())
        return bool(events)

    def _know_day_end(self) -> None:
        if self._state.day:
            day = date.fromisoformat(self._state.day)
            self._day_ends_ms = day_bounds_ms(self._state.known_rules.calendar, day)[1]

    def _apply(self, events: Sequence[e.Event], now_ms: int, extra: dict[str, Any]) -> Append:
        """Applies events and puts together what goes to disk for them. A ticket's row is taken
        right after its event: a new day leaves the tickets of the old one behind."""
        records: list[Record] = []
        rows: dict[str, TicketRow] = {}
        kept: list[Kept] = []
        for event in events:
            record = link(self.id, self._state.seq + 1, event, now_ms, self._hash, extra)
            apply(self._state, event, now_ms)
            self._hash = record.hash
            records.append(record)
            if isinstance(event, e.TicketIssued):
                self._followed[self._follow_token(event.ticket)] = event.ticket
            if row := ledger_row(self.id, self._state, event):
                rows.pop(row.id, None)
                rows[row.id] = row
            if change := keeps(event):
                kept.append(Kept(self.id, change.key, record.seq if change.needed else 0))
        return Append(self.id, records, list(rows.values()), None, kept)

    def _outcome(self, request: _Request, events: Sequence[e.Event], now_ms: int) -> Outcome:
        body = answer(self._state, request.command, events, now_ms, self._follow_token)
        return Outcome(orjson.dumps(body).decode(), False, tuple(x.name for x in events))

    def _send(
        self,
        append: Append,
        events: Sequence[e.Event],
        request: _Request,
        outcome: Outcome | None,
    ) -> asyncio.Future[None]:
        records, request_id = append.records, request.request_id
        if request_id is not None and outcome is not None:
            question = asked(request.command)
            given = Answer(self.id, request_id, question, outcome.body, records[-1].seq)
            append = replace(append, answer=given)
        stored = self._journal.append(append)
        # a future of the caller's own: one that goes away must not undo what is on its way to disk
        waiter = asyncio.get_running_loop().create_future()

        def committed(done: asyncio.Future[None]) -> None:
            error = done.exception()
            if error is None:
                self._committed(records, events, request.request_id)
            if not waiter.done():
                waiter.set_result(None) if error is None else waiter.set_exception(error)

        stored.add_done_callback(committed)
        self._tail = stored
        return waiter

    def _committed(
        self, records: Sequence[Record], events: Sequence[e.Event], request_id: str | None
    ) -> None:
        """Runs in the order of the journal, because futures are settled in that order."""
        if request_id is not None:
            self._answered_today.add(request_id)
        self.streams.publish(self._state.known_rules, records, events)

    # --- loading ---------------------------------------------------------------------------

    async def _load(self) -> None:
        day = await load_day(self._journal, self.id, self._follow_token)
        self._state, self._hash = day.state, day.last_hash
        self._followed, self._answered_today = day.followed, day.answered
        self._know_day_end()
        self.streams.begin_at(day.state.seq)

    async def _reload(self, epoch: int) -> None:
        """Starts again from what is stored, once for all requests that failed together."""
        async with self._reloading:
            if self._epoch != epoch:
                return
            await self._load()
            self._epoch += 1
            self._view, self._tail = None, None
            await self.streams.catch_up(self._state.known_rules)

    async def _settled(self, epoch: int) -> bool:
        """Waits until all that was decided so far is on disk; False when it had to be undone."""
        tail = self._tail
        if tail is not None and not tail.done():
            await asyncio.wait([tail])
        if tail is not None and tail.exception() is not None:
            await self._reload(epoch)
        return self._epoch == epoch

    # --- reading ---------------------------------------------------------------------------

    async def _read(self, look: Callable[[HallState, int], T]) -> T:
        """What `look` sees, once everything it saw is on disk."""
        while True:
            epoch = self._epoch
            seen = look(self._state, max(self._clock.now_ms(), self._state.last_ms))
            if await self._settled(epoch):
                return seen

    async def hall_json(self, *, for_staff: bool) -> bytes:
        """wire.Hall as JSON; computed at most once per change and second."""
        views = await self._read(self._hall_json)
        return views[0] if for_staff else views[1]

    def _hall_json(self, state: HallState, now_ms: int) -> tuple[bytes, bytes]:
        """For staff, and for everybody."""
        key = (self._epoch, state.seq, now_ms // 1000)
        if self._view is None or self._view[0] != key:
            view = hall_view(state, self.presentation, now_ms)
            self._view = (key, (orjson.dumps(view), orjson.dumps(for_everybody(view))))
        return self._view[1]

    async def ticket_json(self, ticket_id: str) -> bytes | None:
        """`{"ticket": wire.Ticket}` of a ticket of this day, or None."""

        def look(state: HallState, now_ms: int) -> bytes:
            if ticket_id not in state.tickets:
                return b""
            ticket = state.tickets[ticket_id]
            view = ticket_view(state, ticket, now_ms, self._follow_token(ticket_id))
            return orjson.dumps({"ticket": view})

        return await self._read(look) or None

    async def other_ticket_has(self, ticket_id: str, serial: int) -> bool:
        """Whether the ledger knows this id, of whatever day, as a ticket with another number."""
        row = await self._journal.find_ticket(self.id, ticket_id)
        return row is not None and row.serial != serial

    def followed_ticket(self, follow_token: str) -> str | None:
        """The ticket that a phone follows with this token."""
        return self._followed.get(follow_token)

    def can_be_called(self, number: str, window: str) -> bool:
        """Whether this number was given today and there is this window: guards announcements."""
        state = self._state
        given = any(
            number.startswith(prefix)
            and number[len(prefix) :].isdigit()
            and 1 <= int(number[len(prefix) :]) <= last
            for prefix, last in state.serials.items()
        )
        return given and window in state.known_rules.window

    def has_window(self, window: str) -> bool:
        return window in self._state.known_rules.window

    def now_ms(self) -> int:
        return self._clock.now_ms()

    def now_text(self) -> str:
        return e.instant_text(self._clock.now_ms())

    @property
    def calendar(self) -> Calendar:
        return self._state.known_rules.calendar

    @property
    def waiting(self) -> int:
        return len(self._state.line)

    async def journal_page(self, after: int, limit: int) -> Sequence[Record]:
        return await self._journal.read(self.id, after, limit)

    def stream(
        self, after: int | None, events: frozenset[str] | None, heartbeat_s: float
    ) -> AsyncIterator[bytes]:
        """Server-Sent Events frames after seq `after` (None: from now), with heartbeats."""
        return self.streams.frames(self._state.known_rules, after, events, heartbeat_s)


def _done() -> asyncio.Future[None]:
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done
