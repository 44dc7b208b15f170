"""The simulators' page and its JSON: lay a card, break the printer, see the tickets.

Standard-library HTTP on a local address. Decides nothing about devices; refuses other sites' posts.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog

from hardware.simulators.camera import CameraFault, VirtualCamera
from hardware.simulators.card_reader import ReaderFault, VirtualCardReader
from hardware.simulators.people import Citizen, People
from hardware.simulators.printer import PrinterFault, Ticket, VirtualPrinter

_log = structlog.get_logger()
_STATIC = Path(__file__).parent / "static"
_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
}
_TICKET_PATH = re.compile(r"/api/tickets/(\d{1,9})\.(png|bin)")
_LONGEST_BODY_BYTES = 10_000
_Fault = TypeVar("_Fault", PrinterFault, ReaderFault, CameraFault)


class PageError(Exception):
    """Becomes the one error shape with an HTTP status."""

    def __init__(self, status: int, code: str, message: str, **detail: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.detail = status, code, message, detail


class Desk:
    """What the page can do with the devices; no HTTP in it."""

    def __init__(
        self,
        people: People,
        reader: VirtualCardReader,
        printer: VirtualPrinter,
        camera: VirtualCamera,
        camera_url: str,
    ) -> None:
        self._people, self._reader, self._printer = people, reader, printer
        self._camera, self._camera_url = camera, camera_url
        self._laid: str | None = None

    def citizens(self) -> list[dict[str, Any]]:
        today = datetime.now(UTC).date()
        return [_citizen_json(citizen, today) for citizen in self._people.citizens]

    def state(self) -> dict[str, Any]:
        return {
            "reader": {"citizen": self._laid, "fault": self._reader.fault.value},
            "printer": {"fault": self._printer.fault.value},
            "camera": self._camera_url,
            "camera_fault": self._camera.fault.value,
        }

    def tickets(self) -> list[dict[str, Any]]:
        """Newest first."""
        return [_ticket_json(ticket) for ticket in reversed(self._printer.tickets())]

    def ticket(self, ticket_id: int) -> Ticket:
        ticket = self._printer.ticket(ticket_id)
        if ticket is None:
            raise PageError(404, "not_found", "no such ticket")
        return ticket

    def present(self, body: Mapping[str, Any]) -> dict[str, Any]:
        citizen = self._people.by_id(str(body.get("citizen")))
        if citizen is None:
            raise PageError(422, "unknown_citizen", "no citizen of this id")
        self._reader.lay(citizen.card())
        self._laid = citizen.id
        return self.state()

    def remove(self, _body: Mapping[str, Any]) -> dict[str, Any]:
        self._reader.lift()
        self._laid = None
        return self.state()

    def reader_fault(self, body: Mapping[str, Any]) -> dict[str, Any]:
        self._reader.set_fault(_choice(ReaderFault, body))
        return self.state()

    def camera_fault(self, body: Mapping[str, Any]) -> dict[str, Any]:
        self._camera.fault = _choice(CameraFault, body)
        return self.state()

    def camera_move(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Who sits before the camera moves, as the kiosk asks."""
        from hardware.simulators.sitter import Movement  # late: it takes OpenCV along

        try:
            movement = Movement(str(body.get("movement")))
        except ValueError as error:
            choices = ", ".join(Movement)
            raise PageError(
                422, "unknown_movement", f"one of {choices}", field="movement"
            ) from error
        self._camera.sitter.move(movement)
        return self.state()

    def printer_fault(self, body: Mapping[str, Any]) -> dict[str, Any]:
        after_mm = body.get("after_mm", 0)
        if isinstance(after_mm, bool) or not isinstance(after_mm, int | float) or after_mm < 0:
            raise PageError(422, "bad_field", "after_mm must be a number from 0", field="after_mm")
        self._printer.set_fault(_choice(PrinterFault, body), float(after_mm))
        return self.state()


