"""What events do to a hall's state; importing this knows every event."""

from queue_server.domain.apply import (
    acceptances,
    appointments,
    cases,
    content,
    hall,
    leases,
    messages,
    pensions,
    tickets,
    windows,
)
from queue_server.domain.apply.core import apply

__all__ = [
    "acceptances",
    "apply",
    "appointments",
    "cases",
    "content",
    "hall",
    "leases",
    "messages",
    "pensions",
    "tickets",
    "windows",
]
