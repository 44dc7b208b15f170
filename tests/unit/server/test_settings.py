"""hall.toml: every key documented where it stands, mistakes named with line and nearest name."""

from __future__ import annotations

import dataclasses
import re
import typing
from pathlib import Path
from typing import Any

import pytest

from foundation.settings_file import SettingsError
from queue_server.domain.content import Guide
from queue_server.settings.hall import HallSettings, load_hall_settings
from queue_server.settings.rules import content_of, presentation_of, rules_of

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "config" / "hall.toml"
DEMO = ROOT / "config" / "demo" / "hall.toml"


def keys_of(shape: Any) -> set[str]:
    found = set()
    for name, hint in typing.get_type_hints(shape).items():
        found.add(name)
        for inner in (hint, *typing.get_args(hint)):
            if dataclasses.is_dataclass(inner):
                found |= keys_of(inner)
    return found


def test_every_key_is_documented() -> None:
    text = TEMPLATE.read_text(encoding="utf-8")
    for key in keys_of(HallSettings):
        assert re.search(rf"^(# )?(\[+)?{key}(\]+| =)", text, re.MULTILINE), key


@pytest.mark.parametrize("file", [TEMPLATE, DEMO])
def test_shipped_files_load(file: Path) -> None:
    settings = load_hall_settings(file)
    rules = rules_of(settings)
    assert type(rules).from_data(rules.to_data()) == rules
    assert presentation_of(settings).name


def test_demonstration_is_the_hall_of_the_domain() -> None:
    rules = rules_of(load_hall_settings(DEMO))
    assert [s.id for s in rules.services] == list("ABCDEFG")
    assert len(rules.windows) == 9
    for window, own in zip("123456", "ABCDEF", strict=True):
        skills = rules.window[window].skills
        assert (skills[0].service, skills[0].rank) == (own, 1)
        assert skills[1].rank == 2
    for window in "78":
        assert {s.service for s in rules.window[window].skills} == set("ABCDEFG")
    assert rules.window["9"].first_classes
    assert len(rules.matters) >= 20
    guides = [x for x in content_of(load_hall_settings(DEMO)) if isinstance(x, Guide)]
    assert len(guides) == len(rules.matters)
    assert all(g.materials or g.id == "E-03" for g in guides)
    assert all(g.procedure and g.result and g.fee and g.legal_basis for g in guides)


@pytest.mark.parametrize(
    ("change", "line_of", "says"),
    [
        (('name_en = "Our Hall"', 'nmae_en = "x"'), "nmae_en", "did you mean 'name_en'"),
        (("heartbeat_s = 3.0", 'heartbeat_s = "x"'), "heartbeat_s", "must be a number"),
        (('skills = ["A"]', 'skills = ["Z"]'), 'skills = ["Z"]', "用到了 'Z'，但文件里没有声明它"),
        (("rate = 2.0", "rate = -1"), "priority_class]]", "rate must be above 0"),
        (('id = "elderly"', 'id = "ordinary"'), None, "there twice"),
        (('log_level = "info"', 'log_level = "loud"'), "log_level", "must be one of"),
        (("opens = 09:00:00", "opens = 9"), "opens = 9", "must be a time"),
        (('time_zone = "Asia/Shanghai"', 'time_zone = "Mars/Base"'), "[hall]", "Mars/Base"),
        (("opens = 13:30:00", "opens = 11:30:00"), None, "mon overlap: 09:00–12:00 and 11:30–"),
        (('# stands_in_for = "2"', 'stands_in_for = "1"'), None, "cannot stand in for itself"),
    ],
)
def test_mistakes_are_named(
    tmp_path: Path, change: tuple[str, str], line_of: str | None, says: str
) -> None:
    text = TEMPLATE.read_text(encoding="utf-8").replace(*change, 1)
    assert change[1] in text
    file = tmp_path / "hall.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as found:
        load_hall_settings(file)
    assert says in str(found.value)
    if line_of is not None:
        assert found.value.line is not None
        assert line_of in text.splitlines()[found.value.line - 1]


def test_missing_files_and_broken_toml(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_hall_settings(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[hall\n")
    with pytest.raises(SettingsError) as found:
        load_hall_settings(broken)
    assert found.value.line == 1
