"""The lifecycle of a ticket: one table, in this file and nowhere else.

Rows are the state a ticket is in, columns what happens to it, cells the states it may go to. A
missing cell is an illegal move. The diagram in docs/ is drawn from this table.
"""

from __future__ import annotations

from collections.abc import Mapping

from queue_server.domain.errors import IllegalMove
from queue_server.domain.vocabulary import Happening as H
from queue_server.domain.vocabulary import TicketStatus as S

TABLE: Mapping[S, Mapping[H, frozenset[S]]] = {
    S.WAITING: {
        H.CALLED: frozenset({S.CALLED}),
        H.TRANSFERRED: frozenset({S.WAITING}),
        H.CANCELLED: frozenset({S.CANCELLED}),
        H.DAY_CLOSED: frozenset({S.EXPIRED}),
    },
    S.CALLED: {
        H.CALLED: frozenset({S.CALLED}),
        H.STARTED: frozenset({S.SERVING}),
        H.MISSED: frozenset({S.MISSED}),
        H.PARKED: frozenset({S.PARKED}),
        H.TRANSFERRED: frozenset({S.WAITING}),
        H.CANCELLED: frozenset({S.CANCELLED}),
        H.DAY_CLOSED: frozenset({S.EXPIRED}),
    },
    S.SERVING: {
        H.FINISHED: frozenset({S.FINISHED, S.WAITING}),
        H.PARKED: frozenset({S.PARKED}),
        H.TRANSFERRED: frozenset({S.WAITING}),
        H.DAY_CLOSED: frozenset({S.FINISHED}),
    },
    S.MISSED: {
        H.CALLED: frozenset({S.CALLED}),
        H.REJOINED: frozenset({S.WAITING}),
        H.CANCELLED: frozenset({S.CANCELLED}),
        H.DAY_CLOSED: frozenset({S.EXPIRED}),
    },
    S.PARKED: {
        H.CALLED: frozenset({S.CALLED}),
        H.RESUMED: frozenset({S.WAITING}),
        H.TRANSFERRED: frozenset({S.WAITING}),
        H.CANCELLED: frozenset({S.CANCELLED}),
        H.DAY_CLOSED: frozenset({S.EXPIRED}),
    },
    S.FINISHED: {},
    S.CANCELLED: {},
    S.EXPIRED: {},
}


def goes_to(status: S, happening: H) -> frozenset[S]:
    """The states that `happening` may lead to from `status`. Raises IllegalMove for an empty cell."""
    try:
        return TABLE[status][happening]
    except KeyError:
        raise IllegalMove(
            f"a ticket that is {status} cannot be {happening}",
            status=str(status),
            happening=str(happening),
        ) from None


def check(status: S, happening: H, to: S) -> None:
    """Refuses the move `status` → `to` by `happening` unless the table has it."""
    if to not in goes_to(status, happening):
        raise IllegalMove(
            f"a ticket that is {status} cannot become {to} when {happening}",
            status=str(status),
            happening=str(happening),
            to=str(to),
        )
