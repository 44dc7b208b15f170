"""Whatever is changed in a journal or a ledger, verifying names it."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.journal.chain import Record
from tests.support.stored import (
    HALL,
    chained,
    first_days,
    first_records,
    problems,
    proofs,
    put_records,
    served_database,
    tamper,
)

RECORDS = first_records()
LAST = RECORDS[-1].seq
TICKETS = [row for table, row in first_days() if table == "ticket"]
ANSWERS = [row for table, row in first_days() if table == "answer"]
# the quicker half is enough: files are really written
TRIES = settings(max_examples=40, deadline=None)


class Copy:
    """A copy of the sound database for one try of a property."""

    def __init__(self, sound: Path) -> None:
        self._sound = sound

    def __enter__(self) -> Path:
        self._folder = tempfile.TemporaryDirectory()
        return Path(shutil.copy(self._sound, Path(self._folder.name) / "hall.db"))

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


def test_sound_days_are_found_sound(database: Path) -> None:
    (proof,) = proofs(database)
    assert (proof.hall, proof.records, proof.hash) == (HALL, LAST, RECORDS[-1].hash)
    assert (proof.days, proof.tickets, proof.answers) == (2, len(TICKETS), len(ANSWERS))
    assert proof.problem_count == 0


@TRIES
@given(
    record=st.sampled_from(RECORDS),
    column=st.sampled_from(("hall", "event", "at", "data", "prev_hash", "hash")),
    at=st.integers(0, 2**16),
    flip=st.integers(1, 255),
)
def test_any_changed_byte_of_a_record_is_named(
    sound_database: Path, record: Record, column: str, at: int, flip: int
) -> None:
    raw = bytearray(getattr(record, column).encode())
    raw[at % len(raw)] ^= flip
    with Copy(sound_database) as file:
        tamper(
            file,
            f"UPDATE event SET {column} = CAST(? AS TEXT) WHERE seq = ?",  # noqa: S608
            *(bytes(raw), record.seq),
        )
        found = problems(file)
    wanted = {record.seq}
    if column == "hall":
        wanted.add(1)  # the record now stands, alone, in another hall's journal
    assert {p.seq for p in found if p.code == "journal_broken"} & wanted, found


@TRIES
@given(record=st.sampled_from(RECORDS), seq=st.integers(1, 2 * LAST))
def test_a_changed_number_is_named(sound_database: Path, record: Record, seq: int) -> None:
    if seq == record.seq:
        return
    with Copy(sound_database) as file:
        others = [r for r in RECORDS if r.seq not in (record.seq, seq)]
        moved = sorted([*others, record._replace(seq=seq)], key=lambda r: r.seq)
        put_records(file, moved)
        (found,) = problems(file)
    assert (found.code, found.seq) == ("journal_broken", min(record.seq, seq))


@TRIES
@given(st.integers(1, LAST - 1))
def test_a_missing_record_is_named(sound_database: Path, seq: int) -> None:
    with Copy(sound_database) as file:
        tamper(file, "DELETE FROM event WHERE seq = ?", seq)
        (found,) = problems(file)
    assert (found.code, found.seq) == ("journal_broken", seq)


@TRIES
@given(st.integers(1, LAST), st.integers(1, LAST))
def test_records_that_changed_places_are_named(sound_database: Path, one: int, other: int) -> None:
    if one == other:
        return
    swapped = list(RECORDS)
    swapped[one - 1] = RECORDS[other - 1]._replace(seq=one)
    swapped[other - 1] = RECORDS[one - 1]._replace(seq=other)
    with Copy(sound_database) as file:
        put_records(file, swapped)
        (found,) = problems(file)
    assert (found.code, found.seq) == ("journal_broken", min(one, other))


@TRIES
@given(st.integers(1, LAST))
def test_a_record_that_stands_twice_is_named(sound_database: Path, seq: int) -> None:
    again = [*RECORDS[:seq], *(r._replace(seq=r.seq + 1) for r in RECORDS[seq - 1 :])]
    with Copy(sound_database) as file:
        put_records(file, again)
        (found,) = problems(file)
    assert (found.code, found.seq) == ("journal_broken", seq + 1)


def test_a_journal_that_was_cut_off_and_its_ledgers_with_it_is_known_by_an_anchor(
    database: Path,
) -> None:
    """Nothing in the database itself can tell that its end is gone, when all of it is gone."""
    anchors = {HALL: {LAST: RECORDS[-1].hash}}
    assert problems(database, anchors) == []
    put_records(database, RECORDS[:2])
    for table in ("ticket", "answer"):
        tamper(database, f"DELETE FROM {table}")  # noqa: S608
    assert problems(database) == []
    (found,) = problems(database, anchors)
    assert (found.code, found.seq) == ("journal_broken", 3)


def test_a_journal_that_was_written_anew_is_known_by_an_anchor(database: Path) -> None:
    renamed = [r._replace(data=r.data.replace("clerk:w", "clerk:x")) for r in RECORDS]
    put_records(database, chained(renamed))
    assert problems(database) == []
    (found,) = problems(database, {HALL: {10: RECORDS[9].hash}})
    assert (found.code, found.seq) == ("journal_broken", 10)


def test_a_hall_that_is_gone_is_known_by_an_anchor(database: Path) -> None:
    (found,) = problems(database, {"elsewhere": {5: "0" * 64}})
    assert (found.hall, found.code) == ("elsewhere", "journal_broken")


def test_another_halls_journal_is_known_by_its_configuration(database: Path) -> None:
    """The hall's name stands beside the chain, not in it."""
    for table in ("event", "ticket", "answer"):
        tamper(database, f"UPDATE {table} SET hall = 'elsewhere' WHERE hall = ?", HALL)  # noqa: S608
    (found,) = problems(database)
    assert (found.hall, found.seq, found.code) == ("elsewhere", 1, "journal_broken")
    assert repr(HALL) in found.what


