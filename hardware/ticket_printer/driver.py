"""Prints tickets on one ESC/POS printer: asks before, prints, asks after; guesses nothing.

Implements hardware.ports.TicketPrinter. The link is opened for each errand and closed after it: a
printer that was switched off and on, or re-plugged, needs no care, and others may print between.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from hardware.errors import DeviceError
from hardware.health import DeviceHealth
from hardware.ports import PrinterStatus, PrintOutcome, PrintResult, TicketContent
from hardware.ticket_printer.errand import Errand, Printed, away
from hardware.ticket_printer.layout import TicketLayout
from hardware.ticket_printer.link import PrinterLink
from hardware.ticket_printer.notes import PrinterNotes
from hardware.ticket_printer.profile import PrinterProfile
from hardware.ticket_printer.roll_file import RollFile

_log = structlog.get_logger()

OpenLink = Callable[[float], PrinterLink]


class EscPosTicketPrinter:
    """`open_link` takes a monotonic deadline. One errand at a time, from any thread."""

    def __init__(
        self,
        open_link: OpenLink,
        profile: PrinterProfile,
        layout: TicketLayout,
        roll_file: RollFile | None = None,
        notes: PrinterNotes | None = None,
    ) -> None:
        self._open_link, self._profile, self._layout = open_link, profile, layout
        self._half_ticket = False  # something of a failed ticket may still lie in the printer
        self._unanswered = 0  # ends of tickets that the printer may yet tell
        self.notes = notes or PrinterNotes(profile, roll_file or RollFile(None))
        self._identified = False

    def status(self, timeout_s: float = 2.0) -> PrinterStatus:
        """Never raises for device trouble; a printer that is away is OFFLINE."""
        status = self._ask(time.monotonic() + timeout_s)
        self.notes.status(status)
        return status

    def look(self, timeout_s: float = 2.0) -> PrinterStatus:
        """How it is, and nothing else: ends no error, clears nothing, notes nothing. Raises
        DeviceError when the printer cannot be reached."""
        deadline = time.monotonic() + timeout_s
        link = self._open_link(deadline)
        errand = self._errand(link, deadline)
        try:
            return errand.ask()
        finally:
            self._unanswered = errand.unanswered
            link.close()

    def print_ticket(self, content: TicketContent, timeout_s: float = 10.0) -> PrintResult:
        """CONFIRMED: the printer worked off the whole ticket, or says afterwards that all is well.
        FAILED: it was not (wholly) printed. UNKNOWN: sent, and nobody can tell."""
        from hardware.ticket_printer.compose import compose  # late: it draws

        started = time.monotonic()
        data = compose(content, self._layout, self._profile)
        outcome, status, sent = self._print(data, started + timeout_s)
        elapsed_s = time.monotonic() - started
        self.notes.ticket(data, outcome, status)
        _log.info(
            "ticket_printed", outcome=outcome.value, state=status.state.value, bytes=sent,
            elapsed_s=round(elapsed_s, 3),
        )  # fmt: skip
        return PrintResult(outcome, status, sent, elapsed_s)

    def recover(self, *, resume: bool, timeout_s: float = 2.0) -> PrinterStatus:
        """Ends an error by hand: `resume` from the line at which it struck, else forget all that
        is not printed. Tells how the printer is afterwards; never raises for device trouble."""
        deadline = time.monotonic() + timeout_s

        def mend(errand: Errand) -> PrinterStatus:
            if resume:
                errand.resume()
            else:
                errand.clear()
            return errand.ask()

        status = self._on_link(deadline, mend)
        self.notes.status(status)
        return status

    def new_roll(self) -> None:
        """Somebody put in a fresh roll: the forecast begins anew."""
        self.notes.new_roll()

    def health(self) -> DeviceHealth:
        return self.notes.health()

    def close(self) -> None:
        """Nothing stays open between errands."""

    def _ask(self, deadline: float) -> PrinterStatus:
        return self._on_link(deadline, self._identified_status)

    def _identified_status(self, errand: Errand) -> PrinterStatus:
        status = errand.ask_and_mend()
        if status.can_print and not self._identified:
            self._identified = True  # also when it tells nothing: it is asked once
            self.notes.firmware(errand.identity())
        return status

    def _on_link(self, deadline: float, act: Callable[[Errand], PrinterStatus]) -> PrinterStatus:
        try:
            link = self._open(deadline)
        except DeviceError as error:
            return away(error)
        errand = self._errand(link, deadline)
        try:
            return act(errand)
        except DeviceError as error:
            return away(error)
        finally:
            self._unanswered = errand.unanswered
            link.close()

    def _print(self, data: bytes, deadline: float) -> Printed:
        try:
            link = self._open(deadline)
        except DeviceError as error:
            return PrintOutcome.FAILED, away(error), 0
        errand = self._errand(link, deadline)
        try:
            return errand.print(data)
        finally:
            self._half_ticket = errand.half_ticket
            self._unanswered = errand.unanswered
            link.close()

    def _errand(self, link: PrinterLink, deadline: float) -> Errand:
        unanswered = 0 if link.fresh else self._unanswered
        return Errand(link, self._profile, deadline, unanswered)

    def _open(self, deadline: float) -> PrinterLink:
        """Whatever comes first after a ticket broke off, a job or only a question, clears its rest
        before it comes out: a link that broke then could not take the clearing."""
        link = self._open_link(deadline)
        if not (self._half_ticket and link.two_way):
            return link
        try:
            Errand(link, self._profile, deadline).clear()
        except DeviceError:
            link.close()
            raise
        self._half_ticket, self._unanswered = False, 0
        _log.info("printer_cleared")
        return link
