"""Strips' frames: known ones byte for byte, any text and split and back, noise never raises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.settings_file import SettingsError
from hardware.errors import SettingsUnusable
from hardware.window_sign.cells import fitted
from hardware.window_sign.checksum import CHECKSUMS, crc16_arc
from hardware.window_sign.make import STRIPS_FOLDER, StripMake, load_make
from hardware.window_sign.protocol import (
    MOST_BUFFERED_BYTES,
    Damage,
    FrameBuilder,
    FrameReader,
    NeedData,
    SignFrame,
)
from hardware.window_sign.template import parse_frame, read

MAKES = sorted(path.stem for path in STRIPS_FOLDER.glob("*.toml"))
WITH_REPLY = StripMake(
    name="with-reply",
    frame="7E <address:dec2> <length.body:hex2> checked( body( <text> ) ) <check:be16> 7E",
    checksum="crc16-ccitt",
    reply="06 <address>",
)


def read_all(make, data):
    reader = FrameReader(make)
    reader.receive(data)
    found = []
    while not isinstance(event := reader.next_event(), NeedData):
        found.append(event)
    return found


def test_checksums_against_their_published_check_values():
    values = {name: function(b"123456789") for name, function in CHECKSUMS.items()}
    assert values == {
        "xor": 0x31,
        "sum8": 0xDD,
        "crc16-arc": 0xBB3D,
        "crc16-ccitt": 0x29B1,
        "crc16-xmodem": 0x31C3,
    }


def test_bx5_checksum_against_its_makers_example():
    ping = bytes.fromhex("01000080000000000000FE020500A200010000")
    assert crc16_arc(ping).to_bytes(2, "little") == bytes.fromhex("68F8")


def test_51_54_byte_for_byte():
    frame = FrameBuilder(load_make("51-54")).frame(3, "请A001号")
    text = bytes.fromhex("C7EB 41303031 BAC5")
    after_check = bytes.fromhex("0100990063") + text + b"\xff"
    assert frame == bytes.fromhex("AA03BB5154") + bytes((sum(after_check) % 256,)) + after_check


def test_the_hall_screen_differs_in_two_bytes():
    assert FrameBuilder(load_make("51-54-hall")).frame(9, "x")[6:8] == bytes.fromhex("0802")


def test_plain_byte_for_byte():
    frame = FrameBuilder(load_make("plain")).frame(2, "A001")
    assert frame == bytes.fromhex("4002") + b"  A001  " + b"\r"


def test_bx5_lengths_and_escapes():
    make = load_make("bx-5")
    frame = FrameBuilder(make).frame(0xA5, "Z[")  # Z is 5A, [ is 5B, and the address is A5
    assert frame.startswith(bytes.fromhex("A5" * 8 + "A6 02 00 00 80"))
    assert bytes.fromhex("02 00 00 00 5B 02 5B 01") in frame
    assert frame.count(0x5A) == 1
    assert frame.endswith(b"\x5a")
    assert read_all(make, frame) == [SignFrame(0xA5, "Z[")]


@pytest.mark.parametrize("name", MAKES)
@settings(deadline=None)  # a busy machine is no fault of a parser
@given(address=st.integers(0, 255), text=st.text(max_size=12), cut=st.integers(1, 60))
def test_what_is_sent_is_read_after_any_split(name, address, text, cut):
    make = load_make(name)
    frame = FrameBuilder(make).frame(address, text)
    reader, found = FrameReader(make), []
    for at in range(0, 2 * len(frame), cut):
        reader.receive((frame + frame)[at : at + cut])
        while not isinstance(event := reader.next_event(), NeedData):
            found.append(event)
    whole = [event for event in found if isinstance(event, SignFrame)]
    shown = fitted(text, make.width_cells, make.encoding, make.align).decode(make.encoding)
    assert whole == [SignFrame(address, shown)] * 2


@pytest.mark.parametrize("name", MAKES)
@settings(deadline=None)  # a busy machine is no fault of a parser
@given(noise=st.binary(max_size=300), damaged=st.integers(0, 30), bit=st.integers(0, 7))
def test_noise_and_damage_never_raise_and_the_next_frame_is_read(name, noise, damaged, bit):
    make = load_make(name)
    builder = FrameBuilder(make)
    bad = bytearray(builder.frame(1, "B123"))
    bad[damaged % len(bad)] ^= 1 << bit
    good = builder.frame(2, "A001")
    reader = FrameReader(make)
    for piece in (noise, bytes(bad), *[good] * 40):  # a long length may swallow some frames
        reader.receive(piece)
    found = []
    while not isinstance(event := reader.next_event(), NeedData):
        found.append(event)
    assert isinstance(found[-1], SignFrame)
    assert found[-1].address == 2
    assert reader.buffered <= MOST_BUFFERED_BYTES


def test_the_buffer_is_bounded_for_a_frame_without_end():
    reader = FrameReader(load_make("plain"))
    for _ in range(100):
        reader.receive(b"@\x01" + b"x" * 100)
        while not isinstance(reader.next_event(), NeedData):
            pass
    assert reader.buffered <= MOST_BUFFERED_BYTES


@pytest.mark.parametrize(
    ("text", "cells", "align", "code"),
    [
        ("请A001号到窗口", 8, "left", "请A001号"),
        ("请A0012号", 8, "left", "请A0012 "),  # half of 号 would be another letter
        ("号", 4, "center", " 号 "),
        ("号", 4, "right", "  号"),
        ("号", 4, "none", "号"),
        ("a\r\nb", 4, "left", "a  b"),  # a line break would be a command
        ("𠮷x", 3, "left", "□x"),  # a rare character that the strip lacks
    ],
)
def test_texts_are_fitted_by_cells_and_cut_between_characters(text, cells, align, code):
    assert fitted(text, cells, "gbk", align) == code.encode("gbk")


@pytest.mark.parametrize("encoding", ["gbk", "gb2312", "ascii"])
@settings(deadline=None)  # a busy machine is no fault of a parser
@given(text=st.text(max_size=40), cells=st.integers(1, 30))
def test_a_fitted_text_is_always_whole_and_exactly_as_wide(encoding, text, cells):
    code = fitted(text, cells, encoding)
    assert len(code) == cells
    code.decode(encoding)


def test_a_strip_without_chinese_letters_shows_the_number():
    assert fitted("请A001号", 6, "ascii") == b"?A001?"


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "AA",  # no text
        "AA <text> <text>",
        "<address> <text>",  # nothing to find it by
        "AA <text> checked( <check> )",
        "AA <text> <length.body>",
        "AA <length> <text>",
        "AA part( <text>",
        "AA <text> )",
        "AA <address:le64> <text>",
        "AA XX <text>",
    ],
)
def test_a_frame_that_cannot_be_is_refused(frame):
    with pytest.raises((ValueError, IndexError)):
        parse_frame(frame)


@pytest.mark.parametrize("code", [b"-1", b" 1", b"+1", b"1_", b"1\xb2"])
@pytest.mark.parametrize("shape", ["dec2", "hex2"])
def test_letters_that_only_look_like_a_number_are_none(code, shape):
    with pytest.raises(ValueError):
        read(code, shape)


def test_an_address_that_does_not_fit_is_refused():
    make = StripMake(name="x", frame="AA <address:dec2> <text> 0D")
    assert FrameBuilder(make).frame(7, "x")[:3] == b"\xaa07"
    with pytest.raises(SettingsUnusable):
        FrameBuilder(make).frame(100, "x")


def test_a_make_with_reply_lengths_in_letters_and_a_crc():
    frame = FrameBuilder(WITH_REPLY).frame(12, "A001")
    assert frame[:5] == b"\x7e1208"
    assert read_all(WITH_REPLY, frame) == [SignFrame(12, "A001    ")]
    assert FrameBuilder(WITH_REPLY).reply(12) == b"\x06\x0c"
    assert [type(x) for x in read_all(WITH_REPLY, frame.replace(b"A001", b"A002"))] == [Damage]


def test_mistakes_in_a_makes_file_are_named(tmp_path):
    file = tmp_path / "odd.toml"
    file.write_text('name = "odd"\nframe = "AA <text> <check> 0D"\nchecksum = "crc32"\n')
    with pytest.raises(SettingsError, match="checksum must be one of"):
        load_make(file)
    file.write_text('name = "odd"\nframe = "AA <text>"\nescapes = { "AA" = "AB 01" }\n')
    with pytest.raises(SettingsError, match="AB begins an escape"):
        load_make(file)
    with pytest.raises(SettingsUnusable, match="51-54"):
        load_make("none")
