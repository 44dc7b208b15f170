"""What the audit log names has words in both languages; what is only looking is not noted."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import get_args

import pytest

from queue_server.access.roles import TABLE, Act, Role
from queue_server.domain import pension_commands as c
from queue_server.web import noting

TEXTS = Path(__file__).parents[3] / "assets" / "i18n"
LOOKS = {act for act in Act if act.value.startswith(("see_", "read_"))}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_act_that_is_noted_has_a_word(language: str) -> None:
    text = (TEXTS / f"web-admin.{language}.toml").read_text(encoding="utf-8")
    words = tomllib.loads(text)["admin"]["audit"]
    by_staff = TABLE[Role.ADMIN] | TABLE[Role.MANAGER]
    noted = {act.value for act in by_staff - noting._NOT_HERE - LOOKS}
    noted |= {kind.__name__ for kind in get_args(c.PensionerCommand)}
    assert noted - words.keys() == set()


def test_a_page_that_is_left_open_does_not_fill_the_log() -> None:
    assert {Act.SEND_RECEIPT, Act.SEE_BOARD} <= noting._NOT_HERE
