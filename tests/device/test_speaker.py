"""The speaker against a virtual sound card and, where there is one, a real PulseAudio server."""

import subprocess
import sys
import time
import wave
from datetime import time as clock_time
from pathlib import Path

import numpy as np
import pytest

from hardware.ports import DeviceStanding
from hardware.simulators.speaker import SoundFault, VirtualSoundCard
from hardware.speaker.compose import Composer
from hardware.speaker.driver import HURRY_FROM, MOST_WAITING, QueueSpeaker
from hardware.speaker.output import AutoOutput, NoOutput, alsa, make_output, pulse
from hardware.speaker.settings import SpeakerSettings, VolumeFrom
from hardware.speaker.sound import RATE_HZ, Sound

CLIP_S = 0.05
NAMES = ("please", "number_to", "window", "A", "B", *"0123456789", "10")


@pytest.fixture
def card(tmp_path, monkeypatch):
    made = VirtualSoundCard(tmp_path / "card")
    monkeypatch.setenv("PATH", f"{made.programs}:/usr/bin:/bin")
    return made


@pytest.fixture
def clips(tmp_path):
    """Short recordings, each of a level of its own, so that the samples tell which was played."""
    folder = tmp_path / "clips"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        sound = Sound(np.full(round(CLIP_S * RATE_HZ), 500 * (number + 1), np.int16))
        (folder / f"{name}.wav").write_bytes(sound.to_wav())
    lines = [f'"{name}" = "{name}.wav"' for name in NAMES]
    (folder / "manifest.toml").write_text("[clips]\n" + "\n".join(lines))
    return folder


