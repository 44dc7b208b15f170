"""Keypads' frames and key maps: the published example, any split, noise, codes and levels."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.settings_file import SettingsError
from hardware.errors import SettingsUnusable
from hardware.keypad.make import KEYPADS_FOLDER, load_pad
from hardware.keypad.protocol import Damage, NeedData, PadFrame, PadParser
from hardware.ports import PadKey

MAKES = sorted(path.stem for path in KEYPADS_FOLDER.glob("*.toml"))
frames = st.builds(
    PadFrame, st.integers(0, 255), st.integers(0, 255), st.binary(max_size=20)
)  # fmt: skip


def read_all(parser):
    found = []
    while not isinstance(event := parser.next_event(), NeedData):
        found.append(event)
    return found


def test_the_published_rating_and_its_answer():
    rating = bytes.fromhex("FF 68 03 03 68 05 11 00 16 16")
    parser = PadParser()
    parser.receive(rating)
    (frame,) = read_all(parser)
    assert frame == PadFrame(5, 0x11, b"\0")
    make = load_pad("standard")
    assert make.is_rating(frame)
    assert make.level_of(frame) == 5
    assert make.seen(frame).to_bytes() == bytes.fromhex("FF 68 03 03 68 05 01 00 06 16")


def test_a_key_is_acknowledged_by_its_own_frame():
    frame = PadFrame(1, 0x0C)
    assert frame.to_bytes() == bytes.fromhex("FF 68 02 02 68 01 0C 0D 16")
    assert load_pad("standard").seen(frame) == frame


@settings(deadline=None)  # a busy machine is no fault of a parser
@given(sent=st.lists(frames, max_size=4), cut=st.integers(1, 40))
def test_any_split_gives_the_same_frames(sent, cut):
    data = b"".join(frame.to_bytes() for frame in sent)
    parser, found = PadParser(), []
    for at in range(0, len(data), cut):
        parser.receive(data[at : at + cut])
        found += read_all(parser)
    assert found == sent


@settings(deadline=None)  # a busy machine is no fault of a parser
@given(noise=st.binary(max_size=200), at=st.integers(0, 8), bit=st.integers(0, 7))
def test_noise_and_damage_never_raise_and_the_next_frames_are_read(noise, at, bit):
    bad = bytearray(PadFrame(1, 0x0D).to_bytes())
    bad[at] ^= 1 << bit
    parser = PadParser()
    parser.receive(noise + bytes(bad))
    for _ in range(40):  # a long length may swallow some frames
        parser.receive(PadFrame(2, 0x0C).to_bytes())
    assert read_all(parser)[-1] == PadFrame(2, 0x0C)
    assert parser.buffered <= 262


def test_a_wrong_check_is_damage_and_no_key():
    parser = PadParser()
    parser.receive(bytes.fromhex("FF 68 02 02 68 01 0C 0E 16"))
    assert [type(event) for event in read_all(parser)] == [Damage]


def test_more_data_than_a_frame_holds_is_refused():
    with pytest.raises(ValueError, match="253"):
        PadFrame(1, 2, bytes(254)).to_bytes()


@pytest.mark.parametrize("name", MAKES)
def test_every_shipped_map_is_whole(name):
    make = load_pad(name)
    assert {PadKey.CALL, PadKey.RECALL, PadKey.PAUSE, PadKey.TRANSFER} <= set(make.keys.values())
    for key in make.keys.values():
        assert make.key_of(PadFrame(1, make.code_of(key))) is key
    levels = sorted(set(make.ratings.values()), reverse=True)
    assert levels == list(range(5, 5 - len(levels), -1))


def test_a_rating_of_no_known_value_is_no_level():
    make = load_pad("standard")
    assert make.level_of(PadFrame(1, 0x11, b"\x09")) is None
    assert make.level_of(PadFrame(1, 0x11)) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('keys = { "0C" = "call", "11" = "pause" }', "same code"),
        ('keys = { "0C" = "dance" }', "must be one of"),
        ('keys = { "CC0" = "call" }', "hexadecimal"),
        ('keys = { }\nratings = { "00" = 6 }', "1 to 5"),
    ],
)
def test_mistakes_in_a_map_are_named(tmp_path, line, said):
    file = tmp_path / "odd.toml"
    ratings = "" if "ratings" in line else "\nratings = { }"
    file.write_text(f'name = "odd"\n{line}{ratings}\n')
    with pytest.raises(SettingsError, match=said):
        load_pad(file)


def test_an_unknown_make_names_those_there_are():
    with pytest.raises(SettingsUnusable, match="standard"):
        load_pad("none")