def _choice(kind: type[_Fault], body: Mapping[str, Any]) -> _Fault:
    try:
        return kind(str(body.get("fault")))
    except ValueError as error:
        choices = ", ".join(kind)
        raise PageError(
            422, "unknown_fault", f"fault must be one of {choices}", field="fault"
        ) from error


def _citizen_json(citizen: Citizen, today: date) -> dict[str, Any]:
    return {
        "id": citizen.id,
        "name": citizen.name,
        "type": citizen.type,
        "sex": citizen.sex_code,
        "age": citizen.age_on(today),
        "id_number": citizen.id_number,
        "about": citizen.about,
    }


def _ticket_json(ticket: Ticket) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "at": ticket.at.isoformat(),
        "png": f"/api/tickets/{ticket.id}.png",
        "bin": f"/api/tickets/{ticket.id}.bin",
        "bytes": len(ticket.data),
    }


class SimulatorPage:
    """Serves a desk over HTTP."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, host: str, port: int) -> str:
        """Returns the page's address; port 0 picks a free one."""
        self._server = _Server((host, port), self._desk)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.1},
            name="page",
            daemon=True,
        )
        self._thread.start()
        return f"http://{host}:{self._server.server_address[1]}/"

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], desk: Desk) -> None:
        super().__init__(address, _Handler)
        self.desk = desk


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30  # an idle connection is let go
    server: _Server

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def log_message(self, format: str, *args: object) -> None:
        _log.debug("page_request", line=format % args)

    def _answer(self, act: Callable[[str], None]) -> None:
        try:
            act(urlsplit(self.path).path)
        except PageError as error:
            body = {"code": error.code, "message": error.message, "detail": error.detail}
            self.close_connection = True  # a refused body may be unread
            self._json({"error": body}, error.status)

    def _get(self, path: str) -> None:
        desk = self.server.desk
        readers = {
            "/api/citizens": desk.citizens,
            "/api/state": desk.state,
            "/api/tickets": desk.tickets,
        }
        if path in readers:
            self._json(readers[path]())
        elif path in _FILES:
            name, kind = _FILES[path]
            self._send((_STATIC / name).read_bytes(), kind)
        elif match := _TICKET_PATH.fullmatch(path):
            ticket = desk.ticket(int(match[1]))
            picture = match[2] == "png"
            kind = "image/png" if picture else "application/octet-stream"
            self._send(ticket.png() if picture else ticket.data, kind)
        else:
            raise PageError(404, "not_found", "nothing here")

    def _post(self, path: str) -> None:
        desk = self.server.desk
        actions = {
            "/api/reader/present": desk.present,
            "/api/reader/remove": desk.remove,
            "/api/reader/fault": desk.reader_fault,
            "/api/printer/fault": desk.printer_fault,
            "/api/camera/fault": desk.camera_fault,
            "/api/camera/move": desk.camera_move,
        }
        self._refuse_other_sites()
        if path not in actions:
            raise PageError(404, "not_found", "nothing here")
        self._json(actions[path](self._body()))

    def _refuse_other_sites(self) -> None:
        """A page from elsewhere, open in the same browser, must not press buttons here."""
        origin = self.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != self.headers.get("Host"):
            raise PageError(403, "cross_origin", "posts from other sites are refused")
        if self.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise PageError(403, "cross_origin", "posts from other sites are refused")

    def _body(self) -> Mapping[str, Any]:
        """An object, or nothing. Only JSON is taken: plain forms can come from anywhere."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _LONGEST_BODY_BYTES:
            raise PageError(400, "bad_request", "the body is too long or of unknown length")
        if int(length) == 0:
            return {}
        if self.headers.get_content_type() != "application/json":
            raise PageError(400, "bad_request", "the body must be application/json")
        try:
            body = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError) as error:
            raise PageError(400, "bad_request", "the body is not JSON") from error
        if not isinstance(body, dict):
            raise PageError(400, "bad_request", "the body must be an object")
        return body

    def _json(self, value: Any, status: int = 200) -> None:
        data = json.dumps(value, ensure_ascii=False).encode()
        self._send(data, "application/json; charset=utf-8", status)

    def _send(self, data: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(data)
