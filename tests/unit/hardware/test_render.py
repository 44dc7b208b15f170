"""Drawing ESC/POS bytes: exact cells, strictness with offsets, any bytes."""

import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.errors import DeviceError
from hardware.ticket_printer.commands import LineFeed, Text, UnknownEscPos
from hardware.ticket_printer.reader import EscPosParser, read_commands
from hardware.ticket_printer.render import DEFAULT_LINE_SPACING_DOTS, UndrawableSymbol, render

CHINESE = b"\x1c\x26"


def ink_box(data: bytes, width: int = 576):
    """Left, top, right, bottom of the black dots."""
    rows, columns = np.nonzero(np.array(render(data, width)) < 128)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_chinese_cells_are_24_dots_and_ascii_12():
    left, _, right, _ = ink_box(CHINESE + "口口".encode("gb18030") + b"\n")
    assert 0 <= left < 4
    assert 42 <= right <= 48
    left, _, right, _ = ink_box(b"HH\n")
    assert 20 <= right <= 24


def test_size_enlarges_by_whole_steps():
    plain = np.array(render(b"A\n", 576))[:24, :12]
    large = np.array(render(b"\x1d!\x12A\n", 576))[: 24 * 3, : 12 * 2]
    assert (np.repeat(np.repeat(plain, 3, axis=0), 2, axis=1) == large).all()


@pytest.mark.parametrize(("n", "side"), [(0, "left"), (1, "center"), (2, "right")])
def test_alignment(n, side):
    left, _, right, _ = ink_box(b"\x1ba" + bytes((n,)) + b"HHHH\n", 384)
    middle = (left + right) / 2
    assert {"left": middle < 60, "center": 182 < middle < 202, "right": middle > 330}[side]


def test_bold_is_blacker():
    plain, bold = (np.array(render(head + b"HHHH\n", 576)).sum() for head in (b"", b"\x1bE\x01"))
    assert bold < plain


def test_inverse_and_underline_draw_their_dots():
    assert np.array(render(b"\x1dB\x01 \n", 576))[:24, :12].max() == 0
    assert np.array(render(b"\x1b-\x02 \n", 576))[22:24, :12].max() == 0


def test_a_line_too_long_goes_on_below():
    assert render(b"H" * 49 + b"\n", 576).height == 2 * DEFAULT_LINE_SPACING_DOTS


def test_raster_is_drawn_dot_for_dot():
    picture = np.array(render(b"\x1dv0\x00\x01\x00\x02\x00" + b"\xf0\x0f", 384))
    assert picture[0, :8].tolist() == [0] * 4 + [255] * 4
    assert picture[1, :8].tolist() == [255] * 4 + [0] * 4


def test_native_qr_is_drawn_readable():
    def function(number: int, parameters: bytes) -> bytes:
        size = len(parameters) + 2
        return b"\x1d(k" + size.to_bytes(2, "little") + b"1" + bytes((number,)) + parameters

    text = "http://hall.invalid/t/号票"
    data = (
        b"\x1bJ\x20\x1ba\x01" + function(65, b"2\0") + function(67, b"\x06") + function(69, b"1")
        + function(80, b"0" + text.encode()) + function(81, b"0") + b"\x1bJ\x20"
    )  # fmt: skip
    read, *_ = cv2.QRCodeDetector().detectAndDecode(np.array(render(data, 576)))
    assert read == text


def test_cut_and_feeds_move_the_paper():
    assert render(b"\x1bJ\x28", 384).height == 40
    assert render(b"\x1bd\x02", 384).height == 2 * DEFAULT_LINE_SPACING_DOTS
    assert render(b"\x1bJ\x28\x1dV\x00", 384).height > 40


@pytest.mark.parametrize(
    ("data", "byte", "offset"),
    [
        (b"ab\x1bZ", 0x5A, 3),
        (b"\xd6\xd0", 0xD6, 0),  # Chinese without FS &
        (CHINESE + b"\x81\x20", 0x20, 3),
        (b"\x1ba\x07", 0x07, 2),
        (b"\x1d!\x88", 0x88, 2),
        (b"\x1dV\x09", 0x09, 2),
        (b"\x1dv0\x09\x01\x00\x01\x00\x00", 0x09, 3),
        (b"\x1dv0\x00\x00\x00\x01\x00", 0x00, 4),
        (b"\x07", 0x07, 0),
        (b"\x1b", 0x1B, 0),  # ends inside a command
    ],
)
def test_what_it_does_not_know_is_an_error_with_byte_and_offset(data, byte, offset):
    with pytest.raises(UnknownEscPos) as caught:
        render(data, 576)
    assert caught.value.data == {"byte": byte, "offset": offset}


def test_reset_leaves_chinese_mode():
    with pytest.raises(UnknownEscPos):
        render(CHINESE + b"\x1b@" + "中".encode("gb18030"), 576)


def test_printing_a_qr_code_that_was_never_stored_is_an_error():
    with pytest.raises(UndrawableSymbol):
        render(b"\x1d(k\x03\x001Q0", 576)


@given(st.text(st.characters(codec="gb18030", exclude_categories=("C",)), max_size=30))
def test_gb18030_text_round_trips(text):
    commands = read_commands(CHINESE + text.encode("gb18030"))[1:]
    assert "".join(c.character for c in commands if isinstance(c, Text)) == text


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_random_bytes_raise_nothing_but_the_rooms_own_errors(data):
    try:
        picture = render(data, 384)
    except DeviceError:
        return
    assert picture.width == 384


_STREAM = (
    b"\x1b@" + CHINESE + "号码 D023".encode("gb18030") + b"\n\x1d!\x11"
    + b"\x1dv0\x00\x02\x00\x02\x00\xff\x00\xff\x00\x1d(k\x04\x001A2\0\x10\x04\x01\x1dV\x42\x03"
)  # fmt: skip


@given(st.lists(st.integers(0, len(_STREAM)), max_size=6))
def test_any_split_gives_the_same_commands(cuts):
    parser, commands = EscPosParser(), []
    edges = [0, *sorted(cuts), len(_STREAM)]
    for start, end in itertools.pairwise(edges):
        commands.extend(parser.feed(_STREAM[start:end]))
    parser.finish()
    assert commands == read_commands(_STREAM)
    assert LineFeed() in commands
    assert parser.consumed == len(_STREAM)
