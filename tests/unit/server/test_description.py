"""The API's description holds together: what it refers to is there, under a name of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from queue_server.web.app import create_app
from queue_server.web.context import Context


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
