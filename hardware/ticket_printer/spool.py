"""Prints tickets through a CUPS queue, by its own commands lp, lpstat and cancel.

A spooler takes a ticket and tells that it passed it on, never that it is on paper: the best outcome
is UNKNOWN. What it did not pass on in time is cancelled, lest it come out for somebody else.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from dataclasses import dataclass
from urllib.parse import SplitResult

import structlog

from hardware.errors import DeviceError, DeviceMissing, DeviceRefused, DeviceTimeout
from hardware.health import DeviceHealth
from hardware.ports import PrinterState, PrinterStatus, PrintOutcome, PrintResult, TicketContent
from hardware.ticket_printer.deadline import left
from hardware.ticket_printer.errand import away
from hardware.ticket_printer.layout import TicketLayout
from hardware.ticket_printer.notes import PrinterNotes
from hardware.ticket_printer.profile import PrinterProfile
from hardware.ticket_printer.roll_file import RollFile
from hardware.words import state_words

_log = structlog.get_logger()
_LOOK_S = 0.2  # between looks at the queue
_COMMAND_S = 3.0  # what a command of the spooler may take once a ticket is in its hands
_JOB = re.compile(r"request id is (\S+-\d+)")
_ALERTS = re.compile(r"^\s*Alerts:\s*(.+)$", re.MULTILINE)
_STOPPED = re.compile(r"^printer \S+ disabled", re.MULTILINE)
_PRINTING = re.compile(r"now printing (\S+-\d+)\.")
_SEVERITY = re.compile(r"-(error|warning|report)$")

# IPP printer-state-reasons (RFC 8011 and PWG 5100), the graver first.
_REASONS = (
    ("cover-open", PrinterState.COVER_OPEN),
    ("door-open", PrinterState.COVER_OPEN),
    ("media-empty", PrinterState.OUT),
    ("media-needed", PrinterState.OUT),
    ("trimmer", PrinterState.CUTTER),
    ("cutter", PrinterState.CUTTER),
    ("over-temp", PrinterState.OVERHEATED),
    ("media-jam", PrinterState.ERROR),
    ("offline", PrinterState.OFFLINE),
    ("shutdown", PrinterState.OFFLINE),
    ("connecting-to-device", PrinterState.OFFLINE),
    ("paused", PrinterState.OFFLINE),
    ("media-low", PrinterState.NEAR_END),
)
SAYS_NOTHING = PrinterStatus(PrinterState.UNKNOWN, None, str(state_words("queue_tells_nothing")))


@dataclass(frozen=True, slots=True)
class CupsQueue:
    """server: `host` or `host:port`, "" for this machine's own."""

    name: str
    server: str = ""

    @staticmethod
    def from_url(parts: SplitResult) -> CupsQueue:
        return CupsQueue(parts.path.strip("/"), parts.netloc)

    def status(self, deadline: float) -> PrinterStatus:
        """Raises DeviceError when the spooler does not answer or has no such queue."""
        told = self._run("lpstat", "-l", "-p", self.name, deadline=deadline)
        stopped = str(state_words("queue_stopped", queue=self.name))
        if _STOPPED.search(told):
            return PrinterStatus(PrinterState.OFFLINE, False, stopped)
        alerts = _ALERTS.search(told)
        return status_of_reasons(alerts[1].split() if alerts else [])

    def submit(self, data: bytes, deadline: float) -> str:
        """The job's id. Raises DeviceError when the queue does not take it."""
        words = ("-d", self.name, "-o", "raw", "-t", "ticket")
        told = self._run("lp", *words, deadline=deadline, data=data)
        if (job := _JOB.search(told)) is None:
            raise DeviceRefused("spooler_no_job", queue=self.name)
        return job[1]

    def waiting(self, job: str, deadline: float) -> bool:
        told = self._run("lpstat", "-o", self.name, deadline=deadline)
        return any(line.split()[0] == job for line in told.splitlines() if line.strip())

    def occupied_by(self, deadline: float) -> str:
        """What keeps the queue from beginning a job: "stopped", or the job that it is printing
        now; "" when nothing does."""
        told = self._run("lpstat", "-p", self.name, deadline=deadline)
        if _STOPPED.search(told):
            return "stopped"
        job = _PRINTING.search(told)
        return job[1] if job else ""

    def cancel(self, job: str, deadline: float) -> None:
        self._run("cancel", job, deadline=deadline)

    def _run(self, program: str, *words: str, deadline: float, data: bytes = b"") -> str:
        command = [program, *(("-h", self.server) if self.server else ()), *words]
        environment = {**os.environ, "LC_ALL": "C"}
        try:
            done = subprocess.run(
                command, input=data, capture_output=True, env=environment, check=False,
                timeout=max(0.05, left(deadline)),
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise DeviceTimeout("spooler_silent", program=program, queue=self.name) from error
        except OSError as error:
            raise DeviceMissing("spooler_absent", program=program) from error
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip() or f"{program} failed"
            raise DeviceMissing("spooler_says", queue=self.name, reason=said)
        return done.stdout.decode(errors="replace")


def status_of_reasons(reasons: list[str]) -> PrinterStatus:
    """What the spooler passes on of the printer; no reason at all is no word of health."""
    plain = [_SEVERITY.sub("", reason.strip(",")) for reason in reasons]
    for part, state in _REASONS:
        if any(part in reason for reason in plain):
            can_print = state is PrinterState.NEAR_END
            said = state_words("queue_says", reasons=" ".join(plain))
            return PrinterStatus(state, can_print, str(said))
    return SAYS_NOTHING


class CupsTicketPrinter:
    """Implements hardware.ports.TicketPrinter. One errand at a time, from any thread."""

    def __init__(
        self,
        queue: CupsQueue,
        profile: PrinterProfile,
        layout: TicketLayout,
        roll_file: RollFile | None = None,
        notes: PrinterNotes | None = None,
    ) -> None:
        self._queue, self._profile, self._layout = queue, profile, layout
        self.notes = notes or PrinterNotes(profile, roll_file or RollFile(None))

    def status(self, timeout_s: float = 2.0) -> PrinterStatus:
        status = self._ask(time.monotonic() + timeout_s)
        self.notes.status(status)
        return status

    def look(self, timeout_s: float = 2.0) -> PrinterStatus:
        """How it is, and nothing else. Raises DeviceError when the queue cannot be reached."""
        return self._queue.status(time.monotonic() + timeout_s)

    def print_ticket(self, content: TicketContent, timeout_s: float = 10.0) -> PrintResult:
        from hardware.ticket_printer.compose import compose  # late: it draws

        started = time.monotonic()
        data = compose(content, self._layout, self._profile)
        outcome, status, sent = self._print(data, started + timeout_s)
        self.notes.ticket(data, outcome, status)
        elapsed_s = time.monotonic() - started
        _log.info("ticket_spooled", outcome=outcome.value, bytes=sent, queue=self._queue.name)
        return PrintResult(outcome, status, sent, elapsed_s)

    def health(self) -> DeviceHealth:
        return self.notes.health()

    def close(self) -> None:
        """Nothing stays open between errands."""

    def _ask(self, deadline: float) -> PrinterStatus:
        try:
            return self._queue.status(deadline)
        except DeviceError as error:
            return away(error)

    def _print(self, data: bytes, deadline: float) -> tuple[PrintOutcome, PrinterStatus, int]:
        before = self._ask(deadline)
        if before.can_print is False:
            return PrintOutcome.FAILED, before, 0
        try:
            job = self._queue.submit(data, deadline)
        except DeviceTimeout as error:  # lp may have handed it over before it fell silent
            return PrintOutcome.UNKNOWN, away(error), 0
        except DeviceError as error:
            return PrintOutcome.FAILED, away(error), 0
        try:
            return (*self._watch(job, deadline), len(data))
        except DeviceError as error:
            self._cancel_quietly(job)
            return PrintOutcome.UNKNOWN, away(error), len(data)

    def _watch(self, job: str, deadline: float) -> tuple[PrintOutcome, PrinterStatus]:
        """Until the queue has passed it on; what it keeps beyond the deadline is cancelled."""
        while self._queue.waiting(job, max(deadline, time.monotonic() + _COMMAND_S)):
            if left(deadline) <= _LOOK_S:
                return self._withdraw(job)
            time.sleep(_LOOK_S)
        return PrintOutcome.UNKNOWN, self._ask(max(deadline, time.monotonic() + _COMMAND_S))

    def _withdraw(self, job: str) -> tuple[PrintOutcome, PrinterStatus]:
        """A job that never began is certainly not on paper: the same other job, or a stopped
        queue, stood before it from before the cancelling until after. Of any other nobody can
        tell, since it may have begun in between."""
        soon = time.monotonic() + _COMMAND_S
        before = self._queue.occupied_by(soon)
        self._queue.cancel(job, soon)
        kept_out = before not in ("", job) and before == self._queue.occupied_by(soon)
        _log.warning("ticket_withdrawn", kept_out=kept_out)
        status = self._queue.status(soon)
        return (PrintOutcome.FAILED if kept_out else PrintOutcome.UNKNOWN), status

    def _cancel_quietly(self, job: str) -> None:
        """The spooler went silent with a ticket in its hands: it should not come out later."""
        try:
            self._queue.cancel(job, time.monotonic() + _COMMAND_S)
        except DeviceError as error:
            _log.warning("ticket_not_withdrawn", code=error.code)
