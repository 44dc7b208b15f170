"""What a UART hears of bytes sent at another speed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.simulators.uart import heard

SPEEDS = (115200, 57600, 38400, 19200, 9600)


@given(st.binary(max_size=200), st.sampled_from(SPEEDS))
def test_the_same_speed_hears_every_byte(data, baud):
    assert heard(data, baud, baud) == data


@given(st.binary(max_size=200))
def test_clocks_two_percent_apart_still_agree(data):
    """A UART samples in the middle of each bit, so small differences cost nothing."""
    assert heard(data, 115200, 113000) == data


@pytest.mark.parametrize("baud", SPEEDS[1:])
def test_a_preamble_is_not_heard_at_another_speed(baud):
    preamble = bytes.fromhex("AAAAAA9669")
    assert preamble not in heard(preamble * 3, 115200, baud)
    assert preamble not in heard(preamble * 3, baud, 115200)


def test_half_the_speed_hears_two_bits_as_one():
    """0x00 is a low of nine bits at 115200, of four and a half at 57600: the start bit and three
    data bits whose middles lie in it; the rest is the idle line."""
    assert heard(b"\x00", 115200, 57600) == b"\xf8"


@given(st.binary(min_size=1, max_size=100))
def test_slower_ears_hear_fewer_bytes_and_faster_ones_more(data):
    assert len(heard(data, 115200, 9600)) <= len(data)
    assert len(heard(data, 9600, 115200)) >= len(data)
