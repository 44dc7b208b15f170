"""Carries out the flow's wishes at the server, in threads, and posts what came of them.

Every retry has the request_id of the first try, so that no retry can give a second number. A number
whose person has left is given back, however late it comes.
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import structlog

from foundation.liveness import BeatingStop, Pulse, Quiet
from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.flow.facts import PersonFacts, TicketFacts
from kiosk.flow.moves import derived_request_id
from kiosk.gateway.client import QueueClient
from kiosk.gateway.errors import GatewayError, Refused, Unreachable
from kiosk.gateway.offline import OfflineDrawer
from kiosk.gateway.reading import read_hall
from kiosk.settings import ServerSettings

_log = structlog.get_logger()

Post = Callable[[ev.Event], None]
Report = fx.ReportPrinted | fx.ReportPrintFailed | fx.KeepTicket
_REPORTS: dict[type[Report], str] = {
    fx.ReportPrinted: "printed",
    fx.ReportPrintFailed: "print-failed",
    fx.KeepTicket: "keep",
}

# After so long without success a command is given up; the log says so. Closing the day clears up.
GIVE_UP_AFTER_S = 1800.0
# So long without any answer, and the kiosk gives a number of its own.
OFFLINE_AFTER_S = 6.0
# So long somebody waits for their ticket to be found or changed; the screen waits a little longer.
ASKED_FOR_S = 10.0


@dataclass(frozen=True, slots=True)
class _Said:
    """One word about a ticket. what: as the server's own commands."""

    ticket_id: str
    what: str
    request_id: str


@dataclass
class _Job:
    """One request for a number. Guarded by the desk's lock. person: no longer than it is asked."""

    request_id: str
    ask: Callable[[PersonFacts | None], TicketFacts]
    person: PersonFacts | None
    wish: fx.RequestTicket | None = None  # what the drawer may give a number for
    ghost: bool = False  # a number of the drawer's was given; the server's must go back
    abandoned: bool = False
    ended: bool = False
    ticket: TicketFacts | None = None
    waking: threading.Event = field(default_factory=threading.Event)


