"""The lifecycle of a ticket: one table, in this file and nowhere else.

Rows are the state a ticket is in, columns what happens to it, cells the states it may go to. A
missing cell is an illegal move. The diagram in docs/ is drawn from this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

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


_SAID = {
    S.WAITING: "等候中",
    S.CALLED: "已叫号",
    S.SERVING: "办理中",
    S.MISSED: "已过号",
    S.PARKED: "已挂起",
    S.FINISHED: "已办结",
    S.CANCELLED: "已取消",
    S.EXPIRED: "已过期",
}


def goes_to(status: S, happening: H) -> frozenset[S]:
    """The states `happening` may lead to from `status`. Raises IllegalMove for an empty cell."""
    reached = TABLE[status].get(happening)
    if reached is None:
        refuse(status, _MEANT[happening], happening.value)
    return reached


def check(status: S, happening: H, to: S) -> None:
    """Refuses the move `status` → `to` by `happening` unless the table has it."""
    if to not in goes_to(status, happening):
        refuse(status, to, happening.value)


def refuse(status: S, to: S, happening: str) -> NoReturn:
    """Raises IllegalMove, naming the state the ticket is in and the one it was meant to reach (or
    to stay in, for what happens to tickets without changing their state)."""
    meant = "不用再办一次" if status is to else f"不能变为{_SAID[to]}"
    raise IllegalMove(
        f"这张号票{_SAID[status]}，{meant}。{_hint(status)}",
        status=status.value,
        to=to.value,
        happening=happening,
    )


def _hint(status: S) -> str:
    """What a person can do instead."""
    return "请按它现在的状态办理。" if TABLE[status] else "要再办请重新取号。"


# the state that a happening is meant to lead to, for naming it in a refusal
_MEANT = {
    H.CALLED: S.CALLED,
    H.STARTED: S.SERVING,
    H.FINISHED: S.FINISHED,
    H.MISSED: S.MISSED,
    H.REJOINED: S.WAITING,
    H.PARKED: S.PARKED,
    H.RESUMED: S.WAITING,
    H.TRANSFERRED: S.WAITING,
    H.CANCELLED: S.CANCELLED,
    H.DAY_CLOSED: S.EXPIRED,
}
