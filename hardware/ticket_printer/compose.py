"""From a ticket's content to the bytes for one kind of printer; sends nothing.

Starts from a clean printer (ESC @), ends with feed and cut as the profile has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from escpos.capabilities import Profile
from escpos.printer import Dummy

from hardware.ports import TicketContent
from hardware.ticket_printer.compose_bitmap import draw_ticket
from hardware.ticket_printer.compose_text import TextTicket, encodable, print_image
from hardware.ticket_printer.layout import Line, Part, Tear, TicketLayout, arrange
from hardware.ticket_printer.profile import PrinterProfile

_RESET = b"\x1b@"
_CUTS = {"full": b"\x1dV\x00", "partial": b"\x1dV\x01", "none": b""}


def compose(content: TicketContent, layout: TicketLayout, profile: PrinterProfile) -> bytes:
    """Text mode falls back to a bitmap when a character is not in the printer's encoding.

    Raises SettingsUnusable when a drawing is needed and no Chinese font is installed."""
    parts = _told_truly(arrange(layout, content), profile)
    printer = _dummy(profile)
    printer._raw(_RESET)
    if profile.motion_units:
        printer._raw(b"\x1dP" + bytes((profile.dots_per_inch, profile.dots_per_inch)))
    as_text = profile.mode == "text" and (encodable(parts, profile) or not profile.draws_images)
    for piece, last in _pieces(parts, profile):
        if as_text:
            TextTicket(printer, profile).write(piece)
        else:
            print_image(printer, draw_ticket(piece, profile), profile)
        printer._raw(b"\x1bJ" + bytes((profile.dots(profile.feed_to_cut_mm),)))
        printer._raw(_CUTS[profile.cutter] if last else _CUTS["partial"])
    output: bytes = printer.output
    return output


def _told_truly(parts: tuple[Part, ...], profile: PrinterProfile) -> tuple[Part, ...]:
    """Where a code can only be written out as its address, nobody is asked to scan it."""
    if profile.native_qr or profile.draws_images:
        return parts
    return tuple(part for part in parts if not (isinstance(part, Line) and part.below_code))


def _pieces(
    parts: tuple[Part, ...], profile: PrinterProfile
) -> Iterator[tuple[tuple[Part, ...], bool]]:
    """What stands between cuts, and whether it is the last. Without a cutter all is one piece, and
    a tear is drawn."""
    begun: list[Part] = []
    for part in parts:
        if isinstance(part, Tear) and part.cut and profile.cutter != "none":
            yield tuple(begun), False
            begun = []
        else:
            begun.append(part)
    yield tuple(begun), True


def _dummy(profile: PrinterProfile) -> Any:
    """A python-escpos printer that collects bytes and knows how wide the paper is; one of its
    stock profiles of unknown width prints a warning on standard output."""
    return Dummy(profile=_width_profile(profile.paper_width_dots))


def _width_profile(width_dots: int) -> Any:
    plain = Profile()
    plain.profile_data = {**plain.profile_data, "media": {"width": {"pixels": width_dots}}}
    return plain
