"""The doctor's verdicts on devices: well, and each thing that can be wrong, with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from hardware.discovery.found import Found, Kind
from hardware.serial_bus import BusLink
from hardware.simulators.keypad import VirtualKeypads
from hardware.speaker.sound import Sound
from launcher import doctor_checks, doctor_devices
from launcher.doctor_checks import Finding

HEAD = """
outbox = "ratings.jsonl"
[server]
url = "http://127.0.0.1:1"
hall = "demo"
token = "x"
"""
Judge = Callable[[str], dict[str, Finding]]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALL_LANG", "en")


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Findings by the beginning of what they are about."""

    def judge(text: str) -> dict[str, Finding]:
        file = tmp_path / "devices.toml"
        file.write_text(HEAD + text)
        found = doctor_devices.window_devices(file)
        return {" ".join(each.what.split()[:2]): each for each in found}

    return judge


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[str]:
    pads = VirtualKeypads(tmp_path / "bus", {})
    pads.start()
    yield pads.port
    pads.stop()


BUS = '[[keypad_bus]]\nname = "pads"\nport = "{port}"\n[[keypad]]\nbus = "pads"\naddress = 1\nwindow = "1"\n'  # noqa: E501


def test_nothing_set_up_is_well(judge: Judge) -> None:
    (only,) = judge("").values()
    assert only.ok
    assert "no strips" in only.detail


def test_a_mistake_in_the_settings_is_named(judge: Judge) -> None:
    (only,) = judge('[[sign]]\nname = "x"\nbus = "none"\naddress = 1\n').values()
    assert not only.ok
    assert "no bus 'none'" in only.detail
    (only,) = judge(BUS.format(port="p").replace("address", 'make = "odd"\naddress')).values()
    assert not only.ok
    assert "five-levels" in only.detail


def test_a_bus_that_is_there_and_one_that_is_not(judge: Judge, bus: str) -> None:
    assert judge(BUS.format(port=bus))["bus of"].ok
    gone = judge(BUS.format(port="/dev/none"))["bus of"]
    assert not gone.ok
    assert "device list" in gone.mend


def test_a_bus_at_work_is_well(judge: Judge, bus: str) -> None:
    link = BusLink(bus, 9600)
    try:
        finding = judge(BUS.format(port=bus))["bus of"]
    finally:
        link.close()
    assert finding.ok
    assert "in use" in finding.detail


def test_a_bus_that_one_may_not_open(judge: Judge) -> None:
    closed_even_to_root = "/proc/sys/kernel/ostype"
    assert "usermod" in judge(BUS.format(port=closed_even_to_root))["bus of"].mend


def test_a_server_that_is_away(judge: Judge, bus: str) -> None:
    finding = judge(BUS.format(port=bus))["window devices"]
    assert not finding.ok
    assert "server.url" in finding.mend


def test_the_voice_and_the_output(judge: Judge, tmp_path: Path) -> None:
    found = judge(f'[speaker]\noutput = "file"\nfolder = "{tmp_path}/said"\n')
    assert found["loudspeaker"].ok
    assert found["voice for"].ok
    odd = judge(
        '[speaker]\nlanguages = ["xx"]\n[speaker.phrases.xx]\nvoice = "zz"\nsentence = "{number}"\n'
    )
    assert "espeak-ng" in odd["voice for"].mend


def test_silence_is_told_with_a_remedy(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    found = judge("[speaker]\n")["loudspeaker"]
    assert not found.ok
    assert "alsa-utils" in found.mend


def test_recordings_that_are_missing_are_named(judge: Judge, tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    names = ["please", "number_to", "window", "10", *"012345678"]
    (folder / "manifest.toml").write_text(
        "[clips]\n" + "\n".join(f'"{name}" = "{name}.wav"' for name in names)
    )
    for name in names[1:]:
        (folder / f"{name}.wav").write_bytes(Sound.silence(0.1).to_wav())
    text = f'[speaker]\noutput = "none"\n[speaker.clips]\n"zh-CN" = "{folder}"\n'
    finding = judge(text)["recordings (zh-CN,"]
    assert not finding.ok
    assert "9, please, please.wav" in finding.detail


def test_what_is_plugged_in() -> None:
    found = [
        Found(Kind.SERIAL, "adapter", "/dev/ttyUSB0", False),
        Found(Kind.SOUND, "card", "plughw:0", None),
    ]
    port, sound = doctor_devices.plugged_in(found)
    assert (port.ok, sound.ok) == (False, True)
    assert "usermod -aG dialout" in port.mend


def test_a_program_that_takes_ports_is_told() -> None:
    (finding,) = doctor_devices.intruders(["brltty"])
    assert not finding.ok
    assert "CH340" in finding.detail
    assert "remove brltty" in finding.mend
    assert list(doctor_devices.intruders([])) == []


@pytest.mark.parametrize(
    ("state", "said"), [("out", "new roll"), ("cover_open", "cover"), ("offline", "cable")]
)
def test_each_state_of_a_printer_has_its_remedy(
    monkeypatch: pytest.MonkeyPatch, state: str, said: str
) -> None:
    answer = partial(dict, state=state, detail=state)
    monkeypatch.setattr(doctor_checks, "_json_of", lambda _: answer())
    (finding,) = doctor_checks.printer("tcp://x:1")
    assert said in finding.mend
