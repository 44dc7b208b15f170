"""The text record: all four types to and from CardRecord, codes, check digit, hostile contents."""

import dataclasses
import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.id_number import (
    check_character,
    is_foreigner_2017_number,
    is_valid_id_number,
)
from foundation.settings_file import SettingsError
from hardware.errors import DeviceError, DeviceProtocolError
from hardware.id_card.codes import ETHNICITY, SEX
from hardware.id_card.record import decode, encode
from hardware.ports import CardRecord
from hardware.simulators.people import load_people

PEOPLE_FILE = Path(__file__).parents[3] / "config" / "demo" / "people.toml"
PEOPLE = load_people(PEOPLE_FILE)


def test_published_synthetic_number_is_valid_and_its_neighbours_are_not():
    assert is_valid_id_number("34052419800101001X")
    for last in "0123456789":
        assert not is_valid_id_number("34052419800101001" + last)
    for wrong in ("", "34052419800101001x", "3405241980010100", "34052419800101001XX"):
        assert not is_valid_id_number(wrong)


@given(st.from_regex(r"[0-9]{17}", fullmatch=True), st.integers(0, 16), st.integers(1, 9))
def test_the_check_character_notices_one_wrong_digit(digits, place, step):
    wrong = digits[:place] + str((int(digits[place]) + step) % 10) + digits[place + 1 :]
    assert not is_valid_id_number(wrong + check_character(digits))


def test_code_tables_are_whole():
    assert len(ETHNICITY) == 58
    assert ETHNICITY["09"] == "布依"
    assert ETHNICITY["56"] == "基诺"
    assert SEX["2"] == "女"


@pytest.mark.parametrize("citizen", PEOPLE.citizens, ids=lambda citizen: citizen.id)
def test_every_invented_citizen_survives_the_card(citizen):
    record = decode(citizen.card().text)
    assert record.type == citizen.type
    assert record.name == citizen.name
    assert record.name.startswith("样例·")
    assert record.birth == citizen.birth
    assert record.id_number == citizen.id_number
    assert record.id_number_valid
    assert record.valid_to == (citizen.valid_to or "long_term")
    assert record.english_name == citizen.english_name
    assert record.address == citizen.address
    assert record.nationality == citizen.nationality


def test_the_people_cover_all_types_and_ages():
    today = date(2026, 11, 22)
    ages = [citizen.age_on(today) for citizen in PEOPLE.citizens]
    assert {citizen.type for citizen in PEOPLE.citizens} == {"resident", "J", "I", "Y"}
    assert min(ages) <= 20
    assert max(ages) >= 88


def test_numbers_of_real_regions_do_not_appear():
    assert all(c.id_number.startswith("99") for c in PEOPLE.citizens if c.type != "I")


def test_a_wrong_check_digit_in_the_people_file_is_refused(tmp_path: Path):
    text = PEOPLE_FILE.read_text()
    number = PEOPLE.citizens[0].id_number
    bad = tmp_path / "people.toml"
    bad.write_text(text.replace(number, number[:-1] + ("0" if number[-1] != "0" else "1")))
    with pytest.raises(SettingsError, match="wang-fang"):
        load_people(bad)


def resident(**changes) -> CardRecord:
    return dataclasses.replace(decode(PEOPLE.citizens[0].card().text), **changes)


def test_fixed_offsets_of_the_resident_layout():
    text = encode(resident(name="样例·甲", valid_to="long_term"))
    assert text[0:8].decode("utf-16-le") == "样例·甲"
    assert text[122:158].decode("utf-16-le") == PEOPLE.citizens[0].id_number
    assert text[204:208].decode("utf-16-le") == "长期"
    assert text[248:250] == b" \0"


@pytest.mark.parametrize("name", ["\ue863样例", "样\U00020bb7例", "样\ud842例"])
def test_rare_characters_are_kept_as_they_are(name):
    assert decode(encode(resident(name=name))).name == name


def test_unknown_codes_are_shown_raw_and_impossible_days_are_none():
    record = decode(encode(resident(sex_code="7", ethnicity_code="88")))
    assert (record.sex, record.ethnicity, record.ethnicity_code) == ("7", "88", "88")
    text = bytearray(encode(resident()))
    text[36:52] = "20010231".encode("utf-16-le")
    assert decode(bytes(text)).birth is None


@pytest.mark.parametrize("text", [b"", bytes(255), bytes(257)])
def test_a_record_of_wrong_length_is_refused(text):
    with pytest.raises(DeviceProtocolError):
        decode(text)


def test_an_unknown_type_of_card_is_refused():
    text = bytearray(encode(resident()))
    text[248:250] = "Q".encode("utf-16-le")
    with pytest.raises(DeviceProtocolError, match="unknown type"):
        decode(bytes(text))


def test_a_value_longer_than_its_field_is_refused():
    with pytest.raises(ValueError, match="name is longer"):
        encode(resident(name="长" * 16))


def test_repr_shows_nobody():
    record = resident()
    assert record.name not in repr(record)
    assert record.id_number not in repr(record)


@given(st.binary(min_size=256, max_size=256), st.sampled_from([" ", "J", "I", "Y", None]))
def test_random_records_raise_nothing_but_the_rooms_own_errors(text, flag):
    if flag is not None:
        text = text[:248] + flag.encode("utf-16-le") + text[250:]
    try:
        record = decode(text)
    except DeviceError:
        assert flag is None
        return
    assert isinstance(record.id_number_valid, bool)


texts = st.text(st.characters(exclude_categories=("Cs", "Cc"), max_codepoint=0xFFFF)).map(
    str.rstrip
)
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@given(
    name=texts.filter(lambda text: len(text) <= 15),
    address=texts.filter(lambda text: 0 < len(text) <= 35),
    sex=st.sampled_from(sorted(SEX)),
    ethnicity=st.sampled_from(sorted(ETHNICITY)),
    birth=days,
    until=days | st.just("long_term"),
)
def test_resident_records_round_trip(name, address, sex, ethnicity, birth, until):
    record = resident(
        name=name, address=address, sex_code=sex, sex=SEX[sex], ethnicity_code=ethnicity,
        ethnicity=ETHNICITY[ethnicity], birth=birth, valid_to=until,
    )  # fmt: skip
    assert decode(encode(record)) == record


def test_all_types_round_trip():
    for citizen in random.Random(1).sample(PEOPLE.citizens, len(PEOPLE.citizens)):
        record = decode(citizen.card().text)
        assert decode(encode(record)) == record


def test_foreigner_number_of_2017():
    assert is_foreigner_2017_number("UTO990188040401")
    assert not is_foreigner_2017_number("UT0990188040401")
