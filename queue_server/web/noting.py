"""What is noted of each act of those who run a hall: before it is done, and again when it was not.

The journal says who did what to numbers and windows; the audit log says it of everything else too,
and of what was tried. Personal data and secrets are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.types import Scope

from queue_server.access.roles import Act, Actor, Role
from queue_server.audit import AuditLog

_NOTED_ROLES = frozenset({Role.MANAGER, Role.AUDITOR, Role.ADMIN})
# Noted by whoever carries them out, what machines do all day under a role of their own, and what
# only looks: a screen's page in a manager's browser says every ten seconds that it lives.
_NOT_HERE = frozenset(
    {
        Act.MANAGE_STAFF,
        Act.PAIR_DEVICES,
        Act.ISSUE_TICKET,
        Act.SETTLE_PRINT,
        Act.REPORT_DEVICE,
        Act.SEND_RECEIPT,
        Act.BORROW_NUMBERS,
        Act.SEND_RECEIPT,
        Act.SEE_BOARD,
    }
)
# Of other acts' bodies nothing is noted: they may be about a person.
_BODY_TOLD = frozenset({Act.CONFIGURE, Act.WORK_WINDOW, Act.CALL_CHOSEN, Act.DIRECT_HALL})
_LEFT_OUT = frozenset({"request_id", "person", "words", "phone", "password"})
_LETTERS_AT_MOST = 400
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_STATE = "noted"


async def note(request: Request, audit: AuditLog, actor: Actor, act: Act, hall: str) -> None:
    """Raises NotStored: what cannot be noted must not be done."""
    if request.method in _SAFE or actor.role not in _NOTED_ROLES or act in _NOT_HERE:
        return
    if was_noted(request.scope):
        return  # a route that asks twice does one thing
    path = request.url.path.removeprefix(f"/api/v1/halls/{hall}/")
    detail = _told(await request.body()) if act in _BODY_TOLD else {}
    await audit.note(hall, actor.label, act.value, subject=path, detail=detail)
    request.scope.setdefault("state", {})[_STATE] = (hall, actor.label, act.value, path)


def was_noted(scope: Scope) -> bool:
    return _STATE in scope.get("state", ())


async def note_refusal(scope: Scope, audit: AuditLog, status: int) -> None:
    """Afterwards, when what was noted was not done."""
    if status >= 400:
        hall, actor, act, path = scope["state"][_STATE]
        told = {"status": status}
        await audit.note(hall, actor, f"{act}_refused", subject=path, detail=told)


def _told(body: bytes) -> Mapping[str, Any]:
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(read, dict):
        return {}
    return {
        str(name): value
        if len(str(value)) <= _LETTERS_AT_MOST
        else f"{str(value)[:_LETTERS_AT_MOST]}…"
        for name, value in read.items()
        if name not in _LEFT_OUT
    }
