"""Reading JSON bodies straight into their models, and telling the API description about it.

Bytes → model in one step of pydantic's core: the framework's way over plain dictionaries takes
several times as long, and numbers are asked for by everybody at nine on a Monday.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ValidationError
from pydantic.json_schema import models_json_schema

M = TypeVar("M", bound=BaseModel)

_IN_PATH = re.compile(r"{(\w+)}")
_REF = "#/components/schemas/{model}"


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
    return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}


def describe_bodies(app: FastAPI, models: tuple[type[BaseModel], ...]) -> None:
    """Adds the models' schemas to the application's OpenAPI description, and the path parameters
    that routes read from the request themselves."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = get_openapi(title=app.title, version=app.version, routes=app.routes)
            pairs: list[Any] = [(model, "validation") for model in models]
            _, definitions = models_json_schema(pairs, ref_template=_REF)
            schemas = described.setdefault("components", {}).setdefault("schemas", {})
            schemas.update(definitions.get("$defs", {}))
            _describe_path_parameters(described["paths"])
            app.openapi_schema = described
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _describe_path_parameters(paths: dict[str, Any]) -> None:
    for path, operations in paths.items():
        for operation in operations.values():
            told = operation.setdefault("parameters", [])
            missing = set(_IN_PATH.findall(path)) - {p["name"] for p in told}
            told += [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in sorted(missing)
            ]
