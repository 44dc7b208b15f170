"""`device printer …`: the ticket printer by hand, and its bytes as paper."""

from __future__ import annotations

import argparse
import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Any

from foundation.settings_file import load_settings
from hardware.cli.command import add_command, read_file, save
from hardware.errors import DeviceRefused
from hardware.ports import PrinterStatus, PrintOutcome, TicketContent
from hardware.ticket_printer.driver import EscPosTicketPrinter
from hardware.wiring import PrinterSettings, make_printer

_TEST_TICKET = Path(__file__).resolve().parents[2] / "config" / "tickets" / "test-ticket.toml"


def add(kinds: Any) -> None:
    actions = kinds.add_parser("printer", help="ticket printer").add_subparsers(
        required=True, metavar="status|print-test|recover|render"
    )
    status = add_command(actions, "status", _status, "ask the printer how it is")
    test = add_command(actions, "print-test", _print_test, "print a sample ticket")
    test.add_argument("--layout", default="standard", help="name or TOML file")
    recover = add_command(actions, "recover", _recover, "end an error that a printer waits with")
    how = recover.add_mutually_exclusive_group(required=True)
    how.add_argument("--resume", action="store_true", help="print on from where it stopped")
    how.add_argument("--clear", action="store_true", help="forget what is not printed")
    for parser in (status, test, recover):
        parser.add_argument("--printer", required=True, metavar="URL")
        parser.add_argument("--profile", default="generic-80mm", help="name or TOML file")
    render = add_command(actions, "render", _render, "draw ESC/POS bytes as paper")
    render.add_argument("file", type=Path)
    render.add_argument("--out", type=Path, required=True, metavar="FILE.png")
    render.add_argument("--profile", default="generic-80mm", help="for the paper's width")


def _status_json(status: PrinterStatus) -> dict[str, Any]:
    return {
        "state": status.state.value,
        "can_print": status.can_print,
        "detail": status.detail,
    }


def _status(options: argparse.Namespace) -> dict[str, Any]:
    printer = make_printer(PrinterSettings(options.printer, options.profile))
    return _status_json(printer.status(options.timeout))


def _recover(options: argparse.Namespace) -> dict[str, Any]:
    """Raises DeviceRefused for a printer that knows no recovery: one behind a spooler."""
    printer = make_printer(PrinterSettings(options.printer, options.profile))
    if not isinstance(printer, EscPosTicketPrinter):
        raise DeviceRefused("a spooler cannot be told to recover its printer")
    return _status_json(printer.recover(resume=options.resume, timeout_s=options.timeout))


def _print_test(options: argparse.Namespace) -> dict[str, Any]:
    """Raises DeviceRefused when the ticket did not come out; `data` tells the printer's state."""
    printer = make_printer(PrinterSettings(options.printer, options.profile, options.layout))
    result = printer.print_ticket(_test_ticket(), options.timeout)
    if result.outcome is PrintOutcome.FAILED:
        raise DeviceRefused(
            f"the ticket was not printed: {result.status.detail}",
            state=result.status.state.value,
            bytes_sent=result.bytes_sent,
        )
    return {
        "outcome": result.outcome.value,
        "status": _status_json(result.status),
        "bytes_sent": result.bytes_sent,
        "elapsed_s": round(result.elapsed_s, 3),
    }


@dataclasses.dataclass(frozen=True, slots=True)
class _TestTicket:
    """The sample's words, from config/tickets/test-ticket.toml."""

    hall_name: str
    number: str
    service_name: str
    people_ahead: int
    wait_text: str
    window_text: str
    class_label: str
    follow_url: str
    materials: tuple[str, ...]
    footer: str


def _test_ticket() -> TicketContent:
    sample = load_settings(_TEST_TICKET, _TestTicket)
    words = {field.name: getattr(sample, field.name) for field in dataclasses.fields(sample)}
    return TicketContent(issued_at=datetime.now().astimezone(), **words)


def _render(options: argparse.Namespace) -> dict[str, Any]:
    from hardware.ticket_printer.profile import load_profile
    from hardware.ticket_printer.render import render

    profile = load_profile(options.profile)
    picture = render(read_file(options.file), profile.paper_width_dots)
    save(options.out, lambda: picture.save(options.out, "PNG"))
    return {"out": str(options.out), "width_dots": picture.width, "height_dots": picture.height}
