"""Every text of the devices: there in both languages, with the values that its callers give."""

import ast
import errno
import re
import string
import tomllib
from pathlib import Path

import pytest
import serial

from hardware.cli.usage_words import usage_words
from hardware.errors import (
    CardNotReadable,
    DeviceMissing,
    DeviceProtocolError,
    DeviceRefused,
    DeviceTimeout,
    SettingsUnusable,
)
from hardware.id_card.driver import _not_readable
from hardware.id_card.module import find_speed
from hardware.id_card.protocol import COMMANDS, CardFault, Reply, Sw3
from hardware.id_card.serial_port import SerialTransport
from hardware.os_trouble import port_error, reason
from hardware.serial_bus import BusLink
from hardware.words import Words, error_words, state_words, table

ROOT = Path(__file__).parents[3]
NODES = [
    (file.relative_to(ROOT), node)
    for file in sorted((ROOT / "hardware").rglob("*.py"))
    for node in ast.walk(ast.parse(file.read_text()))
    if isinstance(node, ast.Call | ast.ClassDef | ast.Constant)
]


def _errors():
    """The room's own error classes by name, those that derive from one another too."""
    found, before = {"DeviceError"}, set()
    while found != before:
        before = set(found)
        for _, node in NODES:
            if isinstance(node, ast.ClassDef):
                bases = {getattr(base, "id", "") for base in node.bases}
                found |= {node.name} if bases & found else set()
    return found


def calls(names):
    """Each call of one of `names`: its first argument, if that is a text, and its values."""
    for file, node in NODES:
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in names:
                yield f"{file}:{node.lineno}", node


