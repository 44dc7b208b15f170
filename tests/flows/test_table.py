"""The table: every pair has its entry, and no walk through it gets stuck or keeps a person."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import pytest

from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.flow import feedback_table
from kiosk.flow.facts import LeaseFacts
from kiosk.flow.states import RESTING, Around, Link, Paper, Place, Session, State, limit_of
from kiosk.flow.table import ALWAYS, TABLE, step
from kiosk.sample_ways import with_content
from kiosk.samples import PERSON, sample_hall, sample_states, sample_ticket
from tests.flows import feedback_events
from tests.flows.eligibility_events import SAMPLES as ELIGIBILITY
from tests.flows.staff_events import SAMPLES as STAFF

# HALL_WALK_EVENTS=100000 makes the long walk of it
EVENTS = int(os.environ.get("HALL_WALK_EVENTS", "30000"))
HALL, TICKET, R = sample_hall(), sample_ticket(), "6a1f0a58-6f0e-4a55-8f8e-0d8c6f1f0a01"
# Events of capabilities with rows of their own.
OWN = {**ELIGIBILITY, **STAFF, **feedback_events.SAMPLES}
NOT_IN_TABLE = {ev.Tick, ev.TimeRanOut, ev.Answer}
AT_REST = RESTING
SAYING = set(feedback_table.rows({}))  # places of reviews and suggestions


def every_event_type() -> set[type[ev.Event]]:
    found, waiting = set(), [ev.Event]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        found.add(kind)
    # Classes with slots are made twice; the first stays among the subclasses for a while.
    here = {getattr(ev, k.__name__) for k in found if hasattr(ev, k.__name__)} - {ev.Event}
    return here | set(OWN)


# Leaving is rare, or no walk would get far.
_LEAVING = (ev.HomeTouched, ev.BackTouched, ev.HallLost, ev.CardLaid, ev.CardLifted, ev.ReaderLost)
RARE = {*_LEAVING, ev.CardFailed, ev.TicketRefused, ev.TicketSeen, *OWN}
# What leads on from a ticket that was not printed, or few walks would get there.
OFTEN = (
    ev.PrinterAnswered,
    ev.TicketIssued,
    ev.PrintEnded,
    ev.KeepTouched,
    ev.CancelTouched,
    ev.TicketCancelled,
)

KEYPAD = (ev.CheckInTouched, ev.DigitTouched, ev.EraseTouched, ev.CodeTouched, ev.KeyTouched)
AROUND = with_content(Around(HALL, server=Link.UP))
FOUND = replace(TICKET, may_defer=True)
MISSED = replace(FOUND, status="missed")
LENT = LeaseFacts((("A", 3), ("D", 1)))


@lru_cache(maxsize=1)
def weighted_kinds() -> tuple[list[type[ev.Event]], list[int]]:
    # Staff's own have a walk of theirs: here they would only keep people from the kiosk.
    kinds = sorted(every_event_type() - NOT_IN_TABLE - set(STAFF), key=lambda k: k.__name__)
    return kinds, [
        1 if kind in RARE else 30 if kind in OFTEN else 4 if kind in KEYPAD else 12
        for kind in kinds
    ]


def any_kind(chance: random.Random) -> type[ev.Event]:
    kinds, weights = weighted_kinds()
    return chance.choices(kinds, weights)[0]


def sample_event(kind: type[ev.Event], request_id: str, chance: random.Random) -> ev.Event:
    if kind in OWN:
        return OWN[kind](request_id, chance)
    made: dict[type[ev.Event], Callable[[], ev.Event]] = {
        ev.ViewChosen: lambda: ev.ViewChosen(chance.choice(list(ev.View))),
        ev.LanguageChosen: lambda: ev.LanguageChosen(
            chance.choice([ev.Language.CHINESE, ev.Language.ENGLISH])
        ),
        ev.ServiceTouched: lambda: ev.ServiceTouched(
            chance.choice("ABCDEFG?"), f"{chance.getrandbits(128):032x}"
        ),
        ev.CheckInTouched: lambda: ev.CheckInTouched(f"{chance.getrandbits(128):032x}"),
        ev.DigitTouched: lambda: ev.DigitTouched(chance.choice("0123456789")),
        ev.CodeTouched: lambda: ev.CodeTouched(f"{chance.getrandbits(128):032x}"),
        ev.DoorTouched: lambda: ev.DoorTouched(chance.choice(list(ev.Door))),
        ev.MatterTouched: lambda: ev.MatterTouched(chance.choice(["A-01", "D-02", "?"])),
        ev.AnswerTouched: lambda: ev.AnswerTouched(
            chance.randrange(6), f"{chance.getrandbits(128):032x}"
        ),
        ev.ClassTouched: lambda: ev.ClassTouched(chance.choice(["disabled", "", "?"])),
        ev.NoticeTouched: lambda: ev.NoticeTouched(chance.choice(["job-fair", "job:carer", "?"])),
        ev.KeyTouched: lambda: ev.KeyTouched(chance.choice("ylbxd023")),
        ev.SignTouched: lambda: ev.SignTouched("养"),
        ev.SignsTurned: lambda: ev.SignsTurned(chance.random() < 0.7),
        ev.LexiconRead: lambda: ev.LexiconRead(AROUND.lexicon),
        ev.TakeTouched: lambda: ev.TakeTouched(f"{chance.getrandbits(128):032x}"),
        ev.ListPrintTouched: lambda: ev.ListPrintTouched(f"{chance.getrandbits(128):032x}"),
        ev.FindTouched: lambda: ev.FindTouched(f"{chance.getrandbits(128):032x}"),
        ev.CodeScanned: lambda: ev.CodeScanned("3f9c", f"{chance.getrandbits(128):032x}"),
        ev.ActTouched: lambda: ev.ActTouched(
            chance.choice(list(ev.TicketAct)), f"{chance.getrandbits(128):032x}"
        ),
        ev.CallHelpTouched: lambda: ev.CallHelpTouched(f"{chance.getrandbits(128):032x}"),
        ev.HelpSeen: lambda: ev.HelpSeen(chance.choice(list(ev.HelpState))),
        ev.HallRemembered: lambda: ev.HallRemembered(HALL),
        ev.ContentSeen: lambda: ev.ContentSeen(AROUND.content),
        ev.LeaseSeen: lambda: ev.LeaseSeen(chance.choice([LENT, LeaseFacts()])),
        ev.TicketsFound: lambda: ev.TicketsFound(
            request_id, chance.choice([(), (FOUND,), (FOUND, MISSED)])
        ),
        ev.TicketChanged: lambda: ev.TicketChanged(
            request_id, replace(FOUND, deferred_until="2026-03-02T10:25:00+08:00")
        ),
        ev.TicketSeen: lambda: ev.TicketSeen(
            replace(chance.choice([FOUND, MISSED]), status=chance.choice(["called", "expired"]))
        ),
        ev.ListPrinted: lambda: ev.ListPrinted(request_id, chance.choice(list(ev.Outcome))),
        ev.CardKnown: lambda: ev.CardKnown(PERSON),
        ev.HallSeen: lambda: ev.HallSeen(HALL),
        ev.PrinterAnswered: lambda: ev.PrinterAnswered(
            request_id, chance.choice([True, False, None]), chance.choice(["ok", "out", "unknown"])
        ),
        ev.TicketIssued: lambda: ev.TicketIssued(
            request_id, replace(TICKET, reprint=chance.random() < 0.2)
        ),
        ev.TicketDelayed: lambda: ev.TicketDelayed(request_id),
        ev.TicketRefused: lambda: ev.TicketRefused(request_id, "service_closed"),
        ev.TicketCancelled: lambda: ev.TicketCancelled(request_id),
        ev.PrintEnded: lambda: ev.PrintEnded(
            request_id, TICKET, chance.choice(list(ev.Outcome)), "ok"
        ),
    }
    return made.get(kind, kind)()


def test_every_place_has_a_row_and_every_row_an_entry_for_every_event() -> None:
    assert set(TABLE) == set(Place)
    for place, row in TABLE.items():
        missing = every_event_type() - NOT_IN_TABLE - set(row)
        assert not missing, f"{place}: {missing}"


def test_a_place_with_a_time_limit_knows_what_to_do_when_it_is_over_and_no_other_does() -> None:
    for place, row in TABLE.items():
        timed = limit_of(State(place=place)) is not None
        assert (ev.TimeRanOut in row) == timed, place


@pytest.mark.parametrize("name", sorted(sample_states()))
def test_every_entry_leads_somewhere_known_and_leaves_the_old_state_alone(name: str) -> None:
    chance = random.Random(1)
    base = sample_states()[name]
    full = replace(base.session, request_id=R, service="D", ticket=TICKET)
    state = base if base.place in AT_REST else replace(base, session=full)
    before = repr(state)
    for kind in sorted(set(TABLE[state.place]) | set(ALWAYS), key=lambda k: k.__name__):
        after, effects = step(state, sample_event(kind, R, chance))
        assert after.place in Place
        assert all(isinstance(effect, fx.Effect) for effect in effects)
    assert repr(state) == before


def test_a_random_walk_is_never_stuck_and_home_remembers_nobody() -> None:
    # These four get to every place between them, also where few steps lead.
    seeds = (0, 1, 6, 21)
    visited = {place for seed in seeds for place in walk(random.Random(seed), EVENTS // 4)}
    apart = {place for place in Place if place.value.startswith(("pension", "staff"))} | SAYING
    assert visited >= set(Place) - {Place.STARTING} - apart  # those have walks of their own


def test_a_walk_among_reviews_and_suggestions_reaches_every_place_of_theirs() -> None:
    also = (ev.DoorTouched, ev.CodeScanned, ev.CardLaid, ev.CardKnown, ev.DigitTouched)
    kinds = sorted({*feedback_events.SAMPLES, *also, ev.BackTouched}, key=lambda k: k.__name__)
    home = State(around=AROUND, place=Place.HOME)
    chance, state, visited = random.Random(1), home, set()
    for _ in range(6_000):
        kind, running = chance.choice(kinds), state.session.request_id or "0"
        event = sample_event(kind, running, chance)
        if kind is ev.DoorTouched:
            event = ev.DoorTouched(ev.Door.FEEDBACK)
        state, _ = step(state, event)
        visited.add(state.place)
        if state.place is Place.RATE_NUMBER and not state.session.feedback.number:
            for sign in "D023":  # hardly ever typed by chance
                state, _ = step(state, ev.KeyTouched(sign))
        if state.place not in SAYING | {Place.READING}:
            state = home
    assert visited >= SAYING


def walk(chance: random.Random, events: int) -> set[Place]:
    """Every place that was visited; asserts at rest, and that the walk comes to rest at its end."""
    state = State(around=AROUND, place=Place.HOME)
    now_s, visited = 0.0, set()
    for _ in range(events):
        if chance.random() < 0.15:
            now_s += chance.choice([0.3, 2.0, 4.0, 20.0])
            event: ev.Event = ev.Tick(now_s)
        else:
            running = state.session.request_id or "0"
            event = sample_event(any_kind(chance), running, chance)
        state, _ = step(state, event)
        visited.add(state.place)
        if state.place in AT_REST:
            assert state.session == Session()
    for _ in range(40):
        now_s += 30.0
        state, _ = step(state, ev.Tick(now_s))
    assert state.place in AT_REST
    return visited


def test_every_number_ends_on_paper_kept_cancelled_or_given_back() -> None:
    """Follows each number through a random walk: none is simply forgotten.

    One that stood on the ticket screen is its person's, whatever the printer says later.
    """
    chance, open_numbers = random.Random(1), {}
    state, now_s = State(around=AROUND, place=Place.HOME), 0.0
    kept = 0
    for _ in range(EVENTS):
        now_s += chance.choice([0.0, 0.0, 0.2, 1.0])
        running = state.session.request_id or "0"
        event = sample_event(any_kind(chance), running, chance)
        if chance.random() < 0.2:
            event = ev.Tick(now_s)
        before = state
        state, effects = step(state, event)
        for effect in effects:
            if isinstance(effect, fx.PrintTicket):
                open_numbers[effect.request_id] = effect.ticket
            if isinstance(effect, fx.ReportPrinted | fx.CancelTicket):
                open_numbers.pop(running, None)
        if isinstance(event, ev.KeepTouched) and before.place is Place.UNPRINTED:
            kept += 1
            open_numbers.pop(running, None)
        if state.place in (Place.TICKET, Place.PENSION_DONE):
            open_numbers.pop(running, None)
        held_before = before.session.ticket is not None and before.session.ticket.reprint
        unsure = before.session.paper is Paper.UNSURE  # its person may have gone with the paper
        if before.place is Place.UNPRINTED and (held_before or unsure):
            open_numbers.pop(running, None)
        if before.place is Place.PRINTING and state.place is not before.place:
            # Left while the driver worked: its late answer settles the number.
            late = ev.PrintEnded(running, TICKET, ev.Outcome.FAILED, "out")
            if running in open_numbers and state.session.request_id != running:
                _, settled = step(state, late)
                assert any(isinstance(e, fx.CancelTicket) for e in settled)
                open_numbers.pop(running)
        if state.place in AT_REST:
            assert not open_numbers
    assert kept
