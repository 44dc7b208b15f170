"""Prints tickets on one ESC/POS printer: asks before, prints, asks after; guesses nothing.

Implements hardware.ports.TicketPrinter. The link is opened for each errand and closed after it: a
printer that was switched off and on, or re-plugged, needs no care, and others may print between.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from hardware.errors import DeviceError
from hardware.ports import PrinterState, PrinterStatus, PrintOutcome, PrintResult, TicketContent
from hardware.ticket_printer.compose import compose
from hardware.ticket_printer.layout import TicketLayout
from hardware.ticket_printer.link import PrinterLink, left
from hardware.ticket_printer.profile import PrinterProfile
from hardware.ticket_printer.protocol import (
    ASK_BARRIER,
    CLEAR_BUFFERS,
    UNKNOWN,
    BarrierPassed,
    Picture,
    Query,
    StatusParser,
)

_log = structlog.get_logger()
_REPLY_WAIT_S = 0.5  # for one byte; printers answer DLE EOT within milliseconds of getting it
_POLL_S = 0.25  # between looks at the printer while a ticket comes out

OpenLink = Callable[[float], PrinterLink]


class EscPosTicketPrinter:
    """`open_link` takes a monotonic deadline. One errand at a time, from any thread."""

    def __init__(self, open_link: OpenLink, profile: PrinterProfile, layout: TicketLayout) -> None:
        self._open_link, self._profile, self._layout = open_link, profile, layout
        self._half_ticket = False  # something of a failed ticket may still lie in the printer

    def status(self, timeout_s: float = 2.0) -> PrinterStatus:
        """Never raises for device trouble; a printer that is away is OFFLINE."""
        deadline = time.monotonic() + timeout_s
        try:
            link = self._open(deadline)
        except DeviceError as error:
            return _away(error)
        try:
            return _Errand(link, self._profile, deadline).ask()
        except DeviceError as error:
            return _away(error)
        finally:
            link.close()

    def print_ticket(self, content: TicketContent, timeout_s: float = 10.0) -> PrintResult:
        """CONFIRMED: the printer worked off the whole ticket, or says afterwards that all is well.
        FAILED: it was not (wholly) printed. UNKNOWN: sent, and nobody can tell."""
        started = time.monotonic()
        data = compose(content, self._layout, self._profile)
        outcome, status, sent = self._print(data, started + timeout_s)
        elapsed_s = time.monotonic() - started
        _log.info(
            "ticket_printed", outcome=outcome.value, state=status.state.value, bytes=sent,
            elapsed_s=round(elapsed_s, 3),
        )  # fmt: skip
        return PrintResult(outcome, status, sent, elapsed_s)

    def close(self) -> None:
        """Nothing stays open between errands."""

    def _print(self, data: bytes, deadline: float) -> tuple[PrintOutcome, PrinterStatus, int]:
        try:
            link = self._open(deadline)
        except DeviceError as error:
            return PrintOutcome.FAILED, _away(error), 0
        errand = _Errand(link, self._profile, deadline)
        try:
            return errand.print(data)
        finally:
            self._half_ticket = errand.half_ticket
            link.close()

    def _open(self, deadline: float) -> PrinterLink:
        """Whatever comes first after a ticket broke off, a job or only a question, clears its rest
        before it comes out: a link that broke then could not take the clearing."""
        link = self._open_link(deadline)
        if not (self._half_ticket and link.two_way):
            return link
        try:
            link.write(CLEAR_BUFFERS, deadline)
        except DeviceError:
            link.close()
            raise
        self._half_ticket = False
        _log.info("printer_cleared")
        return link


class _Errand:
    """One open link and one deadline."""

    def __init__(self, link: PrinterLink, profile: PrinterProfile, deadline: float) -> None:
        self._link, self._profile, self._deadline = link, profile, deadline
        self._parser = StatusParser()
        self._picture = Picture()
        self._barrier_passed = False
        self.half_ticket = False  # a part of it went over, and was not cleared away

    @property
    def _talks(self) -> bool:
        return self._profile.status_replies and self._link.two_way

    def ask(self) -> PrinterStatus:
        """Asks DLE EOT 1–4, one at a time: small printers drop questions that come in a bunch.
        A silent printer is asked but once. Raises DeviceError when the link breaks."""
        if not self._talks:
            return UNKNOWN
        self._picture = Picture()
        for query in Query:
            if not self._answered(query) and not self._picture.answered:
                break
        return self._picture.status(near_end_sensor=self._profile.near_end_sensor)

    def _answered(self, query: Query) -> bool:
        self._parser.expect(query)
        self._link.write(query.to_bytes_on_wire(), self._deadline)
        wait = min(self._deadline, time.monotonic() + _REPLY_WAIT_S)
        while self._parser.waiting and left(wait) > 0:
            self._receive(wait)
        silent = self._parser.waiting
        self._parser.forget_questions()
        return not silent

    def print(self, data: bytes) -> tuple[PrintOutcome, PrinterStatus, int]:
        try:
            before = self.ask()
        except DeviceError as error:
            return PrintOutcome.FAILED, _away(error), 0
        if before.can_print is False:
            return PrintOutcome.FAILED, before, 0
        try:
            self._link.write(data, self._deadline)
        except DeviceError as error:  # its end did not go over: the ticket is not whole
            self.half_ticket = True
            sent = error.data.get("sent")
            return PrintOutcome.FAILED, _away(error), sent if isinstance(sent, int) else 0
        try:
            outcome, after = self._watch_it_come_out(data)
        except DeviceError as error:  # gone meanwhile, perhaps with a part that waits for paper
            self.half_ticket = True
            return PrintOutcome.UNKNOWN, _away(error), len(data)
        if outcome is PrintOutcome.FAILED:
            self._clear()
        return outcome, after, len(data)

    def _watch_it_come_out(self, data: bytes) -> tuple[PrintOutcome, PrinterStatus]:
        if not self._talks:
            return PrintOutcome.UNKNOWN, UNKNOWN
        if self._profile.ordered_reply:
            return self._wait_for_barrier()
        return self._wait_paper_time(data)

    def _wait_for_barrier(self) -> tuple[PrintOutcome, PrinterStatus]:
        """GS r is answered only after the ticket before it, so its answer is the proof."""
        self._parser.expect_barrier()
        self._link.write(ASK_BARRIER, self._deadline)
        status = UNKNOWN
        while left(self._deadline) > 0:
            self._receive(min(self._deadline, time.monotonic() + _POLL_S))
            if not self._barrier_passed:
                status = self.ask()
            if self._barrier_passed:
                return PrintOutcome.CONFIRMED, self.ask()
            if status.can_print is False and status.state is not PrinterState.OVERHEATED:
                break  # a hot head goes on by itself; everything else waits for a person
        stopped = status.can_print is False
        return (PrintOutcome.FAILED if stopped else PrintOutcome.UNKNOWN), status

    def _wait_paper_time(self, data: bytes) -> tuple[PrintOutcome, PrinterStatus]:
        """Without an ordered answer: as long as the paper needs, then the printer's word. A fault
        by then may have come before or after the last line, so it proves nothing."""
        seconds = _longest_ticket_mm(data, self._profile) / self._profile.print_speed_mm_s
        time.sleep(min(seconds, max(0.0, left(self._deadline) - _REPLY_WAIT_S)))
        status = self.ask()
        confirmed = status.can_print is True
        return (PrintOutcome.CONFIRMED if confirmed else PrintOutcome.UNKNOWN), status

    def _clear(self) -> None:
        """What is left of a failed ticket must not come out when the new roll is in."""
        try:
            self._link.write(CLEAR_BUFFERS, max(self._deadline, time.monotonic() + 0.2))
        except DeviceError as error:
            self.half_ticket = True
            _log.warning("printer_not_cleared", code=error.code)

    def _receive(self, wait: float) -> None:
        for event in self._parser.feed(self._link.read(wait)):
            self._picture = self._picture.with_event(event)
            self._barrier_passed = self._barrier_passed or isinstance(event, BarrierPassed)


def _longest_ticket_mm(data: bytes, profile: PrinterProfile) -> float:
    """An upper bound of the paper used: all bytes as raster rows, at least a usual text ticket."""
    raster_rows = len(data) / (profile.paper_width_dots // 8)
    return max(150.0, raster_rows / profile.dots_per_mm + profile.feed_to_cut_mm)


def _away(error: DeviceError) -> PrinterStatus:
    return PrinterStatus(PrinterState.OFFLINE, False, error.detail)
