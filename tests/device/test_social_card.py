"""The social-card driver against a reader on TCP with each fault.

With `--device social-card=pcsc:` the contract at the end runs against a real reader and card.
"""

import contextlib
import socket
import threading
import time
from pathlib import Path

import pytest

from hardware.errors import (
    CardNotReadable,
    DeviceError,
    DeviceMissing,
    DeviceProtocolError,
    DeviceTimeout,
    NoCard,
    SettingsUnusable,
)
from hardware.ports import (
    CardRemoved,
    CardSeen,
    CardUnreadable,
    ReaderAway,
    ReaderBack,
    SocialCardRead,
)
from hardware.simulators.social_card import VirtualSocialCard
from hardware.simulators.social_reader import SocialFault, VirtualSocialReader
from hardware.social_card import link
from hardware.social_card.reading import NotSocialCard, UseIdCard
from hardware.social_card.record_map import load_map
from hardware.wiring import SocialCardSettings, make_social_card_reader

VPCD = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
PCSCD_SOCKET = Path("/run/pcscd/pcscd.comm")


@pytest.fixture
def social_reader():
    reader = VirtualSocialReader()
    reader.start()
    yield reader
    reader.stop()


@pytest.fixture
def social_card(people):
    def make(citizen=0, version="2.00"):
        return VirtualSocialCard(people.citizens[citizen].social_card(version), load_map())

    return make


@pytest.fixture
def driver(social_reader):
    made = make_social_card_reader(SocialCardSettings(social_reader.url))
    yield made
    made.close()


@pytest.fixture
def watching(driver, eventually):
    events, stop = [], threading.Event()
    thread = threading.Thread(target=driver.watch, args=(events.append, stop), daemon=True)
    thread.start()
    eventually(lambda: events == [ReaderBack()])
    events.clear()
    yield events
    stop.set()
    thread.join(timeout=8)
    assert not thread.is_alive()


def kinds(events):
    return [type(event) for event in events]


def test_a_card_is_read(social_reader, social_card, driver, people):
    social_reader.lay(social_card())
    record = driver.read_card(5)
    assert (record.name, record.social_security_number) == (
        people.citizens[0].name,
        people.citizens[0].id_number,
    )
    assert record.atr.startswith("3B")


def test_a_card_laid_down_later_is_waited_for(social_reader, social_card, driver):
    threading.Timer(0.5, social_reader.lay, [social_card()]).start()
    assert driver.read_card(5).version == "2.00"


def test_no_card_is_its_own_error_in_time(driver):
    began = time.monotonic()
    with pytest.raises(NoCard):
        driver.read_card(1)
    assert time.monotonic() - began < 4


def test_a_card_of_version_3_asks_for_the_id_card(social_reader, social_card, driver):
    social_reader.lay(social_card(version="3.00"))
    with pytest.raises(UseIdCard):
        driver.read_card(5)


@pytest.mark.parametrize("fault", [SocialFault.BYTE_AT_A_TIME, SocialFault.SLOW])
def test_bad_lines_that_lose_nothing_still_read(social_reader, social_card, driver, fault):
    reader = social_reader
    reader._slow_s = 0.1
    reader.set_fault(fault)
    reader.lay(social_card())
    assert driver.read_card(8).version == "2.00"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (SocialFault.NO_STATUS, DeviceProtocolError),
        (SocialFault.GARBAGE, DeviceError),
        (SocialFault.HALF_THEN_UNPLUG, DeviceMissing),
        (SocialFault.PULLED, CardNotReadable),
        (SocialFault.SILENCE, DeviceTimeout),
    ],
)
@pytest.mark.parametrize("after", [0, 4])
def test_faults_become_the_rooms_errors(
    social_reader, social_card, driver, monkeypatch, fault, error, after
):
    monkeypatch.setattr(link, "_ANSWER_LIMIT_S", 0.5)
    social_reader.lay(social_card())
    social_reader.set_fault(fault, after)
    with pytest.raises(error):
        driver.read_card(5)
    social_reader.set_fault(SocialFault.NONE)
    if fault is SocialFault.HALF_THEN_UNPLUG:
        social_reader.start()
    social_reader.lay(social_card())
    assert driver.read_card(5).version == "2.00"


