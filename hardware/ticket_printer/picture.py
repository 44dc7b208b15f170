"""What is known of a printer from its replies so far: events in, one status out. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.ports import PrinterState, PrinterStatus
from hardware.ticket_printer.protocol import AutomaticStatus, Fault, Query, RealTimeStatus
from hardware.words import state_words

# The printer waits for DLE ENQ once the cause is gone; without it the fault would stay for ever.
_MENDABLE = frozenset({Fault.CUTTER, Fault.RECOVERABLE})
_MAIN = frozenset({Query.PRINTER, Query.PAPER})


@dataclass(frozen=True, slots=True)
class Picture:
    """Unknown stays unknown: only what a reply said is in it."""

    answered: frozenset[Query] = frozenset()
    faults: frozenset[Fault] = frozenset()

    def with_event(self, event: object) -> Picture:
        if isinstance(event, RealTimeStatus):
            return Picture(self.answered | {event.query}, self.faults | event.faults())
        if isinstance(event, AutomaticStatus):  # it tells the whole state, so it replaces
            return Picture(_MAIN, event.faults())
        return self

    @property
    def mendable(self) -> bool:
        """An error that a recovery command can end, and nothing that needs a person first."""
        needs_person = self.faults & {Fault.COVER_OPEN, Fault.PAPER_OUT, Fault.OVERHEATED}
        return bool(self.faults & _MENDABLE) and not needs_person

    def status(self, *, near_end_sensor: bool = True) -> PrinterStatus:
        """Faults are believed from any reply; *all well* only when the printer spoke of both
        itself (1) and its paper (4). `near_end_sensor` False: those bits mean nothing."""
        faults = self.faults if near_end_sensor else self.faults - {Fault.NEAR_END}
        for fault in Fault:
            if fault in faults and fault is not Fault.NEAR_END:
                return PrinterStatus(_STATES[fault], False, _words(fault))
        if not self.answered >= _MAIN:
            return UNKNOWN
        if Fault.NEAR_END in faults:
            return PrinterStatus(PrinterState.NEAR_END, True, _words(Fault.NEAR_END))
        return PrinterStatus(PrinterState.OK, True, str(state_words("ready")))


UNKNOWN = PrinterStatus(PrinterState.UNKNOWN, None, str(state_words("printer_mute")))
OUT_OF_STEP = PrinterStatus(PrinterState.UNKNOWN, None, str(state_words("printer_out_of_step")))

_STATES = {
    Fault.COVER_OPEN: PrinterState.COVER_OPEN,
    Fault.PAPER_OUT: PrinterState.OUT,
    Fault.CUTTER: PrinterState.CUTTER,
    Fault.OVERHEATED: PrinterState.OVERHEATED,
    Fault.RECOVERABLE: PrinterState.ERROR,
    Fault.ERROR: PrinterState.ERROR,
    Fault.OFFLINE: PrinterState.OFFLINE,
    Fault.NEAR_END: PrinterState.NEAR_END,
}


def _words(fault: Fault) -> str:
    return str(state_words(fault.value))
