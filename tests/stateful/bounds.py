"""Rule 5 by brute force: who had to be next, and who was overtaken by it."""

from __future__ import annotations

from tests.stateful.book import WAITING, Book, Person


def rightly_next(book: Book, window: str, person: Person, at_ms: int) -> None:
    """Whoever reached a bound goes first, the earliest arrival before others; then those who were
    sent here; then those who are back after a missed call; then the best score."""
    eligible = book.eligible(window)
    assert person in eligible, f"window {window} may not call {person.number}"
    settings = book.known_rules.dispatch
    bound = [
        p
        for p in eligible
        if not p.lets_pass
        and (
            at_ms - p.arrived_ms >= settings.waits_at_most_s * 1000
            or p.overtaken >= settings.overtaken_at_most
        )
    ]
    if bound:
        first = min(bound, key=lambda p: p.place)
        assert person is first, f"{person.number} called, {first.number} past its bound"
    elif person.lets_pass:
        alone = all(
            p.rejoined and p.for_window == person.for_window for p in book.fellows(person, window)
        )
        assert alone, f"{person.number} did not let others pass"
    else:
        _of_the_strongest_kind(book, window, person, eligible, at_ms)


def _of_the_strongest_kind(
    book: Book, window: str, person: Person, eligible: list[Person], at_ms: int
) -> None:
    ready = [p for p in eligible if not p.lets_pass]
    kept = [p for p in ready if p.for_window is not None]
    back = [p for p in ready if p.rejoined]
    if kept:
        assert person in kept, f"{person.number} called before {kept[0].number}, sent here"
    elif back:
        assert person in back, f"{person.number} called before {back[0].number}, who rejoined"
    else:
        _best_score(book, window, person, ready, at_ms)


def _best_score(book: Book, window: str, person: Person, ready: list[Person], at_ms: int) -> None:
    """The lowest rank among the scores near the best, and the best score among those."""
    rules = book.known_rules
    first_classes = rules.window[window].first_classes
    pool = [p for p in ready if p.priority_class in first_classes] or ready
    assert person in pool, f"{person.number} called before a first class of window {window}"

    def score(p: Person) -> float:
        known = rules.priority_class.get(p.priority_class)
        return (known.rate if known else 1.0) * max(0, at_ms - p.arrived_ms) / 1000

    best = max(map(score, pool))
    near = [p for p in pool if best - score(p) <= rules.dispatch.rank_tolerance_s]
    assert person in near, f"{person.number} scores {score(person)}, the best {best}"
    lowest = min(book.rank(window, p) or 0 for p in near)
    assert book.rank(window, person) == lowest, f"{person.number} is not this window's own"
    fellows = [p for p in near if book.rank(window, p) == lowest]
    wanted = min(fellows, key=lambda p: (-score(p), p.place))
    assert person is wanted, f"{person.number} called, {wanted.number} scores higher"


def count_overtaken(book: Book, window: str, person: Person) -> int:
    """Everybody whom this window could have called instead, and who came earlier, is overtaken;
    nobody more often than the hall allows. Returns the highest count."""
    at_most = book.known_rules.dispatch.overtaken_at_most
    most = 0
    for other in book.eligible(window):
        if other.arrived_ms < person.arrived_ms and not other.lets_pass:
            other.overtaken += 1
            most = max(most, other.overtaken)
            assert other.overtaken <= at_most, f"{other.number}: {other.overtaken} times"
    return most


def let_pass(book: Book, window: str, person: Person) -> None:
    """One more call that those who rejoined let pass, also while they asked for more minutes."""
    for other in book.people.values():
        same = other.service == person.service and other.for_window is None
        if other.lets_pass and other.status == WAITING and (same or other.for_window == window):
            other.lets_pass -= 1
