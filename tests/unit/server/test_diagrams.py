"""The documentation shows what the code does."""

from __future__ import annotations

import pytest

from tests.support.diagrams import DOCS, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_documentation_is_up_to_date(name: str) -> None:
    hint = "run: python -m tests.support.diagrams"
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), hint
