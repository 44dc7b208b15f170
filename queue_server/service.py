"""One command's way through a hall: load → decide → append → acknowledge → publish.

Decisions run ahead of the disk: each applies to the state at once and rides on the next commit, and
nobody is answered or shown anything before that commit is done. When it fails, the state is loaded
again from the journal and whatever was lost of a race is decided again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson
import structlog

from queue_server.answers import FollowToken, answer, asked, same_request
from queue_server.clock import Clock
from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.calendar import Calendar
from queue_server.domain.content import TakeInContent, Thing
from queue_server.domain.decide import decide
from queue_server.domain.errors import Refusal
from queue_server.domain.numbers import is_given
from queue_server.domain.rules import HallRules
from queue_server.domain.state import HallState
from queue_server.journal.chain import Record
from queue_server.journal.port import (
    Answer,
    Append,
    Journal,
    LedgerRefused,
    NotStored,
    SeqConflict,
)
from queue_server.live_day import LiveDay
from queue_server.loading import AS_USUAL, Loading
from queue_server.outcome import Abandoned, Outcome, Unavailable
from queue_server.presentation import Presentation
from queue_server.push import HallStreams
from queue_server.review_code import is_review_code
from queue_server.turns import AnsweredMeanwhile, Turns
from queue_server.views.board import configuration_view
from queue_server.views.hall import for_everybody, hall_view, ticket_view
from queue_server.views.past import past_ticket
from queue_server.wire import hall as wire

log = structlog.get_logger()

T = TypeVar("T")
RACES_AT_MOST = 50


@dataclass(slots=True)
class _Request:
    command: c.Command
    request_id: str | None
    by: str
    clerk: str | None = None  # whose own login asks
    also: list[asyncio.Future[Outcome]] = field(default_factory=list)  # repeats that wait for it


# The outcome, and when it is on disk.
_Decided = tuple[Outcome, asyncio.Future[None]]


class HallService:
    """One hall, live. All methods run on the event loop's thread."""

    def __init__(
        self,
        journal: Journal,
        rules: HallRules,
        presentation: Presentation,
        clock: Clock,
        follow_token: FollowToken,
        content: tuple[Thing, ...] = (),
        how: Loading = AS_USUAL,
    ) -> None:
        self.id = rules.id
        self.presentation = presentation
        self.day = LiveDay(rules.id, journal, clock, follow_token, how)
        self._journal = journal
        self._rules = rules
        self._content = content
        self._clock = clock
        self._follow_token = follow_token
        self._file_taken_in = False
        self._running: dict[str, _Request] = {}
        self._turns = Turns(rules.id, journal, self.day, self._decide_in_turn)
        self._view: tuple[tuple[int, int, int], tuple[bytes, bytes]] | None = None

    @property
    def streams(self) -> HallStreams:
        return self.day.streams

    async def start(self) -> None:
        """Loads the present day, takes in the configuration and opens the day if it is new."""
        await self.day.start()
        await self.keep_up()

    @property
    def due(self) -> bool:
        return self._clock.now_ms() >= min(self.day.ends_ms, self.day.state.alarms.next_ms)

    async def keep_up(self) -> None:
        """What must happen also when nobody asks for anything: the configuration taken in, the day
        closed, those who were parked until now back in line."""
        try:
            await self._take_in_file()
        except Refusal as refused:
            log.warning("configuration_waits", hall=self.id, detail=refused.message)
        if self.due:
            await self.execute(c.RollDay(), request_id=None, by="system")

    async def _take_in_file(self) -> None:
        """Once per process: two that were started with different files must not take turns."""
        if not self._file_taken_in:
            await self.execute(c.Configure(self._rules), request_id=None, by="system")
            await self.execute(TakeInContent(self._content), request_id=None, by="system")
            self._file_taken_in = True

    # --- commands --------------------------------------------------------------------------

    async def execute(
        self, command: c.Command, *, request_id: str | None, by: str, clerk: str | None = None
    ) -> Outcome:
        """Carries a command out once per `request_id`; the answer is on disk when this returns.
        clerk: whose own login asks, and who therefore sits at the window where they act.

        Raises a Refusal (nothing changed) or Unavailable (the same: the store is in trouble)."""
        if request_id is not None and (known := await self._known(command, request_id)):
            return known
        request = _Request(command, request_id, by, clerk)
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
        if request_id in self.day.answered:
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
        tail = self.day.tail
        if tail is None or tail.done():
            then()
        else:
            tail.add_done_callback(lambda _: then())

    async def _carry_out(self, request: _Request) -> Outcome:
        for _ in range(RACES_AT_MOST):
            in_turn = await self._ready()
            epoch = self.day.epoch
            try:
                decided = await self._turns.decided(request) if in_turn else self._decide(request)
            except AnsweredMeanwhile:
                if known := await self._stored_answer(request.command, request.request_id):
                    return known
                continue
            except Refusal:
                # what it was decided on must be on disk, and be all there is
                behind = not in_turn and await self.day.is_behind()
                if not await self.day.settled(epoch) or behind:
                    continue
                if known := await self._stored_answer(request.command, request.request_id):
                    return known
                raise
            except Unavailable:
                raise
            except Exception:
                # a fault of ours between deciding and sending: what is on disk is what counts
                await self.day.reload(epoch)
                raise
            outcome, stored = decided
            epoch = self.day.epoch  # a turn may have had to load the day again first
            try:
                await stored
            except SeqConflict:
                self.day.lost_a_race()
                await self.day.reload(epoch)
                if known := await self._stored_answer(request.command, request.request_id):
                    return known
            except (NotStored, LedgerRefused) as error:
                return await self._after_failure(request, epoch, error)
            else:
                return outcome
        raise Unavailable("too many lost races")

    async def _ready(self) -> bool:
        """Whether to decide in turn. While a turn is under way nothing may be decided beside it: it
        would wait for the turn's end, and the turn, to know the state, for it."""
        await self.day.ready()
        while not self.day.is_shared and self._turns.under_way:
            await self._turns.over()
            await self.day.ready()
        return self.day.is_shared

    async def _after_failure(
        self, request: _Request, epoch: int, error: NotStored | LedgerRefused
    ) -> Outcome:
        """It may be on disk all the same, if only the word of it was lost."""
        log.error(error.code, hall=self.id, error=str(error))
        await self.day.reload(epoch)
        if known := await self._stored_answer(request.command, request.request_id):
            return known
        raise Unavailable(str(error)) from error

    def _decide_in_turn(self, request: _Request) -> _Decided:
        if request.request_id in self.day.answered:
            raise AnsweredMeanwhile
        return self._decide(request)

    def _decide(self, request: _Request) -> tuple[Outcome, asyncio.Future[None]]:
        """Decides on the state as it is, applies that and sends it to the journal, no waiting."""
        state = self.day.state
        now_ms = max(self._clock.now_ms(), state.last_ms)
        if now_ms >= self.day.ends_ms and state.rules is not None:
            self._by_itself(c.RollDay(), now_ms)
        if now_ms >= state.alarms.next_ms:
            self._by_itself(c.PassTime(), now_ms)
        if request.clerk is not None and isinstance(request.command, c.SeatedCommand):
            # before the act, which is theirs: who waits for this clerk may be called here now
            self._by_itself(c.TakeSeat(request.command.window, request.clerk), now_ms, request.by)
        events = decide(request.command, state, now_ms)
        if not events and request.request_id is not None:
            events = [e.NothingChanged(asked(request.command))]
        if not events:
            outcome = self._outcome(request, events, now_ms)
            return outcome, asyncio.shield(self.day.tail or asyncio.sleep(0))
        taken = self.day.take(events, now_ms)
        outcome = self._outcome(request, events, now_ms)
        append = self.day.written(taken, request.by, self._answer(request, outcome))
        return outcome, self._send(append, events, request.request_id)

    def _by_itself(self, command: c.Command, now_ms: int, by: str = "system") -> None:
        """What must happen before anything else can be decided."""
        events = decide(command, self.day.state, now_ms)
        if events:
            append = self.day.written(self.day.take(events, now_ms), by)
            stored = self._send(append, events, None)
            stored.add_done_callback(lambda done: done.exception())

    def _outcome(self, request: _Request, events: Sequence[e.Event], now_ms: int) -> Outcome:
        body = answer(self.day.state, request.command, events, now_ms, self._follow_token)
        return Outcome(orjson.dumps(body).decode(), False, tuple(x.name for x in events))

    def _answer(self, request: _Request, outcome: Outcome) -> Answer | None:
        """What is stored of the outcome for whoever asks again."""
        if request.request_id is None:
            return None
        question, seq = asked(request.command), self.day.state.seq
        return Answer(self.id, request.request_id, question, outcome.body, seq)

    def _send(
        self, append: Append, events: Sequence[e.Event], request_id: str | None
    ) -> asyncio.Future[None]:
        records = append.records
        stored = self._journal.append(append)
        # a future of the caller's own: one that goes away must not undo what is on its way to disk
        waiter = asyncio.get_running_loop().create_future()

        def committed(done: asyncio.Future[None]) -> None:
            error = done.exception()
            if error is None:
                self.day.stored(records, events, request_id)
            if not waiter.done():
                waiter.set_result(None) if error is None else waiter.set_exception(error)

        stored.add_done_callback(committed)
        self.day.tail = stored
        return waiter

    # --- reading ---------------------------------------------------------------------------

    async def ask(self, look: Callable[[HallState, int], T]) -> T:
        """What `look` sees of the state and the time, once all of it is on disk."""
        while True:
            epoch, state = self.day.epoch, self.day.state
            seen = look(state, max(self._clock.now_ms(), state.last_ms))
            if await self.day.settled(epoch):
                return seen

    async def catch_up(self) -> None:
        """Knows all that other processes did until now. Raises Unavailable."""
        await self.day.is_behind()

    async def hall_json(self, *, for_staff: bool) -> bytes:
        """wire.Hall as JSON; computed at most once per change and second."""
        views = await self.ask(self._hall_json)
        return views[0] if for_staff else views[1]

    def _hall_json(self, state: HallState, now_ms: int) -> tuple[bytes, bytes]:
        """For staff, and for everybody."""
        key = (self.day.epoch, state.seq, now_ms // 1000)
        if self._view is None or self._view[0] != key:
            off_s = round(self.day.clock_off_s)
            view = hall_view(state, self.presentation, now_ms, clock_off_s=off_s)
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

        return await self.ask(look) or None

    async def past_ticket(self, ticket_id: str) -> wire.Ticket | None:
        """As the ledger has it, of whatever day."""
        row = await self._journal.find_ticket(self.id, ticket_id)
        return row and past_ticket(self.day.state.known_rules, row, self._follow_token(ticket_id))

    async def configuration(self) -> dict[str, Any]:
        """The rules in force, as a manager may change them."""
        return await self.ask(lambda state, now_ms: configuration_view(state))

    async def other_ticket_has(self, ticket_id: str, lease_id: str, serial: int) -> bool:
        """Whether the ledger knows this id, of whatever day, as another than a lease's ticket."""
        row = await self._journal.find_ticket(self.id, ticket_id)
        lease = self.day.state.leases.get(lease_id)
        if row is None or lease is None:
            return row is not None
        return (row.day, row.prefix, row.serial) != (lease.day, lease.prefix, serial)

    def followed_ticket(self, follow_token: str) -> str | None:
        """The ticket that a phone follows with this token."""
        return self.day.followed.get(follow_token)

    def has_review_code(self, ticket_id: str, given: str) -> bool:
        """Whether these are the figures on this ticket's paper."""
        return is_review_code(self._follow_token(ticket_id), given)

    def can_be_called(self, number: str, window: str) -> bool:
        """Whether this number was given today and there is this window: guards announcements."""
        state = self.day.state
        return is_given(state.serials, state.lent, number) and self.has_window(window)

    def has_window(self, window: str) -> bool:
        return window in self.day.state.known_rules.window

    def now_ms(self) -> int:
        return self._clock.now_ms()

    def now_text(self) -> str:
        return e.instant_text(self._clock.now_ms())

    @property
    def calendar(self) -> Calendar:
        return self.day.state.known_rules.calendar

    @property
    def waiting(self) -> int:
        return len(self.day.state.line)

    async def rare(self, before: int, limit: int) -> Sequence[Record]:
        """Beginnings of days and changes of how the hall works, the newest first."""
        return await self._journal.rare(self.id, before, limit)

    async def journal_page(self, after: int, limit: int) -> Sequence[Record]:
        return await self._journal.read(self.id, after, limit)

    def stream(
        self,
        after: int | None,
        events: frozenset[str] | None,
        heartbeat_s: float,
        *,
        of_this_day: bool = False,
    ) -> AsyncGenerator[bytes]:
        """Server-Sent Events frames after seq `after` (None: from now), with heartbeats.
        of_this_day: nothing of what was before the present business day."""
        state = self.day.state
        earliest = state.day_seq - 1 if of_this_day else 0
        return self.streams.frames(state.known_rules, after, events, heartbeat_s, earliest)
