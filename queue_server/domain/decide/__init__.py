"""What commands lead to; importing this knows every command."""

from queue_server.domain.decide import hall, leases, tickets, windows
from queue_server.domain.decide.core import decide

__all__ = ["decide", "hall", "leases", "tickets", "windows"]
