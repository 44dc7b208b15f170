"""`python -m hardware device|simulate …`: tries devices out by hand, and starts virtual ones.

Exit codes: 0 done, 1 the device or its settings failed, 2 the command line is wrong. With --json
every failure is the one error shape on standard output.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from foundation.logs import configure_logs
from foundation.settings_file import SettingsError, load_settings
from hardware.errors import DeviceError, DeviceRefused, DeviceTimeout
from hardware.ports import CardRecord, PrinterStatus, PrintOutcome, TicketContent
from hardware.wiring import (
    CameraSettings,
    CardReaderSettings,
    PrinterSettings,
    make_camera,
    make_card_reader,
    make_printer,
)

_DEFAULT_TIMEOUT_S = 10.0
_GRACE_S = 1.0  # what a driver's own bound may overrun before the command ends itself
_TEST_TICKET = Path(__file__).resolve().parents[1] / "config" / "tickets" / "test-ticket.toml"
_DEFAULT_SIMULATORS = Path(__file__).resolve().parents[1] / "config" / "demo" / "simulators.toml"

Command = Callable[[argparse.Namespace], dict[str, Any]]


class WrongCommandLine(DeviceError):
    """The words after the program's name cannot be understood."""

    code = "usage"


class _Parser(argparse.ArgumentParser):
    """Raises instead of printing, so that --json has its error shape here too."""

    def error(self, message: str) -> NoReturn:
        raise WrongCommandLine(f"{message}; see {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if arguments is None else list(arguments)
    as_json = "--json" in words
    try:
        options = _parser().parse_args(words)
        configure_logs("hardware", options.log_level)
        result = _bounded(options)
    except SettingsError as error:
        return _fail(as_json, error.code, str(error), {"key": error.key})
    except DeviceError as error:
        exit_code = 2 if isinstance(error, WrongCommandLine) else 1
        return _fail(as_json, error.code, error.detail, error.data, exit_code)
    if result:
        _print_result(result, as_json)
    return 0


def _bounded(options: argparse.Namespace) -> dict[str, Any]:
    """Nothing hangs longer than --timeout, not even a library that ignores its own: the command
    runs in a thread that the process does not wait for. Simulators run until they are ended."""
    command: Command = options.command
    if options.timeout is None:
        return command(options)
    outcome: list[dict[str, Any] | BaseException] = []

    def run() -> None:
        try:
            outcome.append(command(options))
        except BaseException as error:  # carried to the main thread, which raises it
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(options.timeout + _GRACE_S)
    if not outcome:
        raise DeviceTimeout(f"no answer within {options.timeout:g} s", timeout_s=options.timeout)
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def _print_result(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        text = json.dumps(result, ensure_ascii=False)
    else:
        width = max(map(len, result))
        text = "\n".join(f"{name:<{width}}  {_shown(value)}" for name, value in result.items())
    # A rare character can be half a surrogate pair; its escape is right in JSON and readable.
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.flush()


def _shown(value: Any) -> str:
    return "–" if value is None else str(value)


def _fail(
    as_json: bool, code: str, message: str, detail: dict[str, Any], exit_code: int = 1
) -> int:
    if as_json:
        error = {"code": code, "message": message, "detail": detail}
        sys.stdout.write(json.dumps({"error": error}, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"{message} ({code})\n")
    return exit_code


def _positive(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 3600:
        raise ValueError
    return seconds


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m hardware", description="Devices of the hall.")
    parser.add_argument("--log-level", default="warning", choices=("debug", "info", "warning"))
    rooms = parser.add_subparsers(required=True, metavar="device|simulate")
    device = rooms.add_parser("device", help="try one device")
    kinds = device.add_subparsers(required=True, metavar="card|printer|camera")
    _add_card(kinds)
    _add_printer(kinds)
    _add_camera(kinds)
    _add_simulate(rooms)
    return parser


def _add_command(
    place: Any, name: str, command: Command, help_text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = place.add_parser(name, help=help_text)
    parser.add_argument("--timeout", type=_positive, default=_DEFAULT_TIMEOUT_S, metavar="SECONDS")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.set_defaults(command=command)
    return parser


def _add_card(kinds: Any) -> None:
    actions = kinds.add_parser("card", help="ID-card reader").add_subparsers(
        required=True, metavar="read"
    )
    read = _add_command(actions, "read", _card_read, "wait for one card and read it")
    read.add_argument("--port", required=True, help="a tty, or socket://host:port")
    read.add_argument("--baud", type=int, default=115200)


def _add_printer(kinds: Any) -> None:
    actions = kinds.add_parser("printer", help="ticket printer").add_subparsers(
        required=True, metavar="status|print-test|render"
    )
    status = _add_command(actions, "status", _printer_status, "ask the printer how it is")
    test = _add_command(actions, "print-test", _print_test, "print a sample ticket")
    for parser in (status, test):
        parser.add_argument("--printer", required=True, metavar="URL")
        parser.add_argument("--profile", default="generic-80mm", help="name or TOML file")
    render = _add_command(actions, "render", _render, "draw ESC/POS bytes as paper")
    render.add_argument("file", type=Path)
    render.add_argument("--out", type=Path, required=True, metavar="FILE.png")
    render.add_argument("--profile", default="generic-80mm", help="for the paper's width")


def _add_camera(kinds: Any) -> None:
    actions = kinds.add_parser("camera", help="camera").add_subparsers(
        required=True, metavar="snapshot"
    )
    snapshot = _add_command(actions, "snapshot", _snapshot, "save one picture")
    snapshot.add_argument("--camera", required=True, metavar="SOURCE", help="index, file or URL")
    snapshot.add_argument("--out", type=Path, required=True, metavar="FILE")


def _add_simulate(rooms: Any) -> None:
    actions = rooms.add_parser("simulate", help="virtual devices").add_subparsers(
        required=True, metavar="devices"
    )
    devices = actions.add_parser("devices", help="printer, card reader, camera and their page")
    devices.add_argument("--config", type=Path, default=_DEFAULT_SIMULATORS)
    for name in ("page", "printer", "camera"):
        devices.add_argument(f"--{name}", metavar="HOST:PORT")
    devices.add_argument("--reader-link", type=Path, metavar="PATH")
    devices.set_defaults(command=_simulate_devices, timeout=None)


def _card_read(options: argparse.Namespace) -> dict[str, Any]:
    reader = make_card_reader(CardReaderSettings(options.port, options.baud))
    try:
        return card_json(reader.read_card(options.timeout))
    finally:
        reader.close()


def card_json(record: CardRecord) -> dict[str, Any]:
    """What a card type does not have is null; the photo is only counted."""
    fields = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    photo = fields.pop("photo")
    sam_id = fields.pop("sam_id")
    shown = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in fields.items()
    }
    return {**shown, "photo_bytes": len(photo), "sam_id": sam_id}


def _status_json(status: PrinterStatus) -> dict[str, Any]:
    return {
        "state": status.state.value,
        "can_print": status.can_print,
        "detail": status.detail,
    }


def _printer_status(options: argparse.Namespace) -> dict[str, Any]:
    printer = make_printer(PrinterSettings(options.printer, options.profile))
    return _status_json(printer.status(options.timeout))


def _print_test(options: argparse.Namespace) -> dict[str, Any]:
    """Raises DeviceRefused when the ticket did not come out; `data` tells the printer's state."""
    printer = make_printer(PrinterSettings(options.printer, options.profile))
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
    picture = render(_read_file(options.file), profile.paper_width_dots)
    _save(options.out, lambda: picture.save(options.out, "PNG"))
    return {"out": str(options.out), "width_dots": picture.width, "height_dots": picture.height}


def _snapshot(options: argparse.Namespace) -> dict[str, Any]:
    import cv2

    camera = make_camera(CameraSettings(options.camera))
    try:
        frame = camera.read(options.timeout)
    finally:
        camera.close()
    suffix = options.out.suffix or ".png"
    try:
        good, data = cv2.imencode(suffix, frame.picture)
    except cv2.error as error:
        raise WrongCommandLine(f"{suffix} is no picture format", out=str(options.out)) from error
    if not good:
        raise WrongCommandLine(f"{suffix} is no picture format", out=str(options.out))
    _save(options.out, lambda: options.out.write_bytes(data.tobytes()))
    height, width = frame.picture.shape[:2]
    return {
        "out": str(options.out),
        "width": width,
        "height": height,
        "taken_at": frame.taken_at.isoformat(),
    }


class FileTrouble(DeviceError):
    """A file given on the command line cannot be read or written."""

    code = "file"


def _read_file(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise FileTrouble(f"cannot read {file}: {error.strerror}", file=str(file)) from error


def _save(file: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as error:
        raise FileTrouble(f"cannot write {file}: {error.strerror}", file=str(file)) from error


def _simulate_devices(options: argparse.Namespace) -> dict[str, Any]:
    """Runs until SIGTERM or SIGINT; says `ready` once all stand."""
    from hardware.simulators.devices import SimulatedDevices, SimulatorSettings

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    settings = load_settings(options.config, SimulatorSettings)
    devices = SimulatedDevices(_overridden(settings, options))
    addresses = devices.start()
    try:
        sys.stdout.write(json.dumps({"ready": True, **dataclasses.asdict(addresses)}) + "\n")
        sys.stdout.flush()
        ended.wait()
    finally:
        devices.stop()
    return {}


def _overridden(settings: Any, options: argparse.Namespace) -> Any:
    """The settings with what the command line says instead."""
    changed = dataclasses.replace
    if options.page:
        settings = changed(settings, page=options.page)
    if options.printer:
        settings = changed(settings, printer=changed(settings.printer, listen=options.printer))
    if options.camera:
        settings = changed(settings, camera=changed(settings.camera, listen=options.camera))
    if options.reader_link:
        link = options.reader_link.absolute()
        settings = changed(settings, reader=changed(settings.reader, link=link))
    return settings
