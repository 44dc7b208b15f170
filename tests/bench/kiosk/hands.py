"""What answers the flow in a bench without server and devices: each question, when it is wanted."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Any

from kiosk.devices import ListJob, PrintJob
from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.runtime import Hands
from kiosk.samples import sample_ticket
from tests.bench.kiosk.window import PUBLIC_URL


class InstantHands:
    """Printer and desk in one. `next` gives the next answer, oldest first."""

    def __init__(self) -> None:
        self._due: deque[ev.Event] = deque()
        self._given = 0

    def hands(self, texts: Any) -> Hands:
        return Hands(self, self, self, texts, PUBLIC_URL)  # type: ignore[arg-type]

    def next(self) -> ev.Event:
        """Raises IndexError when nothing was asked."""
        return self._due.popleft()

    def ask(self, request_id: str) -> None:
        self._due.append(ev.PrinterAnswered(request_id, True, "ok"))

    def print(self, job: PrintJob | ListJob) -> None:
        if isinstance(job, PrintJob):
            ended = ev.PrintEnded(job.request_id, job.ticket, ev.Outcome.CONFIRMED, "ok")
            self._due.append(ended)
        else:
            self._due.append(ev.ListPrinted(job.request_id, ev.Outcome.CONFIRMED))

    def request(self, effect: fx.RequestTicket | fx.RequestCheckIn) -> None:
        """A number, code and address that nobody had before, as in a hall."""
        self._given += 1
        ticket = replace(
            sample_ticket(),
            id=effect.request_id,
            number=f"D{self._given % 999 + 1:03}",
            follow_path=f"/t/{effect.request_id}",
            people_ahead=self._given % 40,
        )
        self._due.append(ev.TicketIssued(effect.request_id, ticket))

    def find(self, effect: fx.FindTickets) -> None:
        self._due.append(ev.TicketsFound(effect.request_id, (sample_ticket(),)))

    def look(self, _effect: fx.LookAgain) -> None:
        """Nothing becomes of tickets here."""

    def report(self, _effect: fx.Effect) -> None:
        """The server is told and answers nothing that the screen shows."""
