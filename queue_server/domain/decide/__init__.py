"""What commands lead to; importing this knows every command."""

from queue_server.domain.decide import (
    acceptances,
    administration,
    appointments,
    cases,
    check_in,
    configuration,
    content,
    hall,
    leases,
    messages,
    pension_checks,
    pensions,
    tickets,
    undoing,
    visits,
    windows,
)
from queue_server.domain.decide.core import decide

__all__ = [
    "acceptances",
    "administration",
    "appointments",
    "cases",
    "check_in",
    "configuration",
    "content",
    "decide",
    "hall",
    "leases",
    "messages",
    "pension_checks",
    "pensions",
    "tickets",
    "undoing",
    "visits",
    "windows",
]
