"""Serves the start page of the demonstration: a fixed set of files and what runs where.

Read-only, loopback only. It keeps neither numbers nor people; pictures of printed tickets are
relayed from the simulated printer, because a page may not read from another port.
"""

from __future__ import annotations

import json
import re
import threading
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from launcher.hall_ports import HOST
from launcher.places import ROOT
from launcher.words import LANGUAGES

_PAGE = ROOT / "launcher" / "start_page"
# The colours, icons and mark are the hall's own pages': one visual language.
_SHARED = ROOT / "queue_server" / "web" / "static"
_FILES = {
    "/": (_PAGE / "index.html", "text/html"),
    "/start.css": (_PAGE / "start.css", "text/css"),
    "/start.js": (_PAGE / "start.js", "text/javascript"),
    "/tokens.css": (_SHARED / "tokens.css", "text/css"),
    "/icons.svg": (_SHARED / "icons.svg", "image/svg+xml"),
    "/favicon.svg": (_SHARED / "favicon.svg", "image/svg+xml"),
}


_RELAYED = re.compile(r"/api/tickets(/\d{1,9}\.png)?")
_RELAY_WITHIN_S = 3.0


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    kind: str
    body: bytes


def answer(path: str, hall: Callable[[], Mapping[str, Any]], simulators: int) -> Answer:
    """What a GET of `path` (without its query) gets. simulators: the port of their page."""
    if path in _FILES:
        file, kind = _FILES[path]
        return Answer(200, f"{kind}; charset=utf-8", file.read_bytes())
    if path == "/hall.json":
        return _json(hall())
    if path == "/words.json":
        return _json({language: _words(language) for language in LANGUAGES})
    if _RELAYED.fullmatch(path):
        return _relay(f"http://{HOST}:{simulators}{path}")
    return Answer(404, "text/plain", b"not here\n")


def _relay(address: str) -> Answer:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=_RELAY_WITHIN_S) as told:
            kind = told.headers.get("Content-Type", "application/octet-stream")
            return Answer(told.status, kind, told.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, "text/plain", b"")
    except OSError:
        # The simulators are starting, or starting again; the page asks once more.
        return Answer(503, "text/plain", b"")


def _json(value: Any) -> Answer:
    return Answer(200, "application/json", json.dumps(value, ensure_ascii=False).encode())


def _words(language: str) -> Mapping[str, str]:
    path = ROOT / "assets" / "i18n" / f"start.{language}.toml"
    texts: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))
    return texts


class StartPageServer:
    """Runs in a thread of its own from `start` to `stop`. `hall` is asked anew for each request."""

    def __init__(self, port: int, hall: Callable[[], Mapping[str, Any]], simulators: int) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = answer(self.path.partition("?")[0], hall, simulators)
                self.send_response(found.status)
                self.send_header("Content-Type", found.kind)
                self.send_header("Content-Length", str(len(found.body)))
                self.send_header("Cache-Control", "no-store")
                self.send_header("X-Content-Type-Options", "nosniff")
                self.end_headers()
                self.wfile.write(found.body)

            def log_message(self, *_: Any) -> None:
                """Every look at the page is not worth a line."""

        self._server = ThreadingHTTPServer((HOST, port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
