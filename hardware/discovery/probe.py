"""Asks what hangs on a serial port: an ESC/POS printer, an ID-card reader, or neither.

Sends their status questions at the usual speeds: the printer's first, which no reader takes for a
command, where a reader's would be letters to a printer. On a bus of strips or pads all is noise.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from hardware.discovery.found import KIOSK_FILE, Found, Kind, printer_lines, reader_lines
from hardware.errors import DeviceError
from hardware.id_card.opening import AUTO_BAUD, open_module
from hardware.ports import PrinterState
from hardware.wiring import PrinterSettings, make_printer

_log = structlog.get_logger()
_PRINTER_SPEEDS = (9600, 115200, 19200, 38400)
_PRINTER_ANSWERS_S = 0.4
_MOST_AT_ONCE = 8
_SILENT = (PrinterState.UNKNOWN, PrinterState.OFFLINE)


def all_probed(found: Sequence[Found], deadline: float) -> list[Found]:
    """Each serial port among `found` asked, all at the same time."""

    def asked(each: Found) -> Found:
        return probed(each, deadline) if each.kind is Kind.SERIAL else each

    with ThreadPoolExecutor(_MOST_AT_ONCE) as pool:
        return list(pool.map(asked, found))


def probed(port: Found, deadline: float) -> Found:
    """What answered there, or `port`, as one where nobody did. deadline: monotonic; past it
    nothing more is asked, and who was not asked is told so."""
    if port.usable is False:
        return port
    asks: tuple[Callable[[Found], Found | None], ...] = (_printer, _card_reader)
    for ask in asks:
        if time.monotonic() >= deadline:
            return port
        if found := ask(port):
            return found
    return dataclasses.replace(port, asked=True)


def _card_reader(port: Found) -> Found | None:
    try:
        module = open_module(port.address, AUTO_BAUD)
    except DeviceError as error:
        _log.debug("no_card_reader", port=port.address, code=error.code)
        return None
    try:
        lines = reader_lines(port.address, module.baud)
    finally:
        module.close()
    return dataclasses.replace(port, kind=Kind.CARD_READER, file=KIOSK_FILE, lines=lines)


def _printer(port: Found) -> Found | None:
    for baud in _PRINTER_SPEEDS:
        url = f"serial://{port.address}?baud={baud}"
        if _answers(url):
            lines = printer_lines(url)
            return dataclasses.replace(
                port, kind=Kind.PRINTER, address=url, file=KIOSK_FILE, lines=lines
            )
    return None


def _answers(url: str) -> bool:
    try:
        printer = make_printer(PrinterSettings(url), to_print=False)
        return printer.look(_PRINTER_ANSWERS_S).state not in _SILENT
    except DeviceError as error:
        _log.debug("no_printer", url=url, code=error.code)
        return False
