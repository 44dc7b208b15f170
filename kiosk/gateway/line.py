"""How the line to the server is: reachable or not, how quick, over which port of this machine.

Blocks for up to some seconds. Linux tells of its ports under /sys/class/net.
"""

from __future__ import annotations

import json
import socket
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kiosk.gateway.client import QueueClient
from kiosk.gateway.errors import GatewayError

TRIES = 5
_PORTS = Path("/sys/class/net")


@dataclass(frozen=True, slots=True)
class Port:
    """One network port of this machine. mbit_s: as negotiated; None where it is not told."""

    name: str
    up: bool
    mbit_s: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """trouble: the code of why the server cannot be reached, or empty. address: this machine's own,
    towards the server. times of one question and its answer; kbyte_s: of the longest answer."""

    trouble: str
    address: str
    ports: tuple[Port, ...]
    usual_ms: float = 0.0
    worst_ms: float = 0.0
    kbyte_s: float = 0.0


def measure(client: QueueClient, url: str, tries: int = TRIES) -> Line:
    """Asks the server `tries` times for what a kiosk asks all day."""
    address, ports = own_address(url), ports_of()
    try:
        client.hall()  # the first opens the connection
        times = [_seconds(client) for _ in range(tries)]
        began_s = time.perf_counter()
        length = len(json.dumps(client.content("matters")))
        took_s = max(time.perf_counter() - began_s, 1e-6)
    except GatewayError as error:
        return Line(error.code, address, ports)
    usual_ms, worst_ms = statistics.median(times) * 1000, max(times) * 1000
    return Line("", address, ports, usual_ms, worst_ms, length / 1000 / took_s)


def _seconds(client: QueueClient) -> float:
    began_s = time.perf_counter()
    client.hall()
    return time.perf_counter() - began_s


def own_address(url: str) -> str:
    """This machine's address on the way to the server; empty without a way. Sends nothing."""
    parts = urlsplit(url)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((parts.hostname or "", parts.port or 80))
            return str(probe.getsockname()[0])
    except OSError:
        return ""


def ports_of(folder: Path = _PORTS) -> tuple[Port, ...]:
    """Those that a cable or an aerial belongs to, and what else is up; without the loopback. Empty
    where the system does not tell."""
    names = sorted(
        path.name
        for path in folder.glob("*")
        if path.name != "lo" and ((path / "device").exists() or _read(path / "operstate") == "up")
    )
    return tuple(
        Port(name, _read(folder / name / "operstate") == "up", _speed(folder / name))
        for name in names
    )


def _speed(port: Path) -> int | None:
    """Ports without a cable say -1, wireless and virtual ones nothing."""
    told = _read(port / "speed")
    return int(told) if told.isdigit() else None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError:
        return ""
