"""What events do to a hall's state; importing this knows every event."""

from queue_server.domain.apply import appointments, content, hall, leases, tickets, windows
from queue_server.domain.apply.core import apply

__all__ = ["apply", "appointments", "content", "hall", "leases", "tickets", "windows"]