def literals(node):
    """The texts that an argument can be: itself, or both sides of an `if … else`."""
    if isinstance(node, ast.IfExp):
        return [*literals(node.body), *literals(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", ["errors", "states"])
def test_every_text_is_there_in_both_languages_and_names_the_same_values(name):
    for key, entry in table(name).items():
        assert set(entry) == {"zh", "en"}, key
        assert any("\u4e00" <= letter <= "\u9fff" for letter in entry["zh"]) or "{" in entry["zh"]
        assert entry["en"].isascii() or set(entry["en"]) <= {*map(chr, range(128)), "×", "–"}, key
        assert fields(entry["zh"]) == fields(entry["en"]), key


def test_every_error_that_is_raised_has_a_text_and_gives_what_stands_in_it():
    seen = 0
    for where, node in calls(_errors()):
        given = {each.arg for each in node.keywords}
        for key in literals(node.args[0]):
            seen += 1
            assert key in table("errors"), f"{where}: no text {key!r}"
            if None not in given:  # `**data` may hold anything
                missing = fields(table("errors")[key]["en"]) - given
                assert not missing, f"{where}: {key} lacks {missing}"
    assert seen > 100


def test_every_text_is_used():
    used = {node.value for _, node in NODES if isinstance(node, ast.Constant)}
    assert set(table("errors")) <= used
    states = {
        key for key in table("states") if not key.startswith(("E", "card_", "http_", "sam_", "sw_"))
    }
    assert states - {"other_reason"} <= used
    assert {key for key in table("states") if key.startswith("E")} <= set(vars(errno))
    assert set(table("help")) <= used | {"social_card", "window_devices"}


def test_no_english_sentence_is_put_into_a_chinese_one():
    """What an error gives to be read is Words, a figure, a name – or another program's own text."""
    read = {"reason", "trouble", "problem", "what", "status"}
    for where, node in calls(_errors()):
        for keyword in node.keywords:
            if keyword.arg in read:
                texts = [each for each in ast.walk(keyword.value) if isinstance(each, ast.Constant)]
                said = "".join(str(each.value) for each in texts)
                assert not re.search(r"[a-z]+ [a-z]+", said), f"{where}: {said!r}"


def test_help_is_chinese_first_then_english():
    for key, text in tomllib.loads((ROOT / "assets/i18n/device-help.toml").read_text()).items():
        chinese, slash, english = text.partition(" / ")
        assert slash, key
        assert english.isascii(), key
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), key


def test_an_error_is_both_languages_and_keeps_its_values_for_programs():
    error = DeviceMissing("printer_gone", reason=state_words("EIO"), sent=12)
    assert error.detail == f"{error.words.zh} / {error.words.en}" == str(error)
    assert "设备可能已拔下" in error.words.zh
    assert "may be unplugged" in error.words.en
    assert error.data == {"reason": "input/output failed, it may be unplugged", "sent": 12}


def test_an_error_on_its_way_to_a_person_never_ends_in_another_one():
    assert error_words("port_absent", {}).en.startswith("There is no port ?.")
    assert error_words("of no {table", {}) == Words("of no {table", "of no {table")
    assert str(error_words("of no table", {})) == "of no table"
    inner = CardNotReadable("card_again", reason=DeviceMissing("usb_absent", device="x").words)
    assert "没有 USB 设备 x" in inner.words.zh
    assert "no USB device x" in inner.words.en


@pytest.mark.parametrize(
    ("port", "error", "kind", "said"),
    [
        ("/dev/x", FileNotFoundError(errno.ENOENT, "x"), DeviceMissing, "There is no port /dev/x"),
        ("/dev/x", PermissionError(errno.EACCES, "x"), DeviceMissing, "usermod -aG dialout"),
        ("/dev/x", OSError(errno.EBUSY, "x"), DeviceRefused, "in use by another program"),
        ("/dev/x", OSError(errno.ENOTTY, "x"), DeviceMissing, "this is no serial port"),
        ("/dev/x", ValueError("Not a valid baudrate"), DeviceMissing, "Not a valid baudrate"),
        (
            "/dev/null",
            serial.SerialException("Could not configure port: (25, 'Inappropriate ioctl')"),
            DeviceMissing,
            "this is no serial port",
        ),
        (
            "socket://h:1",
            serial.SerialException("Could not open port socket://h:1: [Errno -2] Name unknown"),
            DeviceMissing,
            "no host of that name",
        ),
        (
            "/dev/x",
            serial.SerialException("device reports readiness to read but returned no data (…)"),
            DeviceMissing,
            "the device is gone",
        ),
        (
            "/dev/x",
            serial.SerialException("[Errno 11] Could not exclusively lock port /dev/x"),
            DeviceRefused,
            "in use by another program",
        ),
        (
            "socket://h:1",
            serial.SerialException("Could not open port socket://h:1: [Errno 111] refused"),
            DeviceMissing,
            "nothing listens there",
        ),
        ("socket://h:1", TimeoutError("timed out"), DeviceMissing, "no response"),
    ],
)
def test_what_the_system_says_of_a_port_in_a_persons_words(port, error, kind, said):
    told = port_error(port, error)
    assert type(told) is kind
    assert said in told.words.en
    assert "Errno" not in told.detail


def test_an_errno_without_a_text_of_ours_is_told_as_the_system_tells_it():
    assert reason(OSError(errno.EDOM, "x")).en == "Numerical argument out of domain"


def test_every_question_to_a_card_reader_and_every_refusal_has_its_words():
    for command in COMMANDS:
        assert command.words.en == command.name
    for status in Sw3:
        assert table("states")[f"sw_{status:02X}"]
    with pytest.raises(DeviceRefused) as caught:
        Reply(0, 0, Sw3.NOT_AUTHORISED).expect(COMMANDS[0])
    assert "复位：没有授权" in caught.value.words.zh
    assert "reset: not authorised" in caught.value.words.en
    with pytest.raises(DeviceRefused, match="status 77"):
        Reply(0, 0, 0x77).expect(COMMANDS[0])


@pytest.mark.parametrize(
    ("port", "said"),
    [
        ("", "the address is empty"),
        ("foo://x", "unknown beginning foo://"),
        ("socket://host", "host and port number"),
        ("socket://host:99999", "host and port number"),
        ("socket://host:1?logging=debug", "host and port number"),
    ],
)
def test_an_address_that_can_be_no_port_is_refused_before_it_is_opened(port, said):
    for opened in (SerialTransport, BusLink):
        with pytest.raises(SettingsUnusable, match=said):
            opened(port, 9600)


@pytest.mark.parametrize(
    ("message", "zh", "en"),
    [
        ("unrecognized arguments: --x 1", "不认识 --x 1", "unknown: --x 1"),
        ("the following arguments are required: --port", "缺少 --port", "--port is missing"),
        (
            "argument speed: invalid choice: 7 (choose from 9600, 115200)",
            "speed 不能是 7，可写：9600, 115200",
            "speed cannot be 7; there are 9600, 115200",
        ),
        ("argument --port: expected one argument", "--port 后面要写一个值", "--port needs a value"),
        ("said otherwise", "said otherwise", "said otherwise"),
    ],
)
def test_what_argparse_finds_wrong_in_both_languages(message, zh, en):
    assert usage_words(message) == Words(zh, en)


def test_a_spoilt_line_is_no_silent_one():
    """A reader of which every answer is damaged is there: the line is bad, not the power."""

    class Spoilt:
        baud = 0

        def set_baud(self, baud):
            self.baud = baud

        def ask(self, command, deadline=None):
            if self.baud == 9600:
                raise DeviceProtocolError("reader_reply_bad", command="", trouble="")
            raise DeviceTimeout("reader_silent", command="")

    with pytest.raises(DeviceProtocolError):
        find_speed(Spoilt())


def test_a_refusal_for_the_cards_sake_says_once_what_to_do():
    fault = CardFault("card_fault", command=COMMANDS[0].words, status=state_words("sw_41"), sw3=65)
    told = _not_readable(fault)
    assert told.words.zh.count("请把卡片拿起来") == 1
    assert told.data["sw3"] == 65