def changed(seq: int, **fields: Any) -> list[Record]:
    """The journal with other data at `seq`, its hashes made to fit."""
    record = RECORDS[seq - 1]
    data = json.dumps(
        {**json.loads(record.data), **fields},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return chained([*RECORDS[: seq - 1], record._replace(data=data), *RECORDS[seq:]])


def seq_of(event: str, nth: int = 0) -> int:
    return [r.seq for r in RECORDS if r.event == event][nth]


def test_a_number_left_out_is_named_though_the_hashes_fit(database: Path) -> None:
    seq = seq_of("ticket_issued", 2)
    put_records(database, changed(seq, serial=7))
    (found,) = problems(database)
    assert (found.code, found.seq) == ("number_wrong", seq)


def test_a_number_given_twice_is_named_though_the_hashes_fit(database: Path) -> None:
    seq = seq_of("ticket_issued", 2)
    put_records(database, changed(seq, serial=1))
    (found,) = problems(database)
    assert (found.code, found.seq) == ("number_wrong", seq)


def test_two_tickets_at_one_window_are_named_though_the_hashes_fit(database: Path) -> None:
    """The last record is a miss: without it the window's next call finds somebody there."""
    opened = seq_of("day_opened", 1)
    calls = [r for r in RECORDS if r.event == "ticket_called" and r.seq > opened]
    second = json.loads(calls[1].data)
    assert second["window"] != "1"
    put_records(database, changed(calls[1].seq, window="1"))
    (found,) = problems(database)
    assert (found.code, found.seq) == ("window_taken", calls[1].seq)


def test_an_impossible_move_is_named_though_the_hashes_fit(database: Path) -> None:
    seq = seq_of("ticket_started")
    without_call = [r for r in RECORDS if r.seq != seq_of("ticket_called")]
    put_records(database, chained(without_call))
    found = problems(database)[0]
    assert found.code == "event_impossible"
    assert found.seq is not None
    assert found.seq < seq


def test_an_unknown_event_is_named(database: Path) -> None:
    strange = RECORDS[9]._replace(event="ticket_vanished")
    put_records(database, chained([*RECORDS[:9], strange, *RECORDS[10:]]))
    (found,) = problems(database)
    assert (found.code, found.seq) == ("event_unknown", 10)


def test_time_that_goes_backwards_is_named(database: Path) -> None:
    early = RECORDS[9]._replace(at=RECORDS[0].at)
    put_records(database, chained([*RECORDS[:9], early, *RECORDS[10:]]))
    (found,) = problems(database)
    assert (found.code, found.seq) == ("journal_broken", 10)


def test_a_record_in_another_form_is_named(database: Path) -> None:
    spaced = RECORDS[9]._replace(data=RECORDS[9].data.replace(",", ", ", 1))
    put_records(database, chained([*RECORDS[:9], spaced, *RECORDS[10:]]))
    (found,) = problems(database)
    assert (found.code, found.seq) == ("journal_broken", 10)


def test_a_request_carried_out_twice_is_named(database: Path) -> None:
    issued = [r.seq for r in RECORDS if r.event == "ticket_issued"]
    first = json.loads(RECORDS[issued[0] - 1].data)["request_id"]
    put_records(database, changed(issued[3], request_id=first))
    found = [p for p in problems(database) if p.code == "request_twice"]
    assert [(p.seq, first in p.what) for p in found] == [(issued[3], True)]


@pytest.mark.parametrize("column", sorted(TICKETS[0].keys() - {"hall", "id"}))
def test_any_changed_column_of_a_ledger_row_is_named(database: Path, column: str) -> None:
    row = TICKETS[4]
    other = row[column] + 50 if isinstance(row[column], int) else f"not {row[column]}"
    tamper(database, f"UPDATE ticket SET {column} = ? WHERE id = ?", other, row["id"])  # noqa: S608
    (found,) = problems(database)
    assert found.code == "ledger_differs"
    assert row["id"] in found.what
    assert repr(other) in found.what
    told = [r.seq for r in RECORDS if f'"ticket":"{row["id"]}"' in r.data]
    assert found.seq == told[-1]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("DELETE FROM ticket WHERE id = 'ticket-003'", "ledger_differs"),
        ("UPDATE ticket SET id = 'ticket-999' WHERE id = 'ticket-003'", "ledger_differs"),
        ("UPDATE ticket SET hall = 'u' WHERE id = 'ticket-003'", "ledger_differs"),
        ("INSERT INTO kept VALUES ('t', 'lease:x', 5)", "ledger_differs"),
        ("DELETE FROM answer WHERE seq = 20", "answer_differs"),
        ("UPDATE answer SET seq = 21 WHERE seq = 20", "answer_differs"),
        ("UPDATE answer SET request_id = 'another' WHERE seq = 20", "answer_differs"),
        ("UPDATE answer SET body = '{\"ticket\":' WHERE seq = 20", "answer_differs"),
    ],
)
def test_a_ledger_that_is_not_the_journals_is_named(database: Path, change: str, code: str) -> None:
    tamper(database, change)
    assert code in {p.code for p in problems(database)}


