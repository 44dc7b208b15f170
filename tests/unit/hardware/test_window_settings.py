"""The settings file that halls start from: it loads, its examples load, and it names every key."""

import dataclasses
import re
import threading

import pytest

from foundation.announcement import Phrase
from foundation.settings_file import SettingsError
from hardware.errors import SettingsUnusable
from hardware.speaker.settings import SpeakerSettings, VolumeFrom
from hardware.window_devices import build
from hardware.window_devices.bridge import WindowDevices
from hardware.window_devices.settings import (
    DEFAULT_FILE,
    BusSettings,
    Habits,
    PadSettings,
    ServerSettings,
    SignSettings,
    Texts,
    WindowDevicesSettings,
    load_window_devices,
)

SHAPES = (
    WindowDevicesSettings, ServerSettings, BusSettings, SignSettings, PadSettings, Texts, Habits,
    SpeakerSettings, VolumeFrom, Phrase,
)  # fmt: skip
_EXAMPLE = re.compile(r'^#(?=\[|"|\w+ =)', re.MULTILINE)


def test_the_shipped_file_has_no_device_yet():
    settings = load_window_devices(DEFAULT_FILE)
    assert (settings.sign, settings.keypad, settings.speaker) == ((), (), None)


def test_its_examples_load_and_can_be_built(tmp_path):
    file = tmp_path / "devices.toml"
    file.write_text(_EXAMPLE.sub("", DEFAULT_FILE.read_text(encoding="utf-8")), encoding="utf-8")
    settings = load_window_devices(file)
    assert [sign.window for sign in settings.sign] == ["1", ""]
    assert settings.speaker is not None
    assert settings.speaker.phrase("zh-HK").voice == "yue"
    assert build.sign_places(settings)["strips"]["hall"].make.width_cells == 24
    assert build.pad_makes(settings)["pads"][1].name == "standard"


@pytest.mark.parametrize("shape", SHAPES)
def test_every_key_stands_in_it(shape):
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    for field in dataclasses.fields(shape):
        assert re.search(rf"\b{field.name}\b(\]| =|\.)", text), field.name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[sign]]\nname = "x"\nbus = "b"\naddress = 1', "no bus 'b'"),
        ('[[sign_bus]]\nname = "b"\nport = "p"\n[[keypad_bus]]\nname = "c"\nport = "p"', "twice"),
        ('[[sign_bus]]\nname = "b"\nport = "p"\n[[sign_bus]]\nname = "b"\nport = "q"', "twice"),
        ("[habits]\nmissed_after_calls = 0", "above 0"),
        ("[speaker]\nlanguages = ['xx']", "no phrase"),
        ('[speaker]\noutput = "file"', "needs a folder"),
        ("[texts]\nidle = '{person}'", "unknown"),
    ],
)
def test_mistakes_are_named(tmp_path, text, said):
    file = tmp_path / "devices.toml"
    head = 'outbox = "o"\n[server]\nurl = "http://x"\nhall = "h"\ntoken = "t"\n'
    file.write_text(head + text)
    with pytest.raises(SettingsError, match=said):
        load_window_devices(file)


def test_devices_that_are_refused_leave_no_thread(tmp_path):
    """The first bus can be; an address of the second cannot stand in its strips' frames."""
    buses = tuple(BusSettings(name, f"/dev/none-{name}") for name in ("a", "b"))
    signs = (SignSettings("1", "a", 1, "1"), SignSettings("2", "b", 300, "2"))
    server = ServerSettings("http://127.0.0.1:1", "demo", "x")
    settings = WindowDevicesSettings(server, tmp_path / "r", sign_bus=buses, sign=signs)
    before = set(threading.enumerate())
    with pytest.raises(SettingsUnusable):
        WindowDevices(settings, tmp_path / "f.toml")
    assert set(threading.enumerate()) <= before
