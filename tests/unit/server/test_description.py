"""The API's description holds together: what it refers to is there, under a name of its own; every
route says what it answers and who may ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, NotRequired, TypedDict

import pytest

from queue_server.web.app import create_app
from queue_server.web.context import Context
from queue_server.web.description.answers import TOLD
from queue_server.web.description.shapes import NotDescribable, components


def _never() -> AbstractAsyncContextManager[Context]:
    raise AssertionError("describing needs no server")


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (v for k, v in part.items() if k == "$ref")
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _references(inner)


def test_every_body_that_is_referred_to_is_described_once() -> None:
    description = create_app(_never).openapi()
    schemas = description["components"]["schemas"]
    assert set(_references(description)) == {f"#/components/schemas/{name}" for name in schemas}
    # two models of one name are told apart by their modules, and nothing refers to either
    assert [name for name in schemas if "__" in name] == []


def test_every_route_says_what_it_answers() -> None:
    """A new route wants a line in queue_server/web/description/answers.py."""
    description = create_app(_never).openapi()
    routes = {(m, path) for path, found in description["paths"].items() for m in found}
    assert routes == {(method, path) for method, told in TOLD.items() for path in told}
    for operations in description["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                assert all(content["schema"] for content in answer["content"].values()), status
            named = {name for way in operation["security"] for name in way}
            assert named <= description["components"]["securitySchemes"].keys()


def test_what_clients_cannot_guess_is_described() -> None:
    paths = create_app(_never).openapi()["paths"]
    issue = paths["/api/v1/halls/{hall}/tickets"]["post"]
    for status in ("200", "201"):
        schema = issue["responses"][status]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/TicketAnswer"}
    assert issue["security"] == [{"token": []}, {"session": [], "csrf": []}]
    stream = paths["/api/v1/halls/{hall}/events"]["get"]
    assert list(stream["responses"]["200"]["content"]) == ["text/event-stream"]
    names = [p["name"] for p in stream["parameters"]]
    assert names == ["hall", "Last-Event-ID", "after", "topics"]
    assert {} in stream["security"]  # a public screen
    assert "Retry-After" in paths["/api/v1/t/{token}"]["get"]["responses"]["429"]["headers"]


class _Inner(TypedDict):
    kind: Literal["a", "b"]


class _Shape(TypedDict):
    """Said of it."""

    inner: list[_Inner]
    may_be_null: int | None
    may_lack: NotRequired[dict[str, float]]


class _Odd(TypedDict):
    what: set[str]


def test_a_shape_becomes_its_schema() -> None:
    found = components([_Shape])
    assert found["_Inner"]["properties"] == {"kind": {"type": "string", "enum": ["a", "b"]}}
    assert found["_Shape"] == {
        "type": "object",
        "description": "Said of it.",
        "properties": {
            "inner": {"type": "array", "items": {"$ref": "#/components/schemas/_Inner"}},
            "may_be_null": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "may_lack": {"type": "object", "additionalProperties": {"type": "number"}},
        },
        "required": ["inner", "may_be_null"],
    }
    with pytest.raises(NotDescribable):
        components([_Odd])
