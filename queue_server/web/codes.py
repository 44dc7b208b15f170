"""A ticket's codes are its holder's, who rates the window with them: staff never see them."""

# Whoever issues a ticket prints it, and so is told; every other answer to staff leaves them empty.

from __future__ import annotations

import orjson
from fastapi import Response

from queue_server.access.roles import Actor, Role

_STAFF = frozenset({Role.CLERK, Role.MANAGER, Role.AUDITOR})
_CODES = ("follow_path", "review_code")


def without_codes(actor: Actor, answer: Response) -> Response:
    """answer: JSON, with a ticket at its top or none. Kiosks get it as it is."""
    if actor.role not in _STAFF:
        return answer
    told = orjson.loads(answer.body)
    ticket = told.get("ticket")
    if not isinstance(ticket, dict) or "follow_path" not in ticket:
        return answer
    ticket.update(dict.fromkeys(_CODES, ""))
    return Response(orjson.dumps(told), answer.status_code, media_type=answer.media_type)
