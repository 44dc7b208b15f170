"""The address that the server is reached at, taken before anything else is done: a start that
cannot listen says so in words and leaves the database alone."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack

from queue_server.trouble import CannotListen, CannotStart


def listening(host: str, port: int) -> list[socket.socket]:
    """A bound socket for each address that `host` stands for. None listens yet: until the halls are
    open, who connects is refused at once and tries elsewhere. Raises CannotStart."""
    with ExitStack() as taken:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            bound = [
                taken.enter_context(_bound(family, address))
                for family, address in dict.fromkeys((x[0], x[4]) for x in found)
            ]
        except OSError as error:
            raise CannotStart(_cause(error, host, port)) from error
        taken.pop_all()
        return bound


def _bound(family: int, address: tuple[object, ...]) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        # a server that is started anew does not wait for the last connections of the one before
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made


def _cause(error: OSError, host: str, port: int) -> CannotListen:
    code = "port_taken" if error.errno == errno.EADDRINUSE else "cannot_listen"
    return CannotListen(code, f"{host}:{port} – {error.strerror or error}")
