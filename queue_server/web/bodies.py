"""Reading JSON bodies straight into their models, and naming them for the API's description.

Bytes → model in one step of pydantic's core: the framework's way over plain dictionaries takes
several times as long, and numbers are asked for by everybody at nine on a Monday.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from queue_server.web.description.shapes import REF

M = TypeVar("M", bound=BaseModel)


async def body_of(request: Request, model: type[M]) -> M:
    """The request's body as `model`. Raises RequestValidationError, as the framework does."""
    raw = await request.body()
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise RequestValidationError([{**x, "loc": ("body", *x["loc"])} for x in found]) from error


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """For a route's `openapi_extra`: its body is this model."""
    return {"requestBody": {"required": True, "content": _content(model)}}


def gives(model: type[BaseModel], *statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: with each of these statuses it answers this model. By name,
    because the framework makes a field of its own for every model, route and status: a thousand of
    them, a third of a server's start, that no request ever needs."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": _content(model)}
        for status in statuses
    }


def gives_file(*media: str) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`, beside `response_class=Response`: it answers a file of one of
    these media types."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in media}
    return {200: {"description": HTTPStatus.OK.phrase, "content": content}}


def _content(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REF.format(model=model.__name__)}}}
