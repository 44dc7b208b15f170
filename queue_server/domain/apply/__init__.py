"""What events do to a hall's state; importing this knows every event."""

from queue_server.domain.apply import hall, leases, tickets, windows
from queue_server.domain.apply.core import apply

__all__ = ["apply", "hall", "leases", "tickets", "windows"]