class TicketDesk:
    """`do` returns at once; answers come through `post`, from other threads."""

    def __init__(
        self,
        client: QueueClient,
        settings: ServerSettings,
        post: Post,
        drawer: OfflineDrawer | None = None,
    ) -> None:
        """drawer: gives numbers while the server cannot be reached; None: there are none then."""
        self._client, self._settings, self._post = client, settings, post
        self._drawer = drawer
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        # What is said of the drawer's own tickets, written down one after the other as it was said.
        self._said: queue.SimpleQueue[_Said | None] = queue.SimpleQueue()
        if drawer is not None:
            self._start(self._settle_in_order, drawer)

    def stop(self) -> None:
        """Ends waiting; threads in the middle of a request end with it."""
        self._stop.set()
        self._said.put(None)
        with self._lock:
            for job in self._jobs.values():
                job.waking.set()

    def request(self, effect: fx.RequestTicket | fx.RequestCheckIn) -> None:
        job = _Job(effect.request_id, self._asking(effect), effect.person)
        if isinstance(effect, fx.RequestTicket):
            job.wish = replace(effect, person=None)
        with self._lock:
            # The kiosk has one person at a time: whoever asks now, nobody leaves an ended one.
            self._jobs = {name: old for name, old in self._jobs.items() if not old.ended}
            self._jobs[job.request_id] = job
        self._start(self._take, job)

    def abandon(self, effect: fx.AbandonTicket) -> None:
        """The person left. A number already here goes back; one still to come will."""
        with self._lock:
            job = self._jobs.get(effect.request_id)
            if job is None or job.abandoned:
                return
            job.abandoned, job.person = True, None
            ticket = job.ticket
            job.waking.set()
        if ticket is not None:
            self._give_back(job, ticket)

    def report(self, effect: Report) -> None:
        said = _Said(effect.ticket_id, _REPORTS[type(effect)], effect.request_id)
        if not self._own(said):
            self._start(self._insist, said, None)

    def find(self, effect: fx.FindTickets) -> None:
        wish = effect.request_id

        def look() -> ev.Event:
            return ev.TicketsFound(wish, self._client.find_tickets(effect))

        self._start(self._ask_shortly, wish, look)

    def act(self, effect: fx.ActOnTicket) -> None:
        self._start(self._act, effect)

    def _act(self, effect: fx.ActOnTicket) -> None:
        """Who asks for their turn gets it as soon as the line is back, and is told so. More minutes
        that came too late to be told are taken back: their person sits there and waits."""
        wish, what, until = effect.request_id, effect.act.value, time.monotonic() + ASKED_FOR_S
        told = may_be_done = False
        for _ in self._tries(self._stop):
            try:
                ticket = self._client.report(effect.ticket_id, what, wish)
            except Refused as refusal:
                if not told:
                    self._post(ev.TicketRefused(wish, refusal.refusal, refusal.at))
                return
            except GatewayError as error:
                _log.warning("act_delayed", what=what, reason=error.code, request_id=wish)
                may_be_done = may_be_done or not isinstance(error, Unreachable)
                if not told and time.monotonic() >= until:
                    self._post(ev.TicketRefused(wish, "no_answer"))
                    told = True
                if told and not self._goes_on(effect.act, may_be_done):
                    return
            else:
                if not told:
                    self._post(ev.TicketChanged(wish, ticket))
                elif effect.act is ev.TicketAct.DEFER:
                    back = ev.TicketAct.RESUME.value
                    self._insist(
                        _Said(effect.ticket_id, back, derived_request_id(wish, back)), None
                    )
                return

    def _goes_on(self, act: ev.TicketAct, may_be_done: bool) -> bool:
        """A number that was put off comes back by itself, and a late "I am back" would lift what a
        window has put aside since then."""
        return act is ev.TicketAct.REJOIN or (act is ev.TicketAct.DEFER and may_be_done)

    def look(self, effect: fx.LookAgain) -> None:
        """One try: the next change in the hall is another occasion."""

        def look() -> None:
            try:
                self._post(ev.TicketSeen(self._client.ticket(effect.ticket_id)))
            except GatewayError as error:
                _log.info("not_seen_again", reason=error.code)

        self._start(look)

    def cancel(self, effect: fx.CancelTicket) -> None:
        """Answered however long it takes. Refused is a number that was called a moment ago."""
        said = _Said(effect.ticket_id, "cancel", derived_request_id(effect.request_id, "cancel"))
        if self._own(said):
            self._post(ev.TicketCancelled(effect.request_id))
        else:
            self._start(self._insist, said, effect.request_id)

    def _own(self, said: _Said) -> bool:
        """Whether the ticket is the kiosk's own and the server has still to hear of it."""
        if self._drawer is None or not self._drawer.has(said.ticket_id):
            return False
        self._said.put(said)
        return True

    def _settle_in_order(self, drawer: OfflineDrawer) -> None:
        """What came too late for the drawer, because the ticket was just handed in, the server is
        told."""
        while (said := self._said.get()) is not None:
            if not drawer.settle(said.ticket_id, said.what):
                self._start(self._insist, said, None)

    def _start(self, work: Callable[..., None], *args: object) -> None:
        threading.Thread(target=work, args=args, daemon=True, name=work.__name__).start()

    def _asking(
        self, effect: fx.RequestTicket | fx.RequestCheckIn
    ) -> Callable[[PersonFacts | None], TicketFacts]:
        """The person is told at each try, because they are forgotten in between."""
        request_id = effect.request_id
        if isinstance(effect, fx.RequestCheckIn):
            code = effect.code
            return lambda person: self._client.check_in(request_id, code, person)
        wish = replace(effect, person=None)  # forgotten here, told at each try
        return lambda person: self._client.take_ticket(wish, person)

    def _ask_shortly(self, request_id: str, ask: Callable[[], ev.Event]) -> None:
        """For somebody who stands there and waits: the answer, or that there is none."""
        until = time.monotonic() + ASKED_FOR_S
        for _ in self._tries(self._stop):
            try:
                self._post(ask())
            except Refused as refusal:
                self._post(ev.TicketRefused(request_id, refusal.refusal, refusal.at))
            except GatewayError as error:
                _log.warning("asked_in_vain", reason=error.code, request_id=request_id)
                if time.monotonic() < until:
                    continue
                self._post(ev.TicketRefused(request_id, "no_answer"))
            return

    # --- a number -------------------------------------------------------------------------------

    def _take(self, job: _Job) -> None:
        """However it ends, nothing personal stays; the job does, for one who leaves just now."""
        try:
            self._ask_until_answered(job)
        finally:
            with self._lock:
                job.ended, job.person = True, None

    def _ask_until_answered(self, job: _Job) -> None:
        may_exist, started_s = False, time.monotonic()
        for _ in self._tries(job.waking):
            with self._lock:
                person, abandoned = job.person, job.abandoned
            if abandoned and not may_exist:
                return
            try:
                ticket = job.ask(person)
            except Refused as refusal:
                self._tell(job, ev.TicketRefused(job.request_id, refusal.refusal, refusal.at))
                return
            except GatewayError as error:
                may_exist = may_exist or not isinstance(error, Unreachable)
                _log.warning("ticket_delayed", reason=error.code, request_id=job.request_id)
                waited_s = time.monotonic() - started_s
                if self._from_drawer(job, may_exist, waited_s) and not may_exist:
                    return
                self._tell(job, ev.TicketDelayed(job.request_id))
            else:
                self._arrived(job, ticket)
                return

    def _from_drawer(self, job: _Job, may_exist: bool, waited_s: float) -> bool:
        """Whether a number was given out of the lease. At once when the request surely did not
        arrive; when it may have, after a while, and then the server's number goes back."""
        if self._drawer is None or job.wish is None or job.ghost:
            return job.ghost
        if may_exist and waited_s < OFFLINE_AFTER_S:
            return False
        with self._lock:
            person, abandoned = job.person, job.abandoned
        ticket = None if abandoned else self._drawer.give(job.wish, person)
        if ticket is None:
            return False
        self._arrived(job, ticket)
        job.ghost = True
        return True

    def _tell(self, job: _Job, event: ev.Event) -> None:
        with self._lock:
            abandoned = job.abandoned or job.ghost
        if not abandoned:
            self._post(event)

    def _arrived(self, job: _Job, ticket: TicketFacts) -> None:
        if job.ghost:
            self._give_back(job, ticket)
            return
        with self._lock:
            job.ticket = ticket
            abandoned = job.abandoned
        if abandoned:
            self._give_back(job, ticket)
        else:
            self._post(ev.TicketIssued(job.request_id, ticket))

    def _give_back(self, job: _Job, ticket: TicketFacts) -> None:
        """A number that the person held before this visit stays theirs."""
        said = _Said(ticket.id, "cancel", derived_request_id(job.request_id, "cancel"))
        if not ticket.held_before and not self._own(said):
            self._start(self._insist, said, None)

    # --- what must reach the server -------------------------------------------------------------

    def _insist(self, said: _Said, wish: str | None) -> None:
        """wish: the cancellation that somebody waits to hear of; None: nobody waits."""
        what, ticket_id = said.what, said.ticket_id
        for _ in self._tries(self._stop):
            try:
                self._client.report(ticket_id, what, said.request_id)
            except Refused as refusal:
                _log.warning("report_refused", what=what, ticket=ticket_id, code=refusal.refusal)
                if wish is not None:
                    self._post(ev.TicketRefused(wish, refusal.refusal, refusal.at))
                return
            except GatewayError as error:
                _log.warning("report_delayed", what=what, ticket=ticket_id, reason=error.code)
            else:
                if wish is not None:
                    self._post(ev.TicketCancelled(wish))
                return

    def _tries(self, waking: threading.Event) -> Iterator[int]:
        """Now, then after growing pauses, until the kiosk stops or it has taken too long."""
        started = time.monotonic()
        pause_s = self._settings.retry_first_s
        for number in itertools.count(1):
            if self._stop.is_set():
                return
            yield number
            if time.monotonic() - started > GIVE_UP_AFTER_S:
                _log.error("given_up", tries=number)
                return
            if waking.wait(pause_s) and waking is not self._stop:
                waking.clear()
            pause_s = min(pause_s * 2, self._settings.retry_longest_s)


