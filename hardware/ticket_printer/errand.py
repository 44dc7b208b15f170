"""One errand to a printer over one open link: ask, mend, print, watch it come out. Guesses nothing.

Knows the printer's language but no connection; keeps nothing beyond its errand.
"""

from __future__ import annotations

import secrets
import time

import structlog

from hardware.errors import DeviceError
from hardware.ports import PrinterState, PrinterStatus, PrintOutcome
from hardware.ticket_printer.deadline import left
from hardware.ticket_printer.link import PrinterLink
from hardware.ticket_printer.picture import OUT_OF_STEP, UNKNOWN, Picture
from hardware.ticket_printer.profile import PrinterProfile
from hardware.ticket_printer.protocol import (
    ASK_PAPER_IN_ORDER,
    CLEAR_AFTER_ERROR,
    CLEAR_BUFFERS,
    RESUME,
    TELL_CHANGES,
    TELL_NOTHING,
    TOKEN_BYTES,
    AutomaticStatus,
    BarrierPassed,
    Identity,
    IdentityTold,
    JobPassed,
    Query,
    Rejected,
    StatusParser,
    ask_job_in_order,
    is_real_time,
)

_log = structlog.get_logger()
_POLL_S = 0.25  # between looks at the printer while a ticket comes out
_MEND_WAIT_S = 0.4  # a cutter needs so long to go home
_RESUME_TIME_S = 1.5  # and a printer so long to take up its work again
_ORDERED_ANSWER_S = 2.0
_QUIET_S = 0.08  # nothing more comes after so much silence
_ROUNDS = 2  # of questions, when the first was answered out of step
_MOST_STALE_READS = 32
_SYNC_SILENCE_S = 1.0

Printed = tuple[PrintOutcome, PrinterStatus, int]  # and the bytes that went over


