"""The card driver over real pyusb, on a bus whose only device is the virtual reader."""

import threading
import time

import pytest

from hardware.errors import DeviceError, DeviceMissing, SettingsUnusable
from hardware.id_card.usb_port import UsbAddress, parse_usb
from hardware.ports import CardRead, CardSeen, ReaderAway, ReaderBack
from hardware.simulators.reader_core import ReaderFault
from hardware.simulators.reader_usb import UsbCardReader
from hardware.wiring import CardReaderSettings, make_card_reader


@pytest.fixture
def usb_reader():
    return UsbCardReader()


@pytest.fixture
def open_driver(usb_reader):
    made = []

    def make(port: str = usb_reader.port):
        made.append(make_card_reader(CardReaderSettings(port), usb_reader.bus))
        return made[-1]

    yield make
    for driver in made:
        driver.close()


def test_a_card_is_read_over_usb(usb_reader, open_driver, people):
    usb_reader.core.lay(people.by_id("zhou-fulai").card())
    record = open_driver().read_card(5)
    assert record.id_number == people.by_id("zhou-fulai").id_number
    assert len(record.photo) == 1024


def test_endpoints_and_interface_are_taken_from_the_address(usb_reader, open_driver, people):
    device = usb_reader.device
    device.in_endpoint, device.out_endpoint, device.interface = 0x83, 0x04, 1
    usb_reader.core.lay(people.citizens[0].card())
    port = usb_reader.port + "?interface=1&in=0x83&out=0x04"
    assert open_driver(port).read_card(5).type == "resident"


@pytest.mark.parametrize("query", ["?in=0x81", "?out=0x02", "?interface=0"])
def test_an_endpoint_that_the_reader_lacks_is_named_missing(usb_reader, open_driver, query):
    device = usb_reader.device
    device.in_endpoint, device.out_endpoint, device.interface = 0x83, 0x04, 1
    port = usb_reader.port + query + ("" if "interface" in query else "&interface=1")
    with pytest.raises(DeviceMissing):
        open_driver(port).read_card(1)
    assert not device.claimed


def test_a_kernel_driver_is_asked_to_let_go(usb_reader, open_driver):
    usb_reader.device.kernel_driver = True
    open_driver().module.check()
    assert not usb_reader.device.kernel_driver


def test_a_reader_that_another_program_holds_cannot_be_used(usb_reader, open_driver):
    open_driver().module.check()
    with pytest.raises(DeviceMissing, match="cannot be used"):
        open_driver().module.check()


def test_no_such_reader(open_driver):
    with pytest.raises(DeviceMissing, match="no USB device 0400:c35b"):
        open_driver("usb://0400:c35b").read_card(1)


def test_unplugged_while_it_answers_and_plugged_in_again(usb_reader, open_driver, people):
    driver = open_driver()
    usb_reader.core.lay(people.citizens[0].card())
    usb_reader.core.set_fault(ReaderFault.HALF_THEN_UNPLUG, replies=1)
    with pytest.raises(DeviceError):
        driver.read_card(3)
    with pytest.raises(DeviceMissing):
        driver.read_card(3)
    usb_reader.device.plug()
    assert driver.read_card(5).type == "resident"


def test_watching_survives_usb_gone_and_back(usb_reader, open_driver, people, eventually):
    events, stop = [], threading.Event()
    driver = open_driver()
    thread = threading.Thread(target=driver.watch, args=(events.append, stop), daemon=True)
    thread.start()
    try:
        eventually(lambda: ReaderBack() in events)
        usb_reader.device.unplug()
        eventually(lambda: isinstance(events[-1], ReaderAway))
        usb_reader.device.plug()
        usb_reader.core.lay(people.citizens[0].card())
        eventually(lambda: isinstance(events[-1], CardRead))
        kinds = [type(event) for event in events]
        assert kinds == [ReaderBack, ReaderAway, ReaderBack, CardSeen, CardRead]
    finally:
        stop.set()
        thread.join()


def test_late_bytes_of_an_earlier_question_are_dropped(usb_reader, open_driver):
    driver = open_driver()
    driver.module.check()
    usb_reader.device.say(b"\xaa\xaa\xaa\x96\x69\x00\x04")
    driver.module.check()


def test_a_device_that_never_stops_talking_hangs_nobody(usb_reader, open_driver, monkeypatch):
    module = open_driver().module
    monkeypatch.setattr(type(usb_reader.device), "read", lambda *_: b"x" * 64)
    with pytest.raises(DeviceError):
        module.check(time.monotonic() + 0.5)


@pytest.mark.parametrize(
    ("address", "parsed"),
    [
        ("usb://0400:c35a", UsbAddress(0x0400, 0xC35A)),
        ("usb://0400:C35A?in=129&out=0x02&interface=1", UsbAddress(0x400, 0xC35A, 1, 0x81, 2)),
    ],
)
def test_usb_addresses(address, parsed):
    assert parse_usb(address) == parsed


@pytest.mark.parametrize(
    "address", ["usb://400:c35a", "usb://0400", "usb://0400:c35a?in=x", "usb://0400:c35a?ep=1"]
)
def test_malformed_usb_addresses_are_refused(address):
    with pytest.raises(SettingsUnusable):
        parse_usb(address)
