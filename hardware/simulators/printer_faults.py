"""What can be wrong with the virtual printer, and what it says then. Tables alone."""

from __future__ import annotations

from enum import StrEnum


class PrinterFault(StrEnum):
    NONE = "none"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    NEAR_END = "near_end"
    OFFLINE = "offline"
    CUTTER = "cutter"  # jammed until somebody clears it, and then until DLE ENQ
    CUTTER_SLIP = "cutter_slip"  # over with the first DLE ENQ
    ERROR = "error"  # unrecoverable: off and on
    OVERHEATED = "overheated"
    MUTE = "mute"  # prints and never answers
    CHATTY = "chatty"  # puts automatic status bytes before, within and after each answer
    LATE = "late"  # answers so late that the next question is already asked
    GONE = "gone"  # unplugged


# Faults in which paper still moves.
STILL_PRINTING = frozenset(
    {
        PrinterFault.NONE,
        PrinterFault.NEAR_END,
        PrinterFault.MUTE,
        PrinterFault.CHATTY,
        PrinterFault.LATE,
    }
)
ENDED_BY_RECOVERY = frozenset({PrinterFault.CUTTER_SLIP})
WAITS_FOR_RECOVERY = frozenset({PrinterFault.CUTTER})

# DLE EOT replies by question, and the automatic status' bytes, by fault.
HEALTHY = (0x12, 0x12, 0x12, 0x12)
_CUTTER = (0x1A, 0x52, 0x1A, 0x12)
REAL_TIME: dict[PrinterFault, tuple[int, int, int, int]] = {
    PrinterFault.PAPER_OUT: (0x1A, 0x32, 0x12, 0x7E),
    PrinterFault.COVER_OPEN: (0x1A, 0x16, 0x12, 0x12),
    PrinterFault.NEAR_END: (0x12, 0x12, 0x12, 0x1E),
    PrinterFault.OFFLINE: (0x1A, 0x12, 0x12, 0x12),
    PrinterFault.CUTTER: _CUTTER,
    PrinterFault.CUTTER_SLIP: _CUTTER,
    PrinterFault.ERROR: (0x1A, 0x52, 0x32, 0x12),
    PrinterFault.OVERHEATED: (0x1A, 0x52, 0x52, 0x12),
}
AUTOMATIC_HEALTHY = bytes((0x10, 0x00, 0x00, 0x0F))
AUTOMATIC: dict[PrinterFault, bytes] = {
    PrinterFault.PAPER_OUT: bytes((0x18, 0x00, 0x0F, 0x0F)),
    PrinterFault.COVER_OPEN: bytes((0x38, 0x00, 0x00, 0x0F)),
    PrinterFault.NEAR_END: bytes((0x10, 0x00, 0x03, 0x0F)),
    PrinterFault.OFFLINE: bytes((0x18, 0x00, 0x00, 0x0F)),
    PrinterFault.CUTTER: bytes((0x18, 0x08, 0x00, 0x0F)),
    PrinterFault.CUTTER_SLIP: bytes((0x18, 0x08, 0x00, 0x0F)),
    PrinterFault.ERROR: bytes((0x18, 0x20, 0x00, 0x0F)),
    PrinterFault.OVERHEATED: bytes((0x18, 0x40, 0x00, 0x0F)),
}


def real_time(fault: PrinterFault, n: int) -> bytes:
    """The answer to DLE EOT n."""
    return bytes((REAL_TIME.get(fault, HEALTHY)[n - 1],))


def automatic(fault: PrinterFault) -> bytes:
    """The four bytes of automatic status."""
    return AUTOMATIC.get(fault, AUTOMATIC_HEALTHY)
