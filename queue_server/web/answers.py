"""What routes answer: JSON that nobody keeps, what a command told, files; and long work on any of
them beside the event loop, so that calls are not held up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ParamSpec

import orjson
from fastapi import Response

from queue_server.outcome import Outcome
from queue_server.web.bodies import gives
from queue_server.web.schemas.commands import ErrorOut

P = ParamSpec("P")

JSON = "application/json"
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ERRORS = gives(ErrorOut, 400, 401, 403, 404, 409, 422, 503)
NOT_KEPT = {"Cache-Control": "no-store"}
_PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}


def answered(outcome: Outcome, status: int = 200) -> Response:
    """What a command told."""
    return Response(outcome.body, status, media_type=JSON)


def as_json(view: Any, status: int = 200) -> Response:
    """What was looked up, as JSON."""
    return encoded_json(orjson.dumps(view), status)


def encoded_json(body: bytes, status: int = 200) -> Response:
    """JSON that is encoded already."""
    return Response(body, status, media_type=JSON, headers=NOT_KEPT)


async def json_beside(view: Callable[P, Any], *args: P.args, **named: P.kwargs) -> Response:
    """`view` of these as JSON, worked out in a thread; for what is long, or may be."""
    return encoded_json(await asyncio.to_thread(lambda: orjson.dumps(view(*args, **named))))


async def file_beside(
    kind: str, name: str, content: Callable[P, bytes], *args: P.args, **named: P.kwargs
) -> Response:
    """`content` of these as a file to keep under `name`, made in a thread."""
    return as_file(await asyncio.to_thread(content, *args, **named), kind, name)


def as_file(body: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', **NOT_KEPT}
    return Response(body, media_type=kind, headers=headers)


def media_type(head: bytes) -> str | None:
    """Of a picture, by its first four bytes; None for what is no picture here."""
    return next((kind for mark, kind in _PICTURES.items() if head.startswith(mark)), None)
