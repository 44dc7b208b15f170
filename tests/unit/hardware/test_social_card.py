"""The social-security card without a reader: APDUs, follow-ups, the map, versions, odd cards."""

import dataclasses
from datetime import date
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.settings_file import SettingsError
from hardware.errors import CardNotReadable, DeviceError, DeviceProtocolError
from hardware.simulators.people import load_people
from hardware.simulators.social_card import SocialCardData, VirtualSocialCard
from hardware.social_card.pcsc import _PcscCard
from hardware.social_card.protocol import Answer, Apdu, Exchange, read_record, select
from hardware.social_card.reading import CardReading, NotSocialCard, UseIdCard
from hardware.social_card.record_map import STANDARD_MAP, load_map

ROOT = Path(__file__).parents[3]
PERSON = load_people(ROOT / "config" / "demo" / "people.toml").citizens[0]
MAP = load_map()
SELECT, READ_RECORD, GET_RESPONSE = 0xA4, 0xB2, 0xC0


def read(card: VirtualSocialCard, record_map=MAP):
    reading = CardReading(record_map, b"\x3b\x00")
    while (record := reading.receive(card.answer(reading.to_send))) is None:
        pass
    return record


def card(version: str = "2.00", **changes) -> VirtualSocialCard:
    return VirtualSocialCard(dataclasses.replace(PERSON.social_card(version), **changes), MAP)


def test_commands_on_the_wire():
    expected = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
    assert select(MAP.application_name).to_bytes() == bytes.fromhex(expected)
    assert MAP.application_name.decode("gbk") == "sx1.sh.社会保障"
    assert read_record(5, 1, 0x12).to_bytes() == bytes.fromhex("00B2012C12")
    assert read_record(6, 2, 0x20).to_bytes() == bytes.fromhex("00B2023420")


@given(
    st.builds(
        Apdu,
        st.integers(0, 255),
        st.integers(0, 255),
        st.integers(0, 255),
        st.binary(max_size=255),
        st.none() | st.integers(0, 255),
    )
)
def test_apdus_round_trip(apdu):
    assert Apdu.from_bytes(apdu.to_bytes()) == apdu


@pytest.mark.parametrize("version", ["1.00", "2.00"])
def test_every_item_is_read_by_the_map(version):
    record = read(card(version))
    assert record.name == PERSON.name
    assert record.social_security_number == PERSON.id_number
    assert record.social_security_number_valid
    assert (record.sex_code, record.sex, record.version) == ("2", "女", version)
    assert record.issued == PERSON.valid_from
    assert record.expires == date(PERSON.valid_from.year + 20, 6, 1)
    assert (record.card_number, record.card_id) == ("S99000001", "9" * 32)
    assert record.atr == "3B00"
    assert PERSON.name not in repr(record)


@pytest.mark.parametrize("changes", [{"long_answers": True}, {"wrong_length": True}])
def test_follow_ups_of_both_kinds(changes):
    asked = card(**changes)
    assert read(asked).name == PERSON.name
    assert GET_RESPONSE in asked.asked or not asked.data.long_answers


def test_nothing_but_select_and_reading_is_ever_sent():
    """No VERIFY, no PIN, nothing that writes."""
    asked = card(long_answers=True)
    read(asked)
    assert set(asked.asked) == {SELECT, READ_RECORD, GET_RESPONSE}


def test_a_card_of_version_3_asks_for_the_id_card():
    for changes in ({}, {"withheld": True}):
        with pytest.raises(UseIdCard, match="请改用身份证") as caught:
            read(card("3.00", **changes))
        assert caught.value.code == "use_id_card"
        assert caught.value.data["version"] == "3.00"


def test_another_card_is_said_to_be_another():
    with pytest.raises(NotSocialCard) as caught:
        read(card(application=b"A000000333"))
    assert caught.value.data["sw"] == "6A82"


def test_a_chip_that_fails_means_lift_the_card():
    with pytest.raises(CardNotReadable, match="Lift the card"):
        read(card(broken=True))


def test_absent_and_blank_records_are_none():
    data = PERSON.social_card()
    values = {name: data.values[name] for name in ("name", "social_security_number")}
    record = read(VirtualSocialCard(SocialCardData(values), MAP))
    assert (record.sex, record.card_number, record.expires) == (None, None, None)


def test_rare_characters_survive_and_broken_text_is_shown():
    values = {**PERSON.social_card().values, "name": "样例·㐂𠮷"}
    assert read(card(values=values)).name == "样例·㐂𠮷"
    place = next(place for place in MAP.places if place.item == "name")
    assert MAP.value(place, b"\x02\x1e\xb0") == "\ufffd"


def test_a_map_of_another_region_is_configuration(tmp_path):
    text = STANDARD_MAP.read_text()
    file = tmp_path / "map.toml"
    file.write_text(text.replace("file_id = 6", "file_id = 7").replace("record = 7", "record = 9"))
    other = load_map(file)
    assert read(VirtualSocialCard(PERSON.social_card(), other), other).name == PERSON.name
    with pytest.raises(UseIdCard):
        read(VirtualSocialCard(PERSON.social_card(), other), MAP)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('item = "name"', 'item = "nme"', "name"),
        ("file_id = 5", "file_id = 31", "1 to 30"),
        ('encoding = "gb18030"', 'encoding = "gb1830"', "encoding"),
        ('application = "73', 'application = "7', "hex"),
        ("length = 0x20", "length = 0", "1 to 255"),
    ],
)
def test_mistakes_in_a_map_are_named(tmp_path, old, new, words):
    file = tmp_path / "map.toml"
    file.write_text(STANDARD_MAP.read_text().replace(old, new))
    with pytest.raises(SettingsError, match=words):
        load_map(file)


def test_a_card_that_always_has_more_comes_to_an_end():
    exchange = Exchange(read_record(6, 1, 20))
    for _ in range(16):
        assert exchange.receive(b"\x61\x01") is None
    with pytest.raises(DeviceProtocolError, match="breaks the standard"):
        exchange.receive(b"\x61\x01")


@given(st.lists(st.binary(max_size=40), min_size=30, max_size=60))
def test_random_answers_raise_nothing_but_the_rooms_own_errors(answers):
    reading = CardReading(MAP)
    try:
        for answer in answers:
            reading.to_send  # noqa: B018 – must always be something to send
            if reading.receive(answer) is not None:
                return
    except DeviceError:
        return


@given(st.lists(st.binary(max_size=34), min_size=12, max_size=12))
def test_random_records_of_good_answers_end_in_a_record_or_an_error_of_the_room(bodies):
    reading = CardReading(MAP)
    try:
        for body in (b"", *bodies):
            if reading.receive(Answer(0x9000, body).to_bytes()) is not None:
                return
    except (UseIdCard, DeviceProtocolError):
        return
    raise AssertionError("the map has ten places")


def test_answers_that_come_one_question_late_are_nobodys_record():
    """Records do not name themselves: the number would stand where the name should."""
    virtual, reading = card(), CardReading(MAP)
    late = virtual.answer(reading.to_send)
    reading.receive(late)

    def read_on(late: bytes) -> None:
        while True:
            now = virtual.answer(reading.to_send)
            assert reading.receive(late) is None
            late = now

    with pytest.raises(DeviceProtocolError, match="out of place"):
        read_on(late)


def test_a_card_taken_away_while_it_is_connected_is_let_go():
    service = MagicMock()
    service.SCardStatus.return_value = (0x80100069, "", 0, 0, [])
    with pytest.raises(DeviceError):
        _PcscCard(service, "context", "reader", "card", 1)
    service.SCardDisconnect.assert_called_once()
