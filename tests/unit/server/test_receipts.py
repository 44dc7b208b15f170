"""Call receipts: which screen counts for a call, when one is late, when a voice failed."""

from __future__ import annotations

from typing import Any

from queue_server.receipts import (
    ALIVE_MS,
    KNOWN_AFTER_MS,
    MISSED_AT_LEAST_MS,
    MISSED_AT_MOST_MS,
    NAMED_FOR_MS,
    SCREENS_AT_MOST,
    SHOWN_WITHIN_MS,
    Receipts,
)

CALL_MS = 1_000_000


def heard(receipts: Receipts, screen: str, at_ms: int, **told: Any) -> None:
    told = {"speaks": False, "waiting": 0, "shown": None, "spoken": None, **told}
    receipts.note(screen, at_ms, **told)


def two_screens() -> Receipts:
    receipts = Receipts()
    heard(receipts, "east", CALL_MS - 1000, speaks=True)
    heard(receipts, "west", CALL_MS - 1000)
    return receipts


def test_a_call_waits_then_is_shown_then_spoken() -> None:
    receipts = two_screens()
    assert receipts.call(7, CALL_MS, CALL_MS + 100)["waiting"] == ["east", "west"]
    heard(receipts, "east", CALL_MS + 500, shown=7, speaks=True)
    heard(receipts, "west", CALL_MS + 600, shown=7)
    heard(receipts, "east", CALL_MS + 5000, spoken=(7, True), speaks=True)
    told = receipts.call(7, CALL_MS, CALL_MS + 6000)
    assert (told["shown"], told["spoken"], told["missing"]) == (["west", "east"], ["east"], [])


def test_a_screen_that_lives_and_shows_nothing_is_missed_after_its_time() -> None:
    receipts = two_screens()
    late = CALL_MS + SHOWN_WITHIN_MS
    heard(receipts, "east", late, shown=7)
    heard(receipts, "west", late)
    assert receipts.call(7, CALL_MS, late)["missing"] == ["west"]


def test_one_that_has_other_calls_to_show_first_is_waited_for() -> None:
    receipts = two_screens()
    late = CALL_MS + SHOWN_WITHIN_MS
    heard(receipts, "west", late, waiting=2)
    heard(receipts, "east", late, shown=7)
    assert receipts.call(7, CALL_MS, late)["waiting"] == ["west"]


def test_one_that_went_silent_is_missed_at_once() -> None:
    receipts = two_screens()
    gone = CALL_MS - 1000 + ALIVE_MS
    heard(receipts, "east", gone, shown=7)
    assert receipts.call(7, gone - 10, gone)["missing"] == ["west"]
    assert [s["alive"] for s in receipts.screens(gone)] == [True, False]


def test_a_voice_that_failed_is_told() -> None:
    receipts = two_screens()
    heard(receipts, "east", CALL_MS + 1, shown=7, spoken=(7, False), speaks=True)
    assert receipts.call(7, CALL_MS, CALL_MS + 2)["silent"] == ["east"]


def test_a_screen_that_came_later_owes_nothing() -> None:
    receipts = Receipts()
    heard(receipts, "new", CALL_MS + 1)
    assert receipts.call(7, CALL_MS, CALL_MS + 60_000)["missing"] == []


def test_one_taken_down_long_ago_is_forgotten_and_the_number_is_bounded() -> None:
    receipts = two_screens()
    assert receipts.screens(CALL_MS + MISSED_AT_MOST_MS) == []
    for n in range(3 * SCREENS_AT_MOST):
        heard(receipts, f"s{n}", CALL_MS)
    assert len(receipts.screens(CALL_MS)) == SCREENS_AT_MOST


def test_one_that_is_gone_is_missed_for_as_long_as_it_was_there() -> None:
    receipts = Receipts()
    there_ms = 3 * MISSED_AT_LEAST_MS
    heard(receipts, "wall", CALL_MS)
    for screen in ("wall", "looked-at"):
        heard(receipts, screen, CALL_MS + there_ms)
    soon, later = CALL_MS + there_ms + MISSED_AT_LEAST_MS, CALL_MS + 2 * there_ms
    assert receipts.call(7, soon - 2, soon - 1)["missing"] == ["wall", "looked-at"]
    assert receipts.call(8, soon, soon + 1)["missing"] == ["wall"]
    assert receipts.call(9, later, later)["missing"] == []


def test_a_named_screen_is_known_once_it_stayed_and_missed_until_it_is_taken_off() -> None:
    receipts = Receipts()
    for screen, named in (("east", True), ("made-up", False)):
        heard(receipts, screen, CALL_MS, named=named)
        heard(receipts, screen, CALL_MS + KNOWN_AFTER_MS, named=named)
    looked_at_ms = CALL_MS + KNOWN_AFTER_MS
    heard(receipts, "looked-at", looked_at_ms, named=True)
    assert [s["id"] for s in receipts.known(looked_at_ms)] == ["east"]
    later = looked_at_ms + NAMED_FOR_MS - 1
    assert [(s["id"], s["alive"]) for s in receipts.known(later)] == [("east", False)]
    assert receipts.screens(later) == []  # a call of now is not its business any more
    assert receipts.forget("east")
    assert not receipts.forget("east")
    assert receipts.known(later) == []