class HallWatch(threading.Thread):
    """Looks at the hall again and again and tells what changed, or that it is out of sight."""

    def __init__(
        self,
        client: QueueClient,
        settings: ServerSettings,
        post: Post,
        keep: Callable[[object], None] = lambda _told: None,
    ) -> None:
        """keep: is given each answer that was a hall, as the server told it."""
        super().__init__(daemon=True, name="hall-watch")
        self._client, self._settings, self._post, self._keep = client, settings, post, keep
        self.pulse: Pulse = Quiet()
        self._stop_asked: threading.Event = BeatingStop(lambda: self.pulse, settings.longest_ask_s)

    def stop(self) -> None:
        self._stop_asked.set()

    def run(self) -> None:
        failures, told = 0, None
        while not self._stop_asked.is_set():
            try:
                answer = self._client.hall()
                hall = read_hall(answer)
            except GatewayError as error:
                failures += 1
                if failures == self._settings.away_after_failures:
                    _log.warning("hall_lost", reason=error.code, detail=str(error))
                if failures >= self._settings.away_after_failures:
                    self._post(ev.HallLost())
                    told = None
            else:
                if told is None and failures:
                    _log.info("hall_found")
                failures = 0
                self._keep(answer)
                if hall != told:
                    self._post(ev.HallSeen(hall))
                    told = hall
            self._stop_asked.wait(1.0 if failures else self._settings.poll_s)
