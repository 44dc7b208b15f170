"""Runs the flow: takes events from all threads, steps, and has the effects carried out.

Knows no Kivy. `post` may be called from any thread; `drain` from one thread only, the screen's.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from kiosk.devices import ListJob, PrintJob
from kiosk.feedback_words import retold_words, said_words
from kiosk.flow import effects as fx
from kiosk.flow import eligibility as el
from kiosk.flow import feedback as fb
from kiosk.flow.events import Event, Language, Tick
from kiosk.flow.states import State
from kiosk.flow.table import UnexpectedEvent, step
from kiosk.paper import list_content, slip_content, ticket_content
from kiosk.texts import Texts

_log = structlog.get_logger()


class Printing(Protocol):
    def ask(self, request_id: str) -> None: ...
    def print(self, job: PrintJob | ListJob) -> None: ...


class Desk(Protocol):
    def request(self, effect: fx.RequestTicket | fx.RequestCheckIn) -> None: ...
    def abandon(self, effect: fx.AbandonTicket) -> None: ...
    def report(self, effect: fx.ReportPrinted | fx.ReportPrintFailed | fx.KeepTicket) -> None: ...
    def cancel(self, effect: fx.CancelTicket) -> None: ...
    def find(self, effect: fx.FindTickets) -> None: ...
    def act(self, effect: fx.ActOnTicket) -> None: ...
    def look(self, effect: fx.LookAgain) -> None: ...


class Pension(Protocol):
    """What the yearly check needs of the server and of the camera."""

    def find(self, wish: el.FindPensioner) -> None: ...
    def begin(self, wish: el.BeginCheck) -> None: ...
    def settle(self, wish: el.SettleCheck) -> None: ...
    def renew(self, wish: el.RenewReference) -> None: ...
    def warm_up(self) -> None: ...
    def again(self, wish: el.TryAgain) -> None: ...
    def more_time(self) -> None: ...
    def forget(self) -> None: ...


class FeedbackBox(Protocol):
    def find(self, wish: fb.FindSteps) -> None: ...
    def review(self, wish: fb.SendReview, retold: str) -> None: ...
    def suggest(self, wish: fb.SendSuggestion, text: str) -> None: ...


class Staffing(Protocol):
    """What the staff menu needs of devices, line and log."""

    def carry_out(self, effect: fx.Effect) -> bool: ...


class Bell(Protocol):
    def ring(self, effect: fx.CallHelp) -> None: ...


@dataclass(frozen=True, slots=True)
class Hands:
    """What carries effects out; none of it blocks."""

    printer: Printing
    desk: Desk
    bell: Bell
    texts: Callable[[Language], Texts]
    follow_base: str
    pension: Pension | None = None
    feedback: FeedbackBox | None = None
    staff: Staffing | None = None


class Runtime:
    """Holds the one state. wake: tells the screen's thread that `drain` is due."""

    def __init__(self, state: State, wake: Callable[[], None]) -> None:
        self.state = state
        self._wake = wake
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._hands: Hands | None = None

    def give_hands(self, hands: Hands) -> None:
        """Before the first event; apart from the constructor because the hands post events here."""
        self._hands = hands

    def post(self, event: Event) -> None:
        self._events.put(event)
        self._wake()

    def drain(self) -> bool:
        """Takes all waiting events; True when the state is another one than before."""
        before = self.state
        while True:
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                return self.state is not before
            self.take(event)

    def take(self, event: Event) -> None:
        """One event. One that has no entry is our mistake: logged, and the state stays."""
        place = self.state.place
        try:
            self.state, effects = step(self.state, event)
        except UnexpectedEvent as error:
            _log.error("unexpected_event", place=error.place.value, event_name=error.event_name)
            return
        if self.state.place is not place:
            _log.info(
                "place", place=self.state.place.value, was=place.value, by=type(event).__name__
            )
        for effect in effects:
            self._carry_out(effect)

    def tick(self, now_s: float) -> None:
        self.take(Tick(now_s))

    def _carry_out(self, effect: fx.Effect) -> None:
        if self._hands is None:
            raise AssertionError("no hands were given before the first event")
        desk, printer = self._hands.desk, self._hands.printer
        match effect:
            case fx.AskPrinter(request_id):
                printer.ask(request_id)
            case fx.PrintTicket():
                printer.print(self._print_job(effect, self._hands))
            case fx.RequestTicket() | fx.RequestCheckIn():
                desk.request(effect)
            case fx.AbandonTicket():
                desk.abandon(effect)
            case fx.ReportPrinted() | fx.ReportPrintFailed() | fx.KeepTicket():
                desk.report(effect)
            case fx.CancelTicket():
                desk.cancel(effect)
            case fx.FindTickets():
                desk.find(effect)
            case fx.ActOnTicket():
                desk.act(effect)
            case fx.LookAgain():
                desk.look(effect)
            case fx.PrintList():
                printer.print(self._list_job(effect, self._hands))
            case fx.CallHelp():
                self._hands.bell.ring(effect)
            case el.PrintSlip():
                printer.print(self._slip_job(effect, self._hands))
            case _ if self._hands.feedback is not None and self._said(effect, self._hands):
                return
            case _ if self._hands.staff is not None and self._hands.staff.carry_out(effect):
                return
            case _ if self._hands.pension is not None and _check(effect, self._hands.pension):
                return
            case _:
                raise AssertionError(f"nobody carries out {type(effect).__name__}")

    def _said(self, effect: fx.Effect, hands: Hands) -> bool:
        """Whether the effect belongs to reviews and suggestions; then it was carried out. What was
        ticked is written down in Chinese, for whoever reads it."""
        box = hands.feedback
        if box is None:
            return False
        match effect:
            case fb.FindSteps():
                box.find(effect)
            case fb.SendReview():
                box.review(effect, self._retold(effect, hands))
            case fb.SendSuggestion():
                chinese = hands.texts(Language.CHINESE)
                box.suggest(effect, said_words(effect.topics, chinese, effect.written))
            case _:
                return False
        return True

    def _retold(self, effect: fb.SendReview, hands: Hands) -> str:
        """The review in words, should the server no longer take it as one."""
        step, form = self.state.session.feedback.step, self.state.around.content.form
        return retold_words(effect, step, form, hands.texts(Language.CHINESE))

    def _print_job(self, effect: fx.PrintTicket, hands: Hands) -> PrintJob:
        texts = hands.texts(effect.language)
        around = self.state.around
        matter = around.content.matter(effect.ticket.matter)
        content = ticket_content(
            effect.ticket, around.hall, texts, hands.follow_base, matter, effect.sent
        )
        return PrintJob(effect.request_id, effect.ticket, content)

    def _slip_job(self, effect: el.PrintSlip, hands: Hands) -> ListJob:
        texts = hands.texts(effect.language)
        content = slip_content(effect.next_due, self.state.around.hall, texts)
        return ListJob(effect.request_id, content, slip=True)

    def _list_job(self, effect: fx.PrintList, hands: Hands) -> ListJob:
        texts = hands.texts(effect.language)
        return ListJob(
            effect.request_id, list_content(effect.matter, self.state.around.hall, texts)
        )


def _check(effect: fx.Effect, pension: Pension) -> bool:
    """Whether the effect belongs to the yearly check; then it was carried out."""
    match effect:
        case el.FindPensioner():
            pension.find(effect)
        case el.BeginCheck():
            pension.begin(effect)
        case el.SettleCheck():
            pension.settle(effect)
        case el.RenewReference():
            pension.renew(effect)
        case el.TryAgain():
            pension.again(effect)
        case el.WarmUp():
            pension.warm_up()
        case el.GiveMoreTime():
            pension.more_time()
        case el.ForgetCheck():
            pension.forget()
        case _:
            return False
    return True
