"""Announcements: words and clip names per language, sounds joined, volume by the time of day."""

import io
import wave
from datetime import time

import numpy as np
import pytest

from foundation.announcement import PHRASES, Phrase
from foundation.settings_file import SettingsError
from hardware.errors import SettingsUnusable
from hardware.speaker.clips import ClipFolder, ClipMissing
from hardware.speaker.compose import Composer, VoiceMissing
from hardware.speaker.settings import SpeakerSettings, VolumeFrom
from hardware.speaker.sound import RATE_HZ, Sound, joined

RECORDED = ("please", "number_to", "window", "A", *"0123456789", "10")


def tone(length_s, rate_hz=RATE_HZ, channels=1, width=2, level=8000):
    """A WAV file of a constant level: its samples show which clip they are."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        one = level.to_bytes(2, "little") if width == 2 else bytes((128 + level // 256,))
        file.writeframes(one * (round(length_s * rate_hz) * channels))
    return out.getvalue()


@pytest.fixture
def folder(tmp_path):
    lines = []
    for number, name in enumerate(RECORDED):
        (tmp_path / f"{number}.wav").write_bytes(tone(0.1, level=256 * (number + 1)))
        lines.append(f'"{name}" = "{number}.wav"')
    (tmp_path / "manifest.toml").write_text("[clips]\n" + "\n".join(lines) + "\n")
    return tmp_path


def test_the_words_of_each_language():
    assert PHRASES["zh-CN"].spoken("A001", "12") == "请 A 0 0 1 号 到 12 号 窗口 办理"
    assert PHRASES["en"].spoken("A001", "3") == "Ticket A 0 0 1, please go to window 3."


@pytest.mark.parametrize(
    ("window", "clips"),
    [
        ("3", ["3"]),
        ("10", ["10"]),
        ("12", ["10", "2"]),
        ("20", ["2", "10"]),
        ("25", ["2", "10", "5"]),
        ("VIP", ["V", "I", "P"]),
        ("105", ["1", "0", "5"]),
    ],
)
def test_window_numbers_are_put_together_from_single_recordings(window, clips):
    names = PHRASES["zh-CN"].clip_names("A1", window, dict.fromkeys(RECORDED))
    assert names == ["please", "A", "1", "number_to", *clips, "window"]


def test_a_recording_of_the_whole_window_number_comes_first():
    names = PHRASES["zh-CN"].clip_names("A1", "12", {"12": None})
    assert names[4] == "12"


def test_an_unknown_field_in_a_phrase_is_refused():
    with pytest.raises(ValueError, match="unknown field"):
        Phrase(voice="en", sentence="{name}, please")


def test_clips_are_joined_in_order(folder):
    clips = ClipFolder(folder)
    sound = clips.spoken(PHRASES["zh-CN"], "A01", "12")
    assert sound.length_s == pytest.approx(0.8)
    order = [RECORDED[level // 256 - 1] for level in sound.samples[:: RATE_HZ // 10]][:8]
    assert order == ["please", "A", "0", "1", "number_to", "10", "2", "window"]


def test_a_missing_clip_is_named(folder):
    clips = ClipFolder(folder)
    with pytest.raises(ClipMissing, match="B"):
        clips.spoken(PHRASES["zh-CN"], "B01", "1")
    (folder / "0.wav").unlink()
    assert ClipFolder(folder).missing_files == ["0.wav"]


def test_a_composer_takes_clips_and_falls_back_to_the_synthesiser_for_the_whole_sentence(folder):
    composer = Composer(SpeakerSettings(clips={"zh-CN": folder}))
    assert composer.call("A01", "1").length_s == pytest.approx(0.7)
    spoken = composer.call("B01", "1")  # B is not recorded
    assert spoken.length_s > 2
    assert np.abs(spoken.samples).max() > 1000


def test_every_language_in_turn_with_chime_and_repeats(folder, tmp_path):
    chime = tmp_path / "chime.wav"
    chime.write_bytes(tone(0.5))
    settings = SpeakerSettings(clips={"zh-CN": folder}, chime=chime, repeat=2)
    sound = Composer(settings).call("A01", "1")
    assert sound.length_s == pytest.approx(0.5 + 2 * 0.7 + 2 * 0.35, abs=0.01)
    assert Composer(settings).call("A01", "1", chime=False).length_s < sound.length_s - 0.5
    both = Composer(SpeakerSettings(languages=("zh-CN", "en")))
    one = Composer(SpeakerSettings())
    assert both.call("A001", "3").length_s > one.call("A001", "3").length_s + 1


def test_a_language_of_ones_own():
    phrase = Phrase(voice="yue", sentence="請 {number} 號 到 {window} 號 窗口")
    settings = SpeakerSettings(languages=("zh-HK",), phrases={"zh-HK": phrase})
    assert Composer(settings).call("A001", "3").length_s > 1
    with pytest.raises(ValueError, match="no phrase"):
        SpeakerSettings(languages=("fr",))


def test_a_voice_that_is_not_there_is_the_rooms_error():
    phrase = Phrase(voice="zz", sentence="{number} {window}")
    settings = SpeakerSettings(languages=("xx",), phrases={"xx": phrase})
    with pytest.raises(VoiceMissing):
        Composer(settings).call("A001", "3")


@pytest.mark.parametrize(
    ("rate_hz", "channels", "width"), [(44_100, 2, 2), (8_000, 1, 2), (22_050, 1, 1)]
)
def test_recordings_of_other_shapes_are_brought_to_one(rate_hz, channels, width):
    sound = Sound.from_wav(tone(0.5, rate_hz, channels, width), "x")
    assert sound.length_s == pytest.approx(0.5, abs=0.01)
    assert set(sound.samples) == {8000 if width == 2 else 8000 // 256 * 256}


@pytest.mark.parametrize("data", [b"", b"RIFF", b"x" * 1000, tone(0.1)[:20]])
def test_what_is_no_wav_file_is_refused(data):
    with pytest.raises(SettingsUnusable):
        Sound.from_wav(data, "x.wav")


def test_a_sound_comes_back_as_it_was_and_softer_is_softer():
    sound = joined([Sound.from_wav(tone(0.1), "x"), Sound.silence(0.1)])
    again = Sound.from_wav(sound.to_wav(), "y")
    assert np.array_equal(again.samples, sound.samples)
    assert sound.softer(50).samples.max() == 4000
    assert sound.softer(0).samples.max() == 0


@pytest.mark.parametrize(
    ("hour", "percent"), [(3, 60), (8, 100), (11, 100), (12, 40), (13, 40), (14, 100), (18, 60)]
)
def test_volume_by_time_of_day(hour, percent):
    volume = (
        VolumeFrom(time(8), 100),
        VolumeFrom(time(12), 40),
        VolumeFrom(time(14), 100),
        VolumeFrom(time(18), 60),
    )
    assert SpeakerSettings(volume=volume).percent_at(time(hour)) == percent
    assert SpeakerSettings(volume_percent=70).percent_at(time(hour)) == 70


def test_mistakes_in_a_manifest_are_named(tmp_path):
    with pytest.raises(SettingsError):
        ClipFolder(tmp_path)
    (tmp_path / "manifest.toml").write_text('[clips]\nA = "../secret.wav"\n')
    with pytest.raises(SettingsError, match="in this folder"):
        ClipFolder(tmp_path)
