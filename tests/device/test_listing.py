"""`device list`: a machine laid out in a folder, and ports on which somebody really answers."""

import json
import time
from dataclasses import replace

import pytest

from hardware.cli import listing
from hardware.discovery import system
from hardware.discovery.found import Found, Kind
from hardware.discovery.probe import all_probed, probed
from hardware.errors import DeviceMissing
from hardware.simulators.keypad import VirtualKeypads
from hardware.simulators.printer import VirtualPrinter

CARDS = """ 0 [PCH            ]: HDA-Intel - HDA Intel PCH
                      HDA Intel PCH at 0xf7f10000 irq 31
 1 [Device         ]: USB-Audio - USB Speaker
                      C-Media USB Speaker at usb-0000:00:14.0-2
"""


def write(file, text=""):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def usb(root, name, vendor, product, words, classes):
    folder = root / "sys/bus/usb/devices" / name
    for file, text in (
        ("idVendor", vendor), ("idProduct", product), ("manufacturer", words[0]),
        ("product", words[1]),
    ):  # fmt: skip
        write(folder / file, text + "\n")
    for number, code in enumerate(classes):
        write(folder / f"{name}:1.{number}" / "bInterfaceClass", code + "\n")
    return folder


@pytest.fixture
def machine(tmp_path):
    """An adapter, a port on the board, one that the kernel only reserves, and USB devices."""
    adapter = usb(tmp_path, "1-2", "1a86", "7523", ("QinHeng", "USB Serial"), ["ff"])
    write(adapter / "1-2:1.0/ttyUSB0/dev")
    for name, kind in (("ttyUSB0", "0x0"), ("ttyS0", "4"), ("ttyS1", "0")):
        write(tmp_path / "sys/class/tty" / name / "type", kind)
        write(tmp_path / "dev" / name)
    (tmp_path / "sys/class/tty/ttyUSB0/device").symlink_to(adapter / "1-2:1.0/ttyUSB0")
    for name in ("ttyS0", "ttyS1"):
        (tmp_path / "sys/class/tty" / name / "device").mkdir()
    (tmp_path / "dev/serial/by-id").mkdir(parents=True)
    (tmp_path / "dev/serial/by-id/usb-QinHeng-if00").symlink_to("../../ttyUSB0")
    usb(tmp_path, "1-3", "0483", "5743", ("POS", "Printer"), ["07"])
    usb(tmp_path, "1-4", "0400", "c35a", ("GA", "Reader"), ["ff"])
    usb(tmp_path, "1-5", "072f", "90cc", ("ACS", "CCID Reader"), ["0b"])
    write(tmp_path / "dev/usb/lp0")
    for number in ("0", "1"):
        write(tmp_path / f"sys/class/video4linux/video{number}/index", number)
        write(tmp_path / f"sys/class/video4linux/video{number}/name", "USB Camera")
        write(tmp_path / f"dev/video{number}")
    write(tmp_path / "proc/asound/cards", CARDS)
    return tmp_path


def test_everything_on_a_machine(machine):
    found = [(each.kind.value, each.name, each.address) for each in system.everything(machine)]
    assert found == [
        ("serial_port", "ttyS0", "/dev/ttyS0"),
        ("serial_port", "QinHeng USB Serial", "/dev/serial/by-id/usb-QinHeng-if00"),
        ("ticket_printer", "POS Printer", "usb://0483:5743"),
        ("card_reader", "GA Reader", "usb://0400:c35a"),
        ("chip_card_reader", "ACS CCID Reader", "pcsc:"),
        ("ticket_printer", "lp0", "file:///dev/usb/lp0"),
        ("camera", "USB Camera", "0"),
        ("sound", "HDA-Intel - HDA Intel PCH", "plughw:0"),
        ("sound", "USB-Audio - USB Speaker", "plughw:1"),
    ]


def test_an_empty_machine_and_this_one(tmp_path):
    assert system.everything(tmp_path) == []
    assert isinstance(system.everything(), list)


def test_the_lines_are_what_the_settings_files_take(machine):
    import tomllib

    for each in system.everything(machine):
        tomllib.loads("\n".join(each.lines))
    printer = next(x for x in system.everything(machine) if x.address.startswith("usb://0483"))
    assert (printer.file, printer.lines[1]) == ("config/kiosk.toml", 'url = "usb://0483:5743"')


def test_for_people_it_is_said_in_words(machine):
    said = listing._told(system.everything(machine))
    assert "小票打印机 / ticket printer: POS Printer" in said
    assert 'url = "usb://0483:5743"' in said
    assert "没有找到设备" in listing._told([])


def test_a_reader_that_answers_is_told_with_its_speed(reader):
    port = Found(Kind.SERIAL, "x", reader.port, True)
    found = probed(port, time.monotonic() + 5)
    assert found.kind is Kind.CARD_READER
    assert found.lines == ("[reader]", f'port = "{reader.port}"', "baud = 115200")


def test_a_printer_on_a_serial_port_is_told_as_a_printer(tmp_path):
    virtual = VirtualPrinter()
    link = tmp_path / "printer"
    virtual.start_pty(link)
    try:
        (found,) = all_probed([Found(Kind.SERIAL, "x", str(link), True)], time.monotonic() + 60)
    finally:
        virtual.stop()
    assert found.kind is Kind.PRINTER
    assert found.lines[1] == f'url = "serial://{link}?baud=9600"'


def test_what_is_neither_reader_nor_printer_stays_a_port(tmp_path):
    pads = VirtualKeypads(tmp_path / "pads", {})
    pads.start()
    try:
        port = Found(Kind.SERIAL, "x", pads.port, True)
        assert probed(port, time.monotonic() + 60) == replace(port, asked=True)
        assert probed(port, time.monotonic() - 1) == port
    finally:
        pads.stop()


def test_the_command(capsys, tmp_path):
    from argparse import Namespace

    (tmp_path / "port").touch()
    options = Namespace(probe=False, port=[str(tmp_path / "port")], json=True, timeout=5.0)
    found = listing._list(options)["found"]
    assert json.loads(json.dumps(found))[-1]["address"] == str(tmp_path / "port")
    assert listing._list(Namespace(**{**vars(options), "json": False})) == {}
    assert "strips" in capsys.readouterr().out
    with pytest.raises(DeviceMissing):
        listing._list(Namespace(**{**vars(options), "port": ["/dev/none"]}))