def spoken(samples):
    """The clips in a piece of sound."""
    levels = np.frombuffer(samples, "<i2")[:: round(CLIP_S * RATE_HZ)]
    return [NAMES[level // 500 - 1] for level in levels]


class Hall:
    def __init__(self, clips, output=None, **settings):
        self.settings = SpeakerSettings(output="alsa", clips={"zh-CN": clips}, **settings)
        self.standing: list[DeviceStanding] = []
        self.speaker = QueueSpeaker(
            self.settings,
            Composer(self.settings),
            output or make_output(self.settings),
            now=lambda: clock_time(12, 30),
            on_standing=self.standing.append,
        )


@pytest.fixture
def hall(card, clips):
    made = Hall(clips)
    yield made
    made.speaker.close()


def test_calls_are_spoken_in_order_and_none_cuts_off_another(card, hall):
    for number in ("A1", "B2", "A3"):
        hall.speaker.announce(number, "12")
    assert hall.speaker.wait_until_quiet(10)
    played = card.played()
    assert [spoken(each.samples)[1:3] for each in played] == [["A", "1"], ["B", "2"], ["A", "3"]]
    assert spoken(played[0].samples)[3:] == ["number_to", "10", "2", "window"]
    for before, after in zip(played, played[1:], strict=False):  # noqa: RUF007
        assert before.ended_s - before.began_s >= before.length_s
        assert after.began_s >= before.ended_s - 0.01
    assert hall.standing == [DeviceStanding("ok")]


def test_a_repeat_of_a_waiting_call_is_said_once_and_a_dropped_one_never(card, hall):
    hall.speaker.announce("A1", "1")
    for _ in range(3):
        hall.speaker.announce("A2", "2")
    hall.speaker.announce("A3", "3")
    hall.speaker.drop("A3", "3")
    assert hall.speaker.wait_until_quiet(10)
    assert [spoken(each.samples)[2] for each in card.played()] == ["1", "2"]


def test_when_many_wait_the_chime_is_left_out_and_the_oldest_go(clips, tmp_path, monkeypatch):
    card = VirtualSoundCard(tmp_path / "card", pace=0.01)
    monkeypatch.setenv("PATH", f"{card.programs}:/usr/bin:/bin")
    chime = tmp_path / "chime.wav"
    chime.write_bytes(Sound.silence(1.0).to_wav())
    hall = Hall(clips, chime=chime)
    try:
        for number in range(MOST_WAITING + 5):
            hall.speaker.announce(f"A{number}", "1")
        assert hall.speaker.wait_until_quiet(90)  # a program starts for each call
    finally:
        hall.speaker.close()
    played = card.played()
    with_chime = [each.length_s > 1 for each in played]
    assert MOST_WAITING <= len(played) <= MOST_WAITING + 2
    assert with_chime[-HURRY_FROM:] == [True] * HURRY_FROM
    assert not any(with_chime[1:-HURRY_FROM])


@pytest.mark.parametrize(("percent", "level"), [(50, 250), (0, None)])
def test_the_volume_of_the_hour(card, clips, percent, level):
    hall = Hall(clips, volume=(VolumeFrom(clock_time(12), percent),))
    hall.speaker.announce("A1", "1")
    assert hall.speaker.wait_until_quiet(10)
    hall.speaker.close()
    levels = [int(np.frombuffer(each.samples, "<i2")[0]) for each in card.played()]
    assert levels == ([] if level is None else [level])


def test_a_busy_card_is_told_and_the_next_call_is_heard(card, hall):
    card.set_fault(SoundFault.BUSY)
    hall.speaker.announce("A1", "1")
    assert hall.speaker.wait_until_quiet(10)
    card.set_fault(SoundFault.NONE)
    hall.speaker.announce("A2", "1")
    assert hall.speaker.wait_until_quiet(10)
    assert [each.state for each in hall.standing] == ["error", "ok"]
    assert "busy" in hall.standing[0].detail
    assert len(card.played()) == 1


def test_a_player_that_is_not_there_is_told(card, hall, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    hall.speaker.announce("A1", "1")
    assert hall.speaker.wait_until_quiet(10)
    assert hall.standing[0].state == "error"


def test_closing_ends_a_player_that_hangs(card, hall):
    card.set_fault(SoundFault.HANG)
    hall.speaker.announce("A1", "1")
    assert not hall.speaker.wait_until_quiet(0.5)
    began = time.monotonic()
    hall.speaker.close()
    assert time.monotonic() - began < 5


def test_a_player_that_hangs_is_given_up(card, monkeypatch):
    monkeypatch.setattr("hardware.speaker.output._GRACE_S", 0.3)
    card.set_fault(SoundFault.HANG)
    from hardware.errors import DeviceTimeout

    with pytest.raises(DeviceTimeout):
        alsa("").play(Sound.silence(0.1))


def test_auto_takes_what_answers_and_silence_is_a_normal_state(card, tmp_path):
    sound = Sound.silence(0.05)
    auto = AutoOutput("")
    auto.play(sound)
    assert (auto.name, card.played()[0].program) == ("pulse", "paplay")
    card.set_fault(SoundFault.NO_SERVER)
    nothing = AutoOutput("", look_every_s=0)
    if not Path("/proc/asound/cards").exists():
        nothing.play(sound)  # neither answers here
        assert nothing.name == "none"
    card.set_fault(SoundFault.NONE)
    nothing.play(sound)  # a sound server that came up late
    assert nothing.name == "pulse"
    assert NoOutput().name == make_output(SpeakerSettings(output="none")).name == "none"


def test_devices_are_named_as_their_players_want_it(card):
    alsa("plughw:1").play(Sound.silence(0.05))
    pulse("front").play(Sound.silence(0.05))
    first, second = card.played()
    assert first.arguments[:3] == ("-q", "-D", "plughw:1")
    assert "--device=front" in second.arguments
    assert f"--rate={RATE_HZ}" in second.arguments


def test_into_files(clips, tmp_path):
    settings = SpeakerSettings(output="file", folder=tmp_path / "said", clips={"zh-CN": clips})
    speaker = QueueSpeaker(settings, Composer(settings), make_output(settings))
    speaker.announce("A1", "1")
    speaker.say("你好")
    assert speaker.wait_until_quiet(10)
    speaker.close()
    first, second = sorted((tmp_path / "said").glob("*.wav"))
    with wave.open(str(first)) as sound:
        assert spoken(sound.readframes(sound.getnframes()))[:3] == ["please", "A", "1"]
    assert second.stat().st_size > 10_000


def test_the_command_says_a_call_into_a_file(root, tmp_path):
    out = tmp_path / "call.wav"
    words = ("device", "speaker", "say", "--number", "A001", "--window", "3", "--out", str(out))
    done = subprocess.run(
        [sys.executable, "-m", "hardware", *words], cwd=root, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done
    with wave.open(str(out)) as sound:
        assert sound.getnframes() / sound.getframerate() > 3


@pytest.fixture
def pulseaudio(tmp_path, monkeypatch):
    """A sound server of its own with a null sink, whose monitor is recorded; its PID and socket
    lie in the test's folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/socket")
    server = subprocess.Popen(
        ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
         "-L", f"module-native-protocol-unix auth-anonymous=1 socket={tmp_path}/socket",
         "-L", "module-null-sink sink_name=hall rate=22050 channels=1"],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 10
    while subprocess.run(["pactl", "info"], capture_output=True).returncode:
        assert time.monotonic() < deadline, "PulseAudio did not come up"
        time.sleep(0.05)
    yield tmp_path
    server.terminate()
    server.wait(timeout=10)


def test_what_a_real_sound_server_hears_is_what_was_said(pulseaudio, tmp_path):
    heard = tmp_path / "heard.raw"
    recording = subprocess.Popen(
        ["parec", "--device=hall.monitor", "--raw", "--format=s16le", "--rate=22050",
         "--channels=1", "--latency-msec=20", str(heard)]
    )  # fmt: skip
    try:
        settings = SpeakerSettings(output="auto", device="hall", volume_percent=50)
        composer = Composer(settings)
        wanted = composer.text("请", "zh-CN").softer(50)
        speaker = QueueSpeaker(settings, composer, make_output(settings))
        deadline = time.monotonic() + 5
        while not heard.exists() or heard.stat().st_size == 0:
            assert time.monotonic() < deadline, "nothing is recorded"
            time.sleep(0.02)
        speaker.say("请")
        assert speaker.wait_until_quiet(20)
        time.sleep(0.3)
        speaker.close()
    finally:
        recording.terminate()
        recording.wait(timeout=5)
    samples = np.frombuffer(heard.read_bytes(), "<i2")
    loud = np.flatnonzero(np.abs(samples) > 100)
    said = np.flatnonzero(np.abs(wanted.samples) > 100)
    assert (loud[-1] - loud[0]) / RATE_HZ == pytest.approx((said[-1] - said[0]) / RATE_HZ, abs=0.1)
    assert np.abs(samples).max() == pytest.approx(np.abs(wanted.samples).max(), rel=0.02)
