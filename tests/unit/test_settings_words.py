"""What whoever edits a settings file reads: every mistake in Chinese and in English."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Literal

import pytest

from foundation.settings_file import SettingsError, load_settings
from foundation.settings_words import table


@dataclass(frozen=True)
class Part:
    at: time


@dataclass(frozen=True)
class Shape:
    number: int
    look: Literal["plain", "large"] = "plain"
    parts: tuple[Part, ...] = ()
    more: Mapping[str, Part] | None = None

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError("number must not be negative")


def test_every_text_is_there_in_both_languages_and_names_the_same_values() -> None:
    for key, entry in table().items():
        fields = [{n for _, n, _, _ in string.Formatter().parse(entry[x]) if n} for x in entry]
        assert set(entry) == {"zh", "en"}, key
        assert fields[0] == fields[1], key


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("number = x", "不符合 TOML 格式", "is not valid TOML"),
        ("", "缺少 number", "number is missing"),
        ("nmber = 1", "不认识 'nmber'；是不是 'number'？", "did you mean 'number'?"),
        ("zzzzz = 1", "可写：look, more, number, parts", "valid are look, more, number, parts"),
        ('number = "1"', "必须是整数，不能是引号中的文字", "must be a whole number, not text in"),
        ("number = -1", "这个文件：number", "the file: number must not be negative"),
        ('number = 1\nlook = "x"', "只能是 large, plain", "must be one of large, plain"),
        ("number = 1\nparts = 1", "parts 必须是列表，不能是整数", "parts must be a list"),
        ("number = 1\nmore = 1", "more 必须是表，不能是整数", "more must be a table"),
        ("number = 1\n[[parts]]\nat = 9", "parts[0].at 必须是时刻", "must be a time such as"),
    ],
)
def test_a_mistake_is_told_in_both_languages(tmp_path: Path, text: str, zh: str, en: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(file, Shape)
    assert zh in caught.value.words.zh
    assert en in caught.value.words.en == caught.value.message
    assert zh in str(caught.value)
    assert en in str(caught.value)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    for file, zh in ((tmp_path / "none", "没有这个文件"), (tmp_path, "这是一个文件夹")):
        with pytest.raises(SettingsError, match=zh):
            load_settings(file, Shape)
