"""The demonstration's ports, as offsets from one base, and whether they are free.

Loopback only: nothing here listens to the network.
"""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass

HOST = "127.0.0.1"
BASE_PORT = 8700


@dataclass(frozen=True, slots=True)
class HallPorts:
    """One port each, side by side from `base`."""

    base: int = BASE_PORT

    @property
    def start_page(self) -> int:
        return self.base

    @property
    def server(self) -> int:
        return self.base + 1

    @property
    def simulators(self) -> int:
        return self.base + 2

    @property
    def printer(self) -> int:
        return self.base + 3

    @property
    def camera(self) -> int:
        return self.base + 4

    @property
    def kiosk_view(self) -> int:
        return self.base + 5

    @property
    def all(self) -> range:
        return range(self.base, self.base + 6)


def ports_in_use(ports: HallPorts) -> tuple[int, ...]:
    """Those of the ports that somebody else listens on."""
    return tuple(port for port in ports.all if not _is_free(port))


def free_base(first: int = 18700, last: int = 28700) -> int:
    """The first base from which all ports are free; raises OSError when there is none."""
    for base in range(first, last, 10):
        if not ports_in_use(HallPorts(base)):
            return base
    raise OSError(errno.EADDRINUSE, "no free run of ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers themselves do: a connection still closing is no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
