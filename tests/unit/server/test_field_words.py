"""Every kind of wrong field that the API can meet is told in words, without what was sent."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from queue_server.web.field_words import _SAID, problem_of


class Colour(Enum):
    RED = "red"


class Everything(BaseModel):
    text: Annotated[str, Field(min_length=2, max_length=4, pattern="^a+$")] = "aa"
    more: Annotated[int, Field(gt=0, lt=9)] = 5
    least: Annotated[int, Field(ge=1, le=9)] = 5
    yes: bool = True
    items: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    one_of: Literal["x", "y"] = "x"
    colour: Colour = Colour.RED
    id: UUID | None = None
    at: AwareDatetime | None = None
    day: date | None = None


@pytest.mark.parametrize(
    ("field", "sent", "said"),
    [
        ("text", 1, "文字"),
        ("text", "a", "至少 2 个字"),
        ("text", "aaaaa", "最多 4 个字"),
        ("text", "bb", "格式不对"),
        ("more", "x", "整数"),
        ("more", 1.5, "整数"),
        ("more", None, "整数"),
        ("more", 0, "大于 0"),
        ("more", 9, "小于 9"),
        ("least", 0, "至少是 1"),
        ("least", 10, "最多是 9"),
        ("yes", "maybe", "是"),
        ("yes", [], "是"),
        ("items", [], "至少要 1 项"),
        ("items", [1, 2, 3], "最多 2 项"),
        ("one_of", "z", "'x' or 'y'"),
        ("colour", "z", "'red'"),
        ("id", "z", "UUID"),
        ("id", 5, "UUID"),
        ("at", "z", "时间"),
        ("at", "2026-01-01T00:00:00", "时区"),
        ("day", "z", "日期"),
        ("day", "2026-01-01T10:00:00", "日期"),
        ("items", "z", "不能这样填"),
    ],
)
def test_a_wrong_field_in_words(field: str, sent: Any, said: str) -> None:
    with pytest.raises(ValidationError) as found:
        Everything.model_validate({field: sent})
    (error,) = found.value.errors()
    assert said in problem_of(error)
    assert "{" not in problem_of(error)


def test_a_missing_field_in_words() -> None:
    assert problem_of({"type": "missing"}) == "没有填写。"
    assert all(words.endswith("。") for words in _SAID.values())
