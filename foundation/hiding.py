"""Keeps a library from taking along another that it would only use if it were there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(module: str) -> Iterator[None]:
    """Meanwhile importing `module` fails as if it were not installed."""
    modules: dict[str, object] = sys.modules  # type: ignore[assignment]
    before = modules.get(module)
    modules[module] = None  # so the import system is told that there is none
    try:
        yield
    finally:
        del modules[module]
        if before is not None:
            modules[module] = before
