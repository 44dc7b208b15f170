"""The API's description as `/openapi.json` gives it: the framework's own, and what it cannot know
because routes read their requests and make their answers by themselves.
"""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from queue_server.web.description.answers import AGAIN, SHAPES, TOLD, Told, Who
from queue_server.web.description.shapes import REF, components, reference
from queue_server.web.description.stream import STREAM_PARAMETERS, STREAM_SCHEMA

_IN_PATH = re.compile(r"{(\w+)}")
_JSON = "application/json"
_STREAM = "text/event-stream"

ABOUT = """Queue tickets, windows and calls of service halls.

Errors are one shape everywhere: `{"error": {"code", "message", "detail"}}`. Commands carry a
`request_id` (a UUID made by whoever asks): the same one again does nothing twice and gets the same
answer. Times are RFC 3339 with offset, durations whole seconds. Unknown fields are ignored in what
is sent, and may come in what is answered. What each role may do: docs/roles.md; how to begin:
docs/api.md.
"""

SECURITY_SCHEMES: dict[str, dict[str, str]] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "of a paired device, or made with `./hall token` for a script",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "hall_session",
        "description": "of a person who logged in at /login",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "beside the session, in all that changes something: `data-csrf` of the "
        "`<body>` of every page of that session",
    },
    "device": {
        "type": "apiKey",
        "in": "cookie",
        "name": "hall_device",
        "description": "of a paired screen's browser",
    },
    "tablet": {
        "type": "apiKey",
        "in": "cookie",
        "name": "hall_tablet",
        "description": "of the paired tablet at a window",
    },
}


def describe(app: FastAPI, models: tuple[type[BaseModel], ...]) -> None:
    """Makes the description when it is first asked for; models: what requests may carry."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, models)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI, models: tuple[type[BaseModel], ...]) -> dict[str, Any]:
    described = get_openapi(
        title=app.title, version=app.version, description=ABOUT, routes=app.routes
    )
    pairs: list[Any] = [(model, "validation") for model in models]
    _, definitions = models_json_schema(pairs, ref_template=REF)
    parts = described.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    schemas.update(definitions.get("$defs", {}))
    schemas.update(components(SHAPES))
    parts["securitySchemes"] = SECURITY_SCHEMES
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            _describe_path_parameters(path, operation)
            if told := TOLD.get(method, {}).get(path):
                _describe_answers(operation, told)
                operation["security"] = _security(told.who, method)
    return described


def _describe_path_parameters(path: str, operation: dict[str, Any]) -> None:
    told = operation.setdefault("parameters", [])
    missing = set(_IN_PATH.findall(path)) - {p["name"] for p in told}
    told += [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in sorted(missing)
    ]


def _describe_answers(operation: dict[str, Any], told: Told) -> None:
    answers = operation["responses"]
    usual = next(status for status in answers if status.startswith("2"))
    answers[usual]["content"] = _content(told)
    if told.also is not None:
        answers[str(told.also)] = {
            "description": "The same request again: the answer that it had"
            if told.also == AGAIN
            else "OK",
            "content": _content(told),
        }
    if told.limited:
        answers["429"] = {
            "description": "Too many from this address; ask again after so many seconds",
            "headers": {"Retry-After": {"schema": {"type": "integer"}}},
            "content": {_JSON: {"schema": {"$ref": REF.format(model="ErrorOut")}}},
        }
    if "401" in answers:
        answers["401"]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    if _STREAM in told.media:
        operation["parameters"] = [
            *(p for p in operation["parameters"] if p["in"] == "path"),
            *STREAM_PARAMETERS,
        ]


def _content(told: Told) -> dict[str, Any]:
    if told.body is not None:
        return {_JSON: {"schema": reference(told.body)}}
    if _STREAM in told.media:
        return {_STREAM: {"schema": STREAM_SCHEMA}}
    text = {"type": "string"}
    binary = {"type": "string", "format": "binary"}
    return {kind: {"schema": text if kind == "text/plain" else binary} for kind in told.media}


def _security(who: Who, method: str) -> list[dict[str, list[str]]]:
    """Each entry is one way to say who asks; an empty one: nobody in particular."""
    session: dict[str, list[str]] = {"session": []}
    if method != "get":
        session["csrf"] = []
    known = [{"token": list[str]()}, session]
    match who:
        case Who.KNOWN:
            return known
        case Who.ANYBODY:
            return [*known, {"device": []}, {}]
        case Who.TABLET:
            return [{"token": []}, {"tablet": []}]
        case _:
            return []