def test_what_a_request_was_answered_is_proved_by_the_chain(tmp_path: Path) -> None:
    """Where an earlier version wrote the record, by its place alone."""
    file = served_database(tmp_path / "hall.db")
    assert problems(file) == []
    for change, wanted in (
        ("UPDATE answer SET body = replace(body, 'A001', 'A009') WHERE request_id = 'r1'", 1),
        ("UPDATE answer SET command = 'CallNext:0' WHERE request_id = 'r2'", 2),
        ("UPDATE answer SET body = '{}'", 3),
    ):
        forged = Path(shutil.copy(file, tmp_path / "forged.db"))
        tamper(forged, change)
        found = problems(forged)
        assert [p.code for p in found] == ["answer_differs"] * len(found)
        assert len(found) == wanted if wanted == 3 else [f"r{wanted}" in p.what for p in found]
        assert all("digest is" in p.what for p in found)


def test_many_differences_are_counted_and_the_first_are_named(database: Path) -> None:
    tamper(database, "DELETE FROM answer")
    (proof,) = proofs(database)
    assert proof.problem_count == len(ANSWERS)
    assert len(proof.problems) < proof.problem_count
    named = [p.seq for p in proof.problems]
    assert named == sorted(a["seq"] for a in ANSWERS)[: len(named)]
