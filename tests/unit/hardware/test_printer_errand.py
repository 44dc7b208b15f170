"""One errand over a line that answers as it is told: what proves a ticket, and what does not."""

import dataclasses
import time

import pytest

from hardware.errors import SettingsUnusable
from hardware.ports import PrintOutcome
from hardware.ticket_printer.errand import Errand
from hardware.ticket_printer.profile import load_profile
from hardware.ticket_printer.protocol import ASK_PAPER_IN_ORDER, BarrierPassed, StatusParser
from hardware.ticket_printer.url import parse_url

HEALTHY = 0x12


class Line:
    """Answers DLE EOT well, and the first `answers` GS r with `byte`."""

    two_way = fresh = True

    def __init__(self, answers: int, byte: int = 0x00) -> None:
        self._answers, self._byte = answers, byte
        self._due = b""

    def write(self, data: bytes, deadline: float) -> None:
        if data.startswith(b"\x10\x04"):
            self._due += bytes((HEALTHY,))
        elif data == ASK_PAPER_IN_ORDER and self._answers:
            self._answers -= 1
            self._due += bytes((self._byte,))

    def read(self, deadline: float) -> bytes:
        due, self._due = self._due, b""
        if not due:
            time.sleep(max(0.0, deadline - time.monotonic()))
        return due

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("answers", "byte", "outcome"),
    [
        (2, 0x00, PrintOutcome.CONFIRMED),
        (2, 0x0F, PrintOutcome.CONFIRMED),
        (1, 0x00, PrintOutcome.UNKNOWN),  # one byte alone may be a line that lost its power
        (2, 0x60, PrintOutcome.UNKNOWN),  # no paper sensor has these bits
        (0, 0x00, PrintOutcome.UNKNOWN),
    ],
)
def test_only_two_answers_in_order_prove_a_ticket(answers, byte, outcome):
    profile = dataclasses.replace(
        load_profile("generic-80mm"), end_of_ticket="paper", answer_within_s=0.05
    )
    errand = Errand(Line(answers, byte), profile, time.monotonic() + 0.8)
    assert errand.print(b"a ticket")[0] is outcome


def test_what_has_other_bits_than_a_paper_sensor_ends_no_ticket():
    parser = StatusParser()
    parser.expect_barrier()
    parser.feed(bytes(byte for byte in range(0x100) if byte & 0x70 and byte != 0x37))
    parser.settle()
    assert parser.barriers == 1
    assert BarrierPassed(0x03) in parser.feed(b"\x03")
    assert parser.barriers == 0


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "unknown beginning ://"),
        ("ftp://h:1", "unknown beginning ftp://"),
        ("tcp://h", "host and port number are needed"),
        ("tcp://h:port", "it is malformed"),
        ("tcp://h:9100?timeout=3", "unknown timeout"),
        ("serial://dev/ttyS0", "three slashes"),
        ("serial:///dev/ttyS0?baud=abc", "baud must be one of 1200"),
        ("serial:///dev/ttyS0?baud=96000", "not 96000"),
        ("serial:///dev/ttyS0?bauds=9600", "unknown bauds; there are baud, flow"),
        ("serial:///dev/ttyS0?flow=yes", "flow must be one of none, xonxoff"),
        ("file:///tmp/x?baud=9600", "unknown baud"),
        ("usb://0483", "four hexadecimal digits"),
        ("usb://0483:5743?out=x", "out must be a number, not x"),
        ("usb://0483:5743?ou=1", "unknown ou"),
        ("cups://h/", "name of a queue"),
    ],
)
def test_what_is_wrong_with_an_address_is_named(url, said):
    with pytest.raises(SettingsUnusable) as caught:
        parse_url(url)
    assert said in caught.value.words.en
    assert caught.value.words.zh != caught.value.words.en


@pytest.mark.parametrize(
    "url",
    [
        "tcp://192.168.1.50:9100",
        "serial:///dev/ttyS0",
        "serial:///dev/ttyS0?baud=115200&flow=rtscts",
        "usb://0483:5743?serial=A1&interface=1&out=0x03&in=0x84",
        "file:///dev/usb/lp0",
        "cups:///tickets",
        "cups://host:631/tickets",
    ],
)
def test_every_documented_address_is_taken(url):
    parts = parse_url(url)
    scheme, _, rest = url.partition("://")
    assert parts.scheme == scheme
    assert rest.startswith(parts.netloc + parts.path)
