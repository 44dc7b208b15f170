"""`device printer …`: the ticket printer by hand, and its bytes as paper."""

from __future__ import annotations

import argparse
import importlib
import time
from pathlib import Path
from typing import Any

from hardware.cli.command import add_command, read_file, save
from hardware.errors import DeviceRefused
from hardware.ports import PrinterStatus, PrintOutcome
from hardware.ticket_printer.driver import EscPosTicketPrinter
from hardware.ticket_printer.sample import sample_ticket
from hardware.wiring import PrinterSettings, make_printer
from hardware.words import both, help_words

_LEAST_S = 0.1  # of the time that is left for a ticket


def add(kinds: Any) -> None:
    actions = kinds.add_parser("printer", help=help_words("printer")).add_subparsers(
        required=True, metavar="status|print-test|recover|render"
    )
    status = add_command(actions, "status", _status, "printer_status")
    test = add_command(actions, "print-test", _print_test, "printer_print_test", _load)
    test.add_argument("--layout", default="standard", help=help_words("printer_layout"))
    recover = add_command(actions, "recover", _recover, "printer_recover")
    how = recover.add_mutually_exclusive_group(required=True)
    how.add_argument("--resume", action="store_true", help=help_words("printer_resume"))
    how.add_argument("--clear", action="store_true", help=help_words("printer_clear"))
    for parser in (status, test, recover):
        parser.add_argument(
            "--printer", required=True, metavar="URL", help=help_words("printer_url")
        )
        parser.add_argument("--profile", default="generic-80mm", help=help_words("printer_profile"))
    render = add_command(actions, "render", _render, "printer_render")
    render.add_argument("file", type=Path)
    render.add_argument("--out", type=Path, required=True, metavar="FILE.png")
    render.add_argument("--profile", default="generic-80mm", help=help_words("printer_width"))


def _status_json(status: PrinterStatus) -> dict[str, Any]:
    return {
        "state": status.state.value,
        "can_print": status.can_print,
        "detail": status.detail,
    }


def _status(options: argparse.Namespace) -> dict[str, Any]:
    """Looks and changes nothing. Raises DeviceMissing when the printer cannot be reached."""
    printer = make_printer(PrinterSettings(options.printer, options.profile), to_print=False)
    return _status_json(printer.look(options.timeout))


def _recover(options: argparse.Namespace) -> dict[str, Any]:
    """Raises DeviceRefused for a printer that knows no recovery: one behind a spooler."""
    printer = make_printer(PrinterSettings(options.printer, options.profile), to_print=False)
    if not isinstance(printer, EscPosTicketPrinter):
        raise DeviceRefused("spooler_no_recovery")
    return _status_json(printer.recover(resume=options.resume, timeout_s=options.timeout))


def _load(_options: argparse.Namespace) -> None:
    """What draws tickets takes a second to load, which is not the printer's time."""
    importlib.import_module("hardware.ticket_printer.compose")


def _print_test(options: argparse.Namespace) -> dict[str, Any]:
    """Raises what `look` raises for a printer that cannot be reached, DeviceRefused when the ticket
    did not come out; `data` tells the printer's state."""
    deadline = time.monotonic() + options.timeout
    printer = make_printer(PrinterSettings(options.printer, options.profile, options.layout))
    printer.look(options.timeout)
    result = printer.print_ticket(sample_ticket(), max(_LEAST_S, deadline - time.monotonic()))
    if result.outcome is PrintOutcome.FAILED:
        raise DeviceRefused(
            "ticket_not_whole" if result.bytes_sent else "ticket_not_printed",
            status=both(result.status.detail),
            state=result.status.state.value,
            bytes_sent=result.bytes_sent,
        )
    return {
        "outcome": result.outcome.value,
        "status": _status_json(result.status),
        "bytes_sent": result.bytes_sent,
        "elapsed_s": round(result.elapsed_s, 3),
    }


def _render(options: argparse.Namespace) -> dict[str, Any]:
    from hardware.ticket_printer.profile import load_profile
    from hardware.ticket_printer.render import render

    profile = load_profile(options.profile)
    picture = render(read_file(options.file), profile.paper_width_dots)
    save(options.out, lambda: picture.save(options.out, "PNG"))
    return {"out": str(options.out), "width_dots": picture.width, "height_dots": picture.height}
