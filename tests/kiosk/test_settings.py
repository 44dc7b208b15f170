"""The settings files: both load, every key is documented where it stands, mistakes are named."""

from __future__ import annotations

import dataclasses
import typing
from datetime import time
from pathlib import Path

import pytest

from foundation.settings_file import SettingsError
from kiosk.dimming import DimHours
from kiosk.flow.events import Language, View
from kiosk.settings import KioskSettings, load_kiosk_settings, parse_size

CONFIG = Path(__file__).resolve().parents[2] / "config"


def test_the_demonstrations_settings() -> None:
    settings = load_kiosk_settings(CONFIG / "demo" / "kiosk.toml")
    assert settings.server.url == settings.server.public_url == "http://127.0.0.1:8701"
    assert (settings.server.hall, settings.server.kiosk_id) == ("demo", "kiosk-1")
    assert settings.printer.url == "tcp://127.0.0.1:8703"
    reader = Path(settings.reader.port).resolve()
    assert reader.name == "card-reader"
    assert CONFIG.parent.resolve() / ".hall" in reader.parents, "relative to the file"
    assert (settings.screen.view, settings.screen.language) == (View.NORMAL, Language.CHINESE)


def test_the_kiosk_of_the_example_stands_in_the_hall_of_the_example() -> None:
    import tomllib

    hall = tomllib.loads((CONFIG / "hall.toml").read_text(encoding="utf-8"))
    assert load_kiosk_settings(CONFIG / "kiosk.toml").server.hall == hall["hall"]["id"]


@pytest.mark.parametrize("name", ["kiosk.toml", "demo/kiosk.toml"])
def test_every_key_stands_in_the_file_below_a_comment(name: str) -> None:
    load_kiosk_settings(CONFIG / name)
    lines = (CONFIG / name).read_text(encoding="utf-8").splitlines()
    for table, shape in typing.get_type_hints(KioskSettings).items():
        assert f"[{table}]" in lines
        for field in dataclasses.fields(shape):
            assert any(line.startswith(f"{field.name} = ") for line in lines), field.name
    commented = "\n".join(lines).split("\n")
    for number, line in enumerate(commented):
        if " = " in line and not line.startswith("#"):
            above = commented[:number][::-1]
            first = next(text for text in above if " = " not in text or text.startswith("#"))
            assert first.startswith("#") or first.startswith("["), line


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ('url = "http', 'url = "ftp', "must begin with http"),
        ('view = "normal"', 'view = "huge"', "must be one of contrast, elder, normal"),
        ("ticket_s = 25.0", "ticket_s = 0.0", "ticket_s must be more than 0"),
        ("ticket_s = 25.0", "tickets = 25.0", "did you mean 'ticket_s'"),
        ('size = "540x960"', 'size = "wide"', "must look like 1080x1920"),
        (
            "\ndim = []",
            "\ndim = [{ from = 18:00:00, until = 18:00:00, percent = 30 }]",
            "from and until must differ",
        ),
        ("\ndim = []", "\ndim = [{ until = 08:00:00, percent = 30 }]", "from is missing"),
        ('token = "demo-kiosk-1-token"', "", "server.token is missing"),
    ],
)
def test_a_mistake_says_what_is_wrong(
    tmp_path: Path, right: str, wrong: str, complaint: str
) -> None:
    text = (CONFIG / "demo" / "kiosk.toml").read_text(encoding="utf-8")
    assert right in text
    file = tmp_path / "kiosk.toml"
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=complaint):
        load_kiosk_settings(file)


def test_the_dark_hours_of_the_example_can_be_taken_as_they_stand(tmp_path: Path) -> None:
    text = (CONFIG / "kiosk.toml").read_text(encoding="utf-8")
    example = text.split("# For example: ", 1)[1].splitlines()[0]
    file = tmp_path / "kiosk.toml"
    file.write_text(text.replace("\ndim = []", f"\ndim = {example}", 1), encoding="utf-8")
    assert load_kiosk_settings(file).screen.dim == (DimHours(time(18), time(8), 30),)


def test_sizes() -> None:
    assert parse_size("1080x1920") == (1080, 1920)
    for text in ("1080", "x", "10x10", "-5x900", "1080*1920"):
        with pytest.raises(ValueError, match="size must"):
            parse_size(text)
