"""Every reason that a check can give has words for the clerk who reads it, in both languages."""

import tomllib
from pathlib import Path

import pytest

from hardware.face.cues import CueName
from hardware.face.quality import Advice

FOLDER = Path(__file__).parents[3] / "assets" / "i18n"
CODES = {
    *(f"liveness_{name}" for name in CueName),
    *(f"unclear_{name}" for name in CueName),
    *(f"quality_{advice}" for advice in Advice),
    *("not_alike", "nearly_alike", "strong", "uncalibrated"),
}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_each_reason_has_words(language):
    file = FOLDER / f"web-pension.{language}.toml"
    words = tomllib.loads(file.read_text("utf-8"))["pension"]["reason"]
    assert CODES - set(words) == set()
