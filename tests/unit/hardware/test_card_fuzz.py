"""Random and spoilt input for everything that reads a card's bytes: nothing but the room's errors,
nothing endless, nothing kept for ever, and the next good frame is found.

HALL_FUZZ_INPUTS sets how many inputs each test tries; the long run's figure stands in
docs/devices/id-card-reader.md.
"""

import os
import random
from pathlib import Path

from hardware.errors import DeviceError
from hardware.id_card import protocol, record
from hardware.id_card.photo import check_bmp
from hardware.id_card.protocol import (
    MAX_LENGTH,
    NEED_DATA,
    PREAMBLE,
    BaseRecord,
    Frame,
    FrameParser,
    Reply,
    Sw3,
)
from hardware.simulators.people import load_people
from hardware.simulators.social_card import VirtualSocialCard
from hardware.social_card.reading import CardReading
from hardware.social_card.record_map import load_map

INPUTS = int(os.environ.get("HALL_FUZZ_INPUTS", "2000"))
PEOPLE = load_people(Path(__file__).parents[3] / "config" / "demo" / "people.toml").citizens
MAP = load_map()
LONGEST_FRAME = len(PREAMBLE) + 2 + MAX_LENGTH
GOOD = Reply(0, 0, Sw3.GOOD, b"the next good frame")


def spoilt(chance: random.Random, data: bytes) -> bytes:
    """Up to four bytes flipped, lost, doubled, put in or moved."""
    out = bytearray(data)
    for _ in range(chance.randrange(5)):
        at = chance.randrange(len(out) + 1)
        match chance.randrange(5):
            case 0 if at < len(out):
                out[at] ^= 1 << chance.randrange(8)
            case 1:
                del out[at : at + chance.choice((1, 1, 1, 7, 300))]
            case 2:
                out[at:at] = out[at : at + chance.choice((1, 1, 5))]
            case 3:
                out[at:at] = chance.randbytes(chance.choice((1, 2, 9)))
            case 4:
                out[at:at] = PREAMBLE[: chance.randrange(6)]
    return bytes(out)


def replies() -> list[Reply]:
    base = [BaseRecord(person.card().text, person.card().photo) for person in PEOPLE]
    return [
        Reply(0, 0, Sw3.FIND_FAILED),
        Reply(0, 0, Sw3.FOUND, bytes(4)),
        Reply(0, 0, Sw3.GOOD, bytes(8)),
        Reply(0, 0, Sw3.GOOD, protocol.sam_id_data("05.03-20990101-0000000001-0000000001")),
        *(Reply(0, 0, Sw3.GOOD, each.to_data()) for each in base),
        *(Reply(0, 0, Sw3.GOOD, each.to_data(fingerprint=True)) for each in base),
    ]


def read_all(reply: Reply) -> None:
    """Everything that the driver does with a reply, for every command it could answer."""
    for command in protocol.COMMANDS:
        command.fits(reply)
    for fingerprint in (False, True):
        base = BaseRecord.from_reply(reply, fingerprint=fingerprint)
        record.decode(base.text, photo=base.photo, newest_address=protocol.address_text(reply))


def test_spoilt_streams_in_any_split_never_break_the_parser():
    chance, known = random.Random(20991231), [reply.to_bytes() for reply in replies()]
    for _ in range(INPUTS):
        stream = b"".join(chance.choices(known, k=chance.randrange(1, 4)))
        stream = spoilt(chance, stream) if chance.random() < 0.8 else chance.randbytes(600)
        assert_survives(chance, stream)


def assert_survives(chance: random.Random, stream: bytes) -> None:
    parser, at, steps = FrameParser(), 0, 0
    while at < len(stream):
        size = chance.choice((1, 2, 16, 255, 4096))
        parser.receive(stream[at : at + size])
        at += size
        while (event := parser.next_event()) is not NEED_DATA:
            steps += 1
            if isinstance(event, Frame):
                try:
                    read_all(Reply.from_frame(event))
                except DeviceError:
                    continue
        assert parser.buffered <= LONGEST_FRAME
    assert steps <= len(stream)
    parser.receive(bytes(LONGEST_FRAME) + GOOD.to_bytes())
    found = []
    while (event := parser.next_event()) is not NEED_DATA:
        found.append(event)
    assert found[-1] == Frame(bytes((0, 0, Sw3.GOOD)) + GOOD.data)


def test_spoilt_records_become_a_record_or_the_rooms_error():
    chance, known = random.Random(20991230), replies()
    for _ in range(INPUTS):
        reply = chance.choice(known)
        data = spoilt(chance, reply.data) if reply.data else chance.randbytes(20)
        try:
            read_all(Reply(0, 0, chance.randrange(256), data))
        except DeviceError:
            continue


def test_spoilt_answers_of_social_cards_end_in_a_record_or_the_rooms_error():
    chance = random.Random(20991229)
    for _ in range(INPUTS // 10):
        version = chance.choice(("1.00", "2.00", "3.00"))
        card = VirtualSocialCard(chance.choice(PEOPLE).social_card(version), MAP)
        reading, rounds = CardReading(MAP), 0
        try:
            while reading.receive(spoilt(chance, card.answer(reading.to_send))) is None:
                rounds += 1
                assert rounds < 400
        except DeviceError:
            continue


def test_spoilt_pictures_are_used_whole_or_refused():
    chance = random.Random(20991228)
    head = bytearray(54)
    head[:2], head[10], head[14], head[18], head[22], head[26], head[28] = (
        b"BM",
        54,
        40,
        102,
        126,
        1,
        24,
    )
    good = bytes(head) + bytes(308 * 126)
    assert check_bmp(good).bmp == good
    for _ in range(INPUTS // 10):
        data = spoilt(chance, good[:54]) + good[54 : 54 + chance.choice((0, 1000, 38808))]
        try:
            photo = check_bmp(data)
        except DeviceError:
            continue
        assert (photo.width_px, photo.height_px) == (102, 126)
        assert len(photo.bmp) >= 54 + 308 * 126