def test_an_answer_that_drips_in_without_end_is_given_up(monkeypatch):
    """Each byte comes within the limit, the whole never would."""
    monkeypatch.setattr(link, "_ANSWER_LIMIT_S", 0.5)

    def drip(server):
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"\xff\xff")
            while True:
                connection.sendall(b"\x3b")
                time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        url = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        driver = make_social_card_reader(SocialCardSettings(url))
        began = time.monotonic()
        with pytest.raises(DeviceTimeout):
            driver.read_card(2)
        assert time.monotonic() - began < 10
        driver.close()
        thread.join()


def test_a_bank_card_is_no_social_card(social_reader, social_card, driver):
    card = social_card()
    bank = VirtualSocialCard(type(card.data)({}, application=b"\xa0\x00\x00\x03\x33"), load_map())
    social_reader.lay(bank)
    with pytest.raises(NotSocialCard):
        driver.read_card(5)


def test_watch_tells_laid_read_and_taken_away(social_reader, social_card, watching, eventually):
    social_reader.lay(social_card())
    eventually(lambda: SocialCardRead in kinds(watching))
    time.sleep(0.8)
    assert kinds(watching) == [CardSeen, SocialCardRead]
    social_reader.lift()
    eventually(lambda: CardRemoved in kinds(watching))
    social_reader.lay(social_card(version="3.00"))
    eventually(lambda: CardUnreadable in kinds(watching))
    assert isinstance(watching[-1].error, UseIdCard)


def test_watch_survives_a_reader_gone_and_back(social_reader, social_card, watching, eventually):
    social_reader.lay(social_card())
    eventually(lambda: SocialCardRead in kinds(watching))
    social_reader.stop()
    eventually(lambda: ReaderAway in kinds(watching))
    assert kinds(watching) == [CardSeen, SocialCardRead, CardRemoved, ReaderAway]
    social_reader.start()
    eventually(lambda: kinds(watching)[-1] is SocialCardRead)


def test_a_card_the_wrong_way_round_is_told_once(social_reader, social_card, watching, eventually):
    social_reader.set_fault(SocialFault.MUTE_CARD)
    social_reader.lay(social_card())
    eventually(lambda: CardUnreadable in kinds(watching))
    time.sleep(0.8)
    assert kinds(watching) == [CardSeen, CardUnreadable]
    assert "芯片朝上" in watching[-1].error.detail
    social_reader.set_fault(SocialFault.NONE)
    eventually(lambda: SocialCardRead in kinds(watching))
    assert kinds(watching)[2:] == [CardRemoved, CardSeen, SocialCardRead]


@pytest.mark.parametrize("url", ["tcp://nowhere", "http://127.0.0.1:1", "card"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(SettingsUnusable):
        make_social_card_reader(SocialCardSettings(url))


def test_a_reader_that_is_not_there(social_reader, driver):
    social_reader.stop()
    with pytest.raises(DeviceMissing):
        driver.read_card(1)


def test_without_pyscard_the_room_works_and_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "smartcard", None)
    driver = make_social_card_reader(SocialCardSettings("pcsc:"))
    with pytest.raises(DeviceMissing, match="pyscard"):
        driver.read_card(1)


@pytest.fixture
def contract(real_devices, request, ask_hand):
    """A driver, a hand, and how long a hand takes: real with --device social-card=READER."""
    if "social-card" in real_devices:
        driver = make_social_card_reader(SocialCardSettings(real_devices["social-card"]))
        yield driver, lambda: ask_hand("insert the card / 请插卡"), 30.0
        driver.close()
        return
    reader, card = request.getfixturevalue("social_reader"), request.getfixturevalue("social_card")
    yield request.getfixturevalue("driver"), lambda: reader.lay(card()), 5.0


def test_contract_a_card_gives_a_record_or_asks_for_the_id_card(contract):
    driver, lay, hand_s = contract
    lay()
    versions = []
    try:
        record = driver.read_card(hand_s)
    except UseIdCard as asked:
        versions.append(asked.data["version"])
        record = None
    assert (record is None) == (versions == ["3.00"])
    if record is not None:
        assert record.name
        assert record.social_security_number_valid
        assert record.version
