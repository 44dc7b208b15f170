"""What commands lead to; importing this knows every command."""

from queue_server.domain.decide import hall, tickets, windows
from queue_server.domain.decide.core import decide

__all__ = ["decide", "hall", "tickets", "windows"]
