"""States of the yearly check for the gallery and the tests of its screens. Invented people."""

from __future__ import annotations

from dataclasses import replace

from kiosk.flow.eligibility import Eligibility, FaceShown, PensionerFacts
from kiosk.flow.facts import TicketFacts
from kiosk.flow.states import Paper, Place, Session, State

PERSON = PensionerFacts("p-1", "王*芳", True, "2026-04-15", False, True, "2026-1")


def eligibility_states(base: State, ticket: TicketFacts) -> dict[str, State]:
    """base: home with everything there. Name of the picture → state."""
    around = replace(base.around, face_check=True)

    def at(place: Place, check: Eligibility | None = None, **session: object) -> State:
        held = Session(eligibility=check or Eligibility(), **session)  # type: ignore[arg-type]
        return replace(base, place=place, session=held, around=around)

    def face(**shown: object) -> State:
        given = FaceShown(**shown)  # type: ignore[arg-type]
        return at(Place.PENSION_FACE, Eligibility(pensioner=PERSON, tries=1, face=given))

    known = Eligibility(pensioner=PERSON)
    later = replace(PERSON, due=False, due_date="2026-12-01")
    return {
        "pension-consent": at(Place.ELIGIBILITY),
        "pension-who": at(Place.PENSION_WHO),
        "pension-who-typed": at(Place.PENSION_WHO, code="34052419800101001"),
        "pension-misread": at(Place.PENSION_WHO, Eligibility(misread=True)),
        "pension-finding": at(Place.PENSION_FINDING),
        "pension-due": at(Place.PENSION_FOUND, known),
        "pension-not-due": at(Place.PENSION_FOUND, Eligibility(pensioner=later)),
        "pension-advice": face(stage="place", advice="come_closer"),
        "pension-still": face(stage="still"),
        "pension-turn": face(stage="act", action="turn_left", ends_s=base.now_s + 8),
        "pension-mouth": face(stage="act", action="open_mouth", step=1, ends_s=base.now_s + 5),
        "pension-again": at(Place.PENSION_AGAIN, replace(known, tries=1)),
        "pension-clerk": at(Place.PENSION_SETTLING, replace(known, waiting=True)),
        "pension-passed": at(
            Place.PENSION_DONE,
            replace(known, outcome="passed", next_due="2027-03-02"),
            list_paper=Paper.PRINTED,
        ),
        "pension-renewal": at(
            Place.PENSION_DONE,
            replace(known, outcome="passed", next_due="2027-03-02", renewal="c-1"),
            list_paper=Paper.PRINTED,
        ),
        "pension-window": at(
            Place.PENSION_DONE,
            replace(known, outcome="window", sent="not_recognised"),
            ticket=ticket,
        ),
        "pension-not-registered": at(Place.PENSION_DONE, Eligibility(outcome="not_registered")),
    }
