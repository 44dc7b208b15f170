"""Proves a whole database: every hall's journal, and that its ledgers are those it leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson

from queue_server.journal.archive_port import Row, Whole, WrongVersion
from queue_server.journal.chain import BrokenChain, answer_digest
from queue_server.journal.verification import Anchors
from queue_server.ledgers.recompute import Progress, Tally, recompute
from queue_server.ledgers.replay import DoesNotFit
from queue_server.ledgers.scratch import KEPT, TICKET, Difference, Ledger, Scratch, scratch


@dataclass(frozen=True, slots=True)
class Problem:
    """seq: the first record that does not fit, or that a ledger does not follow; None when no
    record tells of it. code: stable, and names the advice."""

    hall: str
    seq: int | None
    code: str
    what: str


@dataclass(frozen=True, slots=True)
class HallProof:
    """records, hash: how far the journal is right; problems: the first of `problem_count`."""

    hall: str
    records: int
    hash: str
    days: int
    tickets: int
    answers: int
    problems: tuple[Problem, ...]
    problem_count: int


def verify(
    whole: Whole,
    newest_version: int,
    told: Progress,
    anchors: Mapping[str, Anchors],
    only: Sequence[str] | None = None,
) -> Iterator[HallProof]:
    """One proof per hall, of all or of some. anchors: per hall, hashes that were noted elsewhere
    by their seq.

    Raises WrongVersion for a database whose schema is not this program's.
    """
    version = whole.version()
    if version != newest_version:
        raise WrongVersion(
            f"the database has version {version}, this program works on {newest_version}: "
            + ("start the server on it once" if version < newest_version else "update the program")
        )
    halls = whole.halls()
    for hall in halls if only is None else only:
        yield verify_hall(whole, hall, told, anchors.get(hall, {}))
    if only is None:
        yield from _without_journal(whole, set(halls), set(anchors))


def _without_journal(whole: Whole, halls: set[str], noted: set[str]) -> Iterator[HallProof]:
    for hall in sorted(noted - halls):
        yield _gone(Problem(hall, 1, "journal_broken", "the whole journal of this hall is gone"))
    for hall in sorted(_halls_of_ledgers(whole) - halls - noted):
        yield _gone(Problem(hall, None, "journal_broken", "ledger rows of a hall without journal"))


def _gone(problem: Problem) -> HallProof:
    return HallProof(problem.hall, 0, "", 0, 0, 0, (problem,), 1)


def _halls_of_ledgers(whole: Whole) -> set[str]:
    return {
        hall for table in ("ticket", "kept", "answer") for (hall,) in whole.rows(table, ("hall",))
    }


def verify_hall(whole: Whole, hall: str, told: Progress, anchors: Anchors) -> HallProof:
    tally = Tally()
    with scratch() as aside:
        problem = None
        try:
            recompute(whole, hall, aside, tally, told, anchors)
        except BrokenChain as error:
            problem = Problem(hall, error.seq, error.code, str(error))
        except DoesNotFit as error:
            problem = Problem(hall, error.seq, error.code, error.what)
        if problem is None and not tally.records:
            problem = Problem(hall, 1, "journal_broken", "the hall's name is damaged")
        if problem is None and whole.last(hall) != (tally.records, tally.hash):
            said = whole.last(hall)[0]
            problem = Problem(hall, tally.records, "journal_broken", f"it should end at {said}")
        count, problems = (1, [problem]) if problem else _compared(whole, hall, aside)
        return HallProof(
            hall,
            tally.records,
            tally.hash,
            tally.days,
            aside.tickets.count(),
            aside.answers.count(),
            tuple(problems),
            count,
        )


def _compared(whole: Whole, hall: str, aside: Scratch) -> tuple[int, list[Problem]]:
    aside.tickets.stored(whole.rows("ticket", TICKET, hall))
    aside.kept.stored(whole.rows("kept", KEPT, hall))
    broken: list[Problem] = []
    aside.answers.stored(_answers(whole, hall, broken))
    twice = [
        Problem(hall, seq, "request_twice", f"request {request} was carried out a second time")
        for request, seq in aside.answers.repeated()
    ]
    tickets = _differing(hall, "ledger_differs", "ticket", aside.tickets)
    kept = _differing(hall, "ledger_differs", "kept", aside.kept)
    answers = _differing(hall, "answer_differs", "the answer to request", aside.answers)
    problems = [*twice, *tickets[1], *kept[1], *answers[1], *broken]
    problems.sort(key=lambda p: (p.seq is None, p.seq))
    return tickets[0] + kept[0] + answers[0] + len(twice) + len(broken), problems


def _differing(hall: str, code: str, kind: str, ledger: Ledger) -> tuple[int, list[Problem]]:
    def problem(difference: Difference) -> Problem:
        return Problem(hall, difference.seq, code, f"{kind} {difference.key}: {difference.what}")

    count, first = ledger.differences()
    return count, [problem(d) for d in first]


def _answers(whole: Whole, hall: str, broken: list[Problem]) -> Iterator[Row]:
    """Every stored answer as the journal knows it; those that are no JSON go to `broken`."""
    columns = ("request_id", "seq", "command", "body")
    for request_id, seq, command, body in whole.rows("answer", columns, hall):
        try:
            orjson.loads(body)
        except ValueError:
            broken.append(
                Problem(hall, seq, "answer_differs", f"the answer to {request_id} is no JSON")
            )
        yield request_id, seq, answer_digest(str(command), str(body))
