"""States of choosing, reading and finding, for the gallery and for tests of the screens.

Matters, notices, jobs and questions are the demonstration's own. All people are invented.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from kiosk.flow.content import ContentFacts, FaceTermsFacts, QuestionsFacts
from kiosk.flow.events import HelpState, TicketAct
from kiosk.flow.facts import LeaseFacts, PersonFacts, TicketFacts
from kiosk.flow.pinyin import Lexicon
from kiosk.flow.states import Around, CardTrouble, Link, Paper, Place, Session, State
from kiosk.gateway.content import read_matters, read_notices
from kiosk.lexicon import load_lexicon
from kiosk.sample_eligibility import eligibility_states
from kiosk.sample_feedback import feedback_states, sample_form
from kiosk.settings import load_questions

SEARCHER = PersonFacts("", "张小伟", date(1990, 1, 1))
CONFIG = Path(__file__).resolve().parents[1] / "config"


@lru_cache(maxsize=1)
def sample_content() -> ContentFacts:
    """What the demonstration's hall has to read."""
    told = tomllib.loads((CONFIG / "demo" / "hall.toml").read_text(encoding="utf-8"))
    whole = {"promised_working_days": 0, "result": "", "fee": "不收费", "legal_basis": ""}
    matters = [{**whole, "materials": [], "procedure": [], **m} for m in told["matter"]]
    notices, jobs = read_notices({"notices": told["notice"], "jobs": told["job"]})
    return ContentFacts(
        read_matters({"matters": matters}),
        notices,
        jobs,
        form=sample_form(),
        told=True,
        face_terms=FaceTermsFacts(told["hall"]["name"], told["hall"]["name_en"]),
    )


@lru_cache(maxsize=1)
def sample_lexicon() -> Lexicon:
    return load_lexicon()


@lru_cache(maxsize=1)
def sample_questions() -> QuestionsFacts:
    return load_questions(CONFIG / "questions.toml")


def with_content(around: Around) -> Around:
    """As the demonstration's kiosk stands."""
    return replace(
        around,
        content=sample_content(),
        questions=sample_questions(),
        lexicon=sample_lexicon(),
        claims=("disabled", "pregnant", "serviceman"),
        eligibility_matter="D-02",
    )


def way_states(base: State, ticket: TicketFacts) -> dict[str, State]:
    """base: home with everything there. Name of the picture → state."""

    def at(place: Place, on: State = base, **session: object) -> State:
        return replace(on, place=place, session=Session(**session))  # type: ignore[arg-type]

    busy = replace(base, now_s=4.2)
    lent = LeaseFacts((("A", 28), ("D", 3), ("G", 0)))
    dark = replace(base, around=replace(base.around, server=Link.DOWN, lease=lent))
    kept = replace(base.around.content, seen_at="2026-03-01T18:00:00+08:00")
    cut_off = replace(base.around, server=Link.DOWN, content=kept)
    missed = replace(ticket, status="missed", people_ahead=None, wait=None)
    mine = replace(ticket, may_defer=True)
    put_off = replace(ticket, deferred_until="2026-03-02T10:25:00+08:00")
    return {
        "attract": at(Place.ATTRACT),
        "services": at(Place.SERVICES),
        "services-claimed": at(Place.SERVICES, claim="pregnant"),
        "matters": at(Place.MATTERS),
        "matters-card": at(Place.MATTERS, query="yl", person=SEARCHER),
        "matters-typed": at(Place.MATTERS, query="ylbx"),
        "matters-signs": at(Place.MATTERS, query="ba"),
        "matters-nothing": at(Place.MATTERS, query="xqz"),
        "questions": at(Place.QUESTIONS),
        "questions-second": at(Place.QUESTIONS, answers=("pension", "retired")),
        "guide": at(Place.GUIDE, matter="G-02"),
        "guide-long": at(Place.GUIDE, matter="C-02"),
        "guide-printed": at(Place.GUIDE, matter="F-04", list_paper=Paper.PRINTED),
        "guide-closed": at(Place.GUIDE, matter="E-02"),
        "claim": at(Place.CLAIM),
        "eligibility": at(Place.ELIGIBILITY),
        **eligibility_states(base, ticket),
        **feedback_states(base),
        "mine": at(Place.MINE),
        "mine-typed": at(Place.MINE, code="D023"),
        "looking": at(Place.LOOKING, busy),
        "found": at(Place.FOUND, found=(mine, missed), ticket=mine),
        "found-missed": at(Place.FOUND, ticket=missed, found=(missed,), by_number=True),
        "found-deferred": at(Place.FOUND, ticket=put_off, found=(put_off,), did=TicketAct.DEFER),
        "not-found": at(
            Place.REFUSED,
            refusal="no_ticket_found",
            asked_from=Place.MINE,
            by_number=True,
            code="A999",
        ),
        "sure": at(Place.SURE, ticket=ticket),
        "notices": at(Place.NOTICES),
        "notice": at(Place.NOTICE, notice="job-fair"),
        "job": at(Place.NOTICE, notice="job:carer"),
        "offline-home": dark,
        "offline-services": at(Place.SERVICES, dark),
        "offline-ticket": at(
            Place.TICKET,
            dark,
            ticket=replace(ticket, people_ahead=None, wait=None, follow_path="", offline=True),
            paper=Paper.PRINTED,
        ),
        "offline-notices": replace(at(Place.NOTICES), around=cut_off),
        "away-guide": replace(at(Place.AWAY), around=cut_off),
        "away-elsewhere": replace(
            at(Place.AWAY),
            around=replace(
                cut_off,
                elsewhere=("大厅东门的 2 号自助机", "7、8 号综合窗口", "电话 12333"),
                elsewhere_en=("Kiosk 2 at the east door", "Windows 7 and 8", "Telephone 12333"),
            ),
        ),
        "card-trouble-return": at(
            Place.CARD_TROUBLE, card_trouble=CardTrouble.LIFTED, returns_to=Place.GUIDE
        ),
        "help-called": replace(base, help_open=True, help=HelpState.CALLED),
        "help-unheard": replace(base, help_open=True, help=HelpState.UNHEARD),
    }
