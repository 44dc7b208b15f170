"""Asks what hangs on a serial port: an ID-card reader, an ESC/POS printer, or neither.

Sends their status questions at the usual speeds. On a bus of strips or pads these bytes are noise.
"""

from __future__ import annotations

import dataclasses
import time

import structlog

from hardware.discovery.found import KIOSK_FILE, Found, Kind, printer_lines, reader_lines
from hardware.errors import DeviceError
from hardware.id_card.opening import AUTO_BAUD, open_module
from hardware.ports import PrinterState
from hardware.wiring import PrinterSettings, make_printer

_log = structlog.get_logger()
_PRINTER_SPEEDS = (9600, 115200, 19200, 38400)
_PRINTER_ANSWERS_S = 0.4
_SILENT = (PrinterState.UNKNOWN, PrinterState.OFFLINE)


def probed(port: Found, deadline: float) -> Found:
    """`port`, or what answered there. deadline: monotonic; past it nothing more is asked."""
    if port.usable is False:
        return port
    for ask in (_card_reader, _printer):
        if time.monotonic() < deadline and (found := ask(port)):
            return found
    return port


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
        printer = make_printer(PrinterSettings(url))
        try:
            state = printer.status(_PRINTER_ANSWERS_S).state
        finally:
            printer.close()
        if state not in _SILENT:
            lines = printer_lines(url)
            return dataclasses.replace(
                port, kind=Kind.PRINTER, address=url, file=KIOSK_FILE, lines=lines
            )
    return None