class Errand:
    """`unanswered`: GS r of earlier errands that the printer may still answer on this link."""

    def __init__(
        self, link: PrinterLink, profile: PrinterProfile, deadline: float, unanswered: int = 0
    ) -> None:
        self._link, self._profile, self._deadline = link, profile, deadline
        self._parser = StatusParser()
        for _ in range(unanswered):
            self._parser.expect_barrier()
        self._picture = Picture()
        self._automatic: Picture | None = None  # the last word that came unasked
        self._last_passed_at = 0.0
        self._job: bytes | None = None
        self._job_passed = False
        self._late = False  # an answer came that no question was open for
        self._missing = False  # a question was not answered in time
        self._answered_before = False  # the printer said how it is before the ticket
        self._identity = ""
        self.half_ticket = False  # a part of it went over, and was not cleared away

    @property
    def unanswered(self) -> int:
        return self._parser.barriers

    @property
    def _talks(self) -> bool:
        return self._link.two_way and (
            self._profile.status_replies or self._profile.automatic_status
        )

    def ask(self) -> PrinterStatus:
        """Asks DLE EOT 1–4, one at a time: small printers drop questions that come in a bunch. A
        silent printer is asked but once; answers out of step are asked for again. Raises
        DeviceError when the link breaks."""
        if not self._talks:
            return UNKNOWN
        for _ in range(_ROUNDS):
            self._take_stale()
            status = self._ask_round()
            if not self._late:
                return status
        _log.warning("printer_out_of_step")
        return OUT_OF_STEP

    def _ask_round(self) -> PrinterStatus:
        self._picture, self._late, self._missing = Picture(), False, False
        for query in Query if self._profile.status_replies else ():
            if not self._answered(query):
                self._missing = True
                if not self._picture.answered:
                    break
        if self._missing:  # then one of the others may have been the late answer to that one
            self._receive(time.monotonic() + _QUIET_S)
        if not self._picture.answered and self._automatic is not None:
            self._picture = self._automatic
        return self._picture.status(near_end_sensor=self._profile.near_end_sensor)

    def ask_and_mend(self) -> PrinterStatus:
        """An error that waits for a command only is ended; what it stopped is forgotten."""
        status = self.ask()
        if not self._picture.mendable:
            return status
        _log.info("printer_mended", state=status.state.value)
        self.clear()
        time.sleep(min(_MEND_WAIT_S, left(self._deadline)))
        return self.ask()

    def identity(self) -> str:
        """Maker, model and firmware, as far as the printer tells; "" if it does not."""
        if not (self._talks and self._profile.identity):
            return ""
        words = []
        for what in (Identity.MAKER, Identity.MODEL, Identity.FIRMWARE):
            self._identity = ""
            self._parser.expect_identity(what)
            self._link.write(what.to_bytes_on_wire(), self._deadline)
            if not self._wait_for_answer():
                break
            words.append(self._identity)
        return " ".join(filter(None, words))

    def print(self, data: bytes) -> Printed:
        try:
            before = self._before()
        except DeviceError as error:
            return PrintOutcome.FAILED, away(error), 0
        if before.can_print is False:
            return PrintOutcome.FAILED, before, 0
        try:
            self._link.write(data, self._deadline)
        except DeviceError as error:  # its end did not go over: the ticket is not whole
            self.half_ticket = True
            sent = error.data.get("sent")
            return PrintOutcome.FAILED, away(error), sent if isinstance(sent, int) else 0
        return self._after(data)

    def _before(self) -> PrinterStatus:
        if self._talks and self._profile.automatic_status:
            self._link.write(TELL_CHANGES, self._deadline)
        status = self.ask_and_mend()
        self._answered_before = status.can_print is not None
        if status.can_print is True and self._parser.barriers:
            self._sync()
        return status

    def _after(self, data: bytes) -> Printed:
        try:
            outcome, status = self._watch_it_come_out(data)
        except DeviceError as error:  # gone meanwhile, perhaps with a part that waits for paper
            self.half_ticket = True
            return PrintOutcome.UNKNOWN, away(error), len(data)
        if outcome is PrintOutcome.FAILED:
            self.clear_or_remember()
        elif self._talks and self._profile.automatic_status:
            self._say_quietly(TELL_NOTHING)
        return outcome, status, len(data)

    def _watch_it_come_out(self, data: bytes) -> tuple[PrintOutcome, PrinterStatus]:
        if not self._talks:
            return PrintOutcome.UNKNOWN, UNKNOWN
        if self._profile.end_of_ticket == "none":
            return self._wait_paper_time(data)
        self._ask_for_end()
        return self._wait_for_end()

    def _ask_for_end(self) -> None:
        if self._profile.end_of_ticket == "job":
            self._job = secrets.token_hex(TOKEN_BYTES)[:TOKEN_BYTES].encode()
            self._parser.expect_job(self._job)
            self._link.write(ask_job_in_order(self._job), self._deadline)
        else:
            self._parser.expect_barrier()
            self._link.write(ASK_PAPER_IN_ORDER, self._deadline)

    @property
    def _ended(self) -> bool:
        """Everything is worked off, this ticket and all that was before it."""
        return self._job_passed if self._job else self._parser.barriers == 0

    def _wait_for_end(self) -> tuple[PrintOutcome, PrinterStatus]:
        """What is answered only after the ticket before it is the proof of the ticket."""
        status, resumed_until = UNKNOWN, 0.0
        while left(self._deadline) > 0:
            self._receive(min(self._deadline, time.monotonic() + _POLL_S))
            if not self._ended:
                asked = self.ask()
                status = asked if left(self._deadline) > 0 else status  # cut short, it tells less
            if self._ended:
                status = self.ask()
                return self._proven(status), status
            if status.can_print is not False or status.state is PrinterState.OVERHEATED:
                continue  # a hot head goes on by itself; everything else waits for somebody
            if not resumed_until and self._picture.mendable:
                self._link.write(RESUME, self._deadline)
                resumed_until = time.monotonic() + _RESUME_TIME_S
                _log.info("printer_resumed", state=status.state.value)
            if time.monotonic() >= resumed_until:
                break
        stopped = status.can_print is False and status.state is not PrinterState.OVERHEATED
        return (PrintOutcome.FAILED if stopped else PrintOutcome.UNKNOWN), status

    def _proven(self, after: PrinterStatus) -> PrintOutcome:
        """A job's token proves the ticket. The one byte that answers GS r may also be what a line
        makes of a printer that loses its power: so a second GS r must be answered as well, and a
        printer that talked before must still talk."""
        if self._job:
            return PrintOutcome.CONFIRMED
        silent = after.can_print is None and self._answered_before
        proven = not silent and self._answers_in_order()
        return PrintOutcome.CONFIRMED if proven else PrintOutcome.UNKNOWN

    def _answers_in_order(self) -> bool:
        """Whether one more GS r, with nothing before it, is answered: at once, but for a busy
        converter, which gets what is left of the ticket's time up to two seconds."""
        patience_s = min(_ORDERED_ANSWER_S, left(self._deadline))
        until = time.monotonic() + max(self._profile.answer_within_s, patience_s)
        self._parser.expect_barrier()
        self._link.write(ASK_PAPER_IN_ORDER, until)
        while self._parser.barriers and left(until) > 0:
            self._receive(until)
        return self._parser.barriers == 0

    def _wait_paper_time(self, data: bytes) -> tuple[PrintOutcome, PrinterStatus]:
        """Without an ordered answer: as long as the paper needs, then the printer's word. A fault
        by then may have come before or after the last line, so it proves nothing; nor does a word
        that must be asked for while the paper may still move."""
        seconds = _longest_ticket_mm(data, self._profile) / self._profile.print_speed_mm_s
        most = max(0.0, left(self._deadline) - self._profile.answer_within_s)
        time.sleep(min(seconds, most))
        status = self.ask()
        confirmed = seconds <= most and status.can_print is True
        return (PrintOutcome.CONFIRMED if confirmed else PrintOutcome.UNKNOWN), status

    def _sync(self) -> None:
        """Answers to earlier tickets are still owed: takes them now, or this ticket would be
        confirmed by the end of another. Answers with nothing in between follow each other at once,
        so silence after one of them means that the others were lost."""
        self._parser.expect_barrier()
        self._link.write(ASK_PAPER_IN_ORDER, self._deadline)
        until = time.monotonic() + left(self._deadline) / 2
        owed = self._parser.barriers
        while self._parser.barriers and left(until) > 0:
            self._receive(min(until, time.monotonic() + _POLL_S))
            some = self._parser.barriers < owed
            if some and time.monotonic() - self._last_passed_at > _SYNC_SILENCE_S:
                self._parser.forget_barriers()

    def clear(self) -> None:
        """Makes the printer forget what is not printed, and every answer that it owes. Raises
        DeviceError when that cannot be said."""
        both = CLEAR_AFTER_ERROR + CLEAR_BUFFERS
        data = both if self._profile.clear == "always" else CLEAR_AFTER_ERROR
        self._link.write(data, max(self._deadline, time.monotonic() + 0.2))
        self._parser.forget_barriers()

    def clear_or_remember(self) -> None:
        """What is left of a failed ticket must not come out when the new roll is in."""
        try:
            self.clear()
        except DeviceError as error:
            self.half_ticket = True
            _log.warning("printer_not_cleared", code=error.code)

    def resume(self) -> None:
        """Goes on from the line at which an error struck. Raises DeviceError."""
        self._link.write(RESUME, self._deadline)

    def _say_quietly(self, data: bytes) -> None:
        try:
            self._link.write(data, self._deadline)
        except DeviceError as error:
            _log.debug("printer_told_nothing", code=error.code)

    def _answered(self, query: Query) -> bool:
        self._parser.expect(query)
        self._link.write(query.to_bytes_on_wire(), self._deadline)
        return self._wait_for_answer()

    def _wait_for_answer(self) -> bool:
        wait = min(self._deadline, time.monotonic() + self._profile.answer_within_s)
        while self._parser.waiting and left(wait) > 0:
            self._receive(wait)
        silent = self._parser.waiting
        self._parser.forget_questions()
        if silent:
            self._parser.settle()
        return not silent

    def _take_stale(self) -> None:
        """What is still under way from before must answer nothing that is asked now; an answer
        that is missing gets as long again to come."""
        wait = time.monotonic() + (self._profile.answer_within_s if self._missing else 0.0)
        for _ in range(_MOST_STALE_READS):
            if not self._receive(min(wait, self._deadline)):
                return

    def _receive(self, wait: float) -> bool:
        data = self._link.read(wait)
        for event in self._parser.feed(data):
            self._take(event)
        return bool(data)

    def _take(self, event: object) -> None:
        self._picture = self._picture.with_event(event)
        match event:
            case AutomaticStatus():
                self._automatic = Picture().with_event(event)
            case BarrierPassed():
                self._last_passed_at = time.monotonic()
            case JobPassed(token):
                self._job_passed = self._job_passed or token == self._job
            case IdentityTold(_, text):
                self._identity = text
            case Rejected(byte) if is_real_time(byte):
                self._late = True
            case _:
                pass


def _longest_ticket_mm(data: bytes, profile: PrinterProfile) -> float:
    """An upper bound of the paper used: all bytes as raster rows, at least a usual text ticket."""
    raster_rows = len(data) / (profile.paper_width_dots // 8)
    return max(150.0, raster_rows / profile.dots_per_mm + profile.feed_to_cut_mm)


def away(error: DeviceError) -> PrinterStatus:
    return PrinterStatus(PrinterState.OFFLINE, False, error.detail)
