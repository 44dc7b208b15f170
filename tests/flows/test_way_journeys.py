"""Journeys of people who look for something: a matter, an answer, a guide, a notice, a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.flow.facts import LeaseFacts
from kiosk.flow.paging import pages_of
from kiosk.flow.search import find_matters
from kiosk.flow.states import Around, Link, Paper, Place, Session, State
from kiosk.flow.table import step
from kiosk.flow.way_moves import claims_offered
from kiosk.sample_ways import sample_content, sample_questions, with_content
from kiosk.samples import PERSON
from tests.flows.journeys import CHOOSE, HALL, ISSUED, PRINTED, PRINTER_OK, R, travel_from

AROUND = with_content(Around(HALL, server=Link.UP, reader=Link.UP))
HOME = State(place=Place.HOME, around=AROUND)
OTHER = "6a1f0a58-6f0e-4a55-8f8e-0d8c6f1f0a02"


def door(to: ev.Door) -> ev.DoorTouched:
    return ev.DoorTouched(to)


def typed(word: str) -> list[tuple[Place, ev.Event]]:
    return [(Place.MATTERS, ev.KeyTouched(sign)) for sign in word]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("ylbx", "养老保险关系转移"),
        ("yanglaobaoxian", "养老保险关系转移"),
        ("养老bx", "养老保险关系转移"),
        ("养老保险关系", "养老保险关系转移"),
        ("sydj", "失业登记"),
        ("shiyed", "失业登记"),
        ("gsbh", "社会保障卡挂失补换"),
        ("contribution", "城乡居民养老保险缴费"),
        ("vocational", "职业技能培训报名"),
    ],
)
def test_a_matter_is_found_by_initials_pinyin_characters_and_english(
    query: str, first: str
) -> None:
    found = [m.name for m in find_matters(sample_content().matters, query)]
    assert first in found[:2], found


@pytest.mark.parametrize("query", ["sbk", "shebaoka", "社保卡", "shebk"])
def test_a_name_is_found_as_people_shorten_it(query: str) -> None:
    found = [m.name for m in find_matters(sample_content().matters, query)]
    assert found
    assert all("社会保障卡" in name for name in found)


def test_what_nobody_offers_is_not_found_and_nothing_typed_shows_all() -> None:
    matters = sample_content().matters
    assert find_matters(matters, "xqz") == ()
    assert find_matters(matters, " ") == matters
    assert find_matters(matters, "ension") == ()


def test_from_a_search_to_the_number_for_that_matter_with_its_materials() -> None:
    state, effects = travel_from(
        HOME,
        (Place.HOME, door(ev.Door.NUMBER)),
        (Place.SERVICES, door(ev.Door.SEARCH)),
        *typed("gsbh"),
        (Place.MATTERS, ev.MatterTouched("G-02")),
        (Place.GUIDE, ev.ListPrintTouched(OTHER)),
        (Place.GUIDE, ev.ListPrinted(OTHER, ev.Outcome.CONFIRMED)),
        (Place.GUIDE, ev.TakeTouched(R)),
        (Place.CHECKING, PRINTER_OK),
        Place.ISSUING,
    )
    matter = sample_content().matter("G-02")
    assert matter is not None
    assert effects == [
        fx.PrintList(OTHER, matter, ev.Language.CHINESE),
        fx.AskPrinter(R),
        fx.RequestTicket(R, "G", None, "G-02", None),
    ]
    assert state.session.list_paper is Paper.PRINTED


def test_the_first_and_the_last_page_are_the_ends_of_a_list() -> None:
    state, _ = travel_from(HOME, (Place.HOME, door(ev.Door.GUIDE)), Place.MATTERS)
    last = pages_of(state) - 1
    assert step(state, ev.PageTouched(False))[0].page == 0
    for _ in range(last + 2):
        state, _ = step(state, ev.PageTouched())
    assert state.page == last
    assert step(state, ev.PageTouched(False))[0].page == last - 1


def test_going_back_loses_nothing_that_was_entered() -> None:
    state, _ = travel_from(
        HOME,
        (Place.HOME, door(ev.Door.GUIDE)),
        *typed("yl"),
        (Place.MATTERS, ev.PageTouched()),
        (Place.MATTERS, ev.MatterTouched("F-04")),
        (Place.GUIDE, ev.BackTouched()),
        Place.MATTERS,
    )
    assert (state.session.query, state.page) == ("yl", 1)
    state, _ = step(state, ev.BackTouched())
    assert (state.place, state.session) == (Place.HOME, Session())


def test_back_from_the_printer_leads_to_the_guide_that_was_read() -> None:
    state, _ = travel_from(
        HOME,
        (Place.HOME, door(ev.Door.GUIDE)),
        *typed("ka"),
        (Place.MATTERS, ev.MatterTouched("G-01")),
        (Place.GUIDE, ev.TakeTouched(R)),
        (Place.CHECKING, ev.PrinterAnswered(R, False, "out")),
        (Place.NO_PAPER, ev.BackTouched()),
        (Place.GUIDE, ev.BackTouched()),
        Place.MATTERS,
    )
    assert state.session.query == "ka"
    assert state.session.request_id is None


def test_a_card_in_the_middle_of_choosing_keeps_what_was_chosen() -> None:
    state, effects = travel_from(
        HOME,
        (Place.HOME, door(ev.Door.GUIDE)),
        (Place.MATTERS, ev.MatterTouched("G-01")),
        (Place.GUIDE, ev.CardLaid()),
        (Place.READING, ev.CardLifted()),
        (Place.CARD_TROUBLE, ev.CardLaid()),
        (Place.READING, ev.CardKnown(PERSON)),
        (Place.GUIDE, ev.TakeTouched(R)),
        (Place.CHECKING, PRINTER_OK),
        Place.ISSUING,
    )
    assert effects[-1] == fx.RequestTicket(R, "G", PERSON, "G-01", None, "elderly")
    assert state.session.priority_age == 60


def test_questions_lead_to_a_service_or_a_matter_in_three_steps_at_most() -> None:
    state, effects = travel_from(
        HOME,
        (Place.HOME, door(ev.Door.NUMBER)),
        (Place.SERVICES, door(ev.Door.QUESTIONS)),
        (Place.QUESTIONS, ev.AnswerTouched(0, R)),
        (Place.QUESTIONS, ev.AnswerTouched(0, R)),
        (Place.QUESTIONS, ev.AnswerTouched(3, R)),
        Place.CHECKING,
    )
    assert effects == [fx.AskPrinter(R)]
    assert state.session.service == "D"
    travel_from(
        state,
        (Place.CHECKING, ev.BackTouched()),
        (Place.QUESTIONS, ev.BackTouched()),
        (Place.QUESTIONS, ev.AnswerTouched(2, R)),
        (Place.GUIDE, ev.BackTouched()),
        (Place.QUESTIONS, ev.BackTouched()),
        (Place.QUESTIONS, ev.BackTouched()),
        Place.SERVICES,
    )


def test_every_answer_of_the_demonstration_leads_to_something_that_it_has() -> None:
    content = sample_content()

    def depth(question_id: str) -> int:
        question = sample_questions().named(question_id)
        assert question is not None
        return 1 + max(depth(a.question) if a.question else 0 for a in question.answer)

    assert depth("") <= 3
    for question in sample_questions().question:
        for answer in question.answer:
            assert not answer.matter or content.matter(answer.matter)
            assert not answer.service or HALL.service(answer.service)
            assert answer.text_en


def test_who_says_that_they_have_priority_is_believed_and_it_goes_with_the_request() -> None:
    _, effects = travel_from(
        HOME,
        (Place.HOME, door(ev.Door.NUMBER)),
        (Place.SERVICES, door(ev.Door.CLAIM)),
        (Place.CLAIM, ev.ClassTouched("pregnant")),
        (Place.SERVICES, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ISSUED),
        (Place.PRINTING, PRINTED),
        Place.TICKET,
    )
    assert fx.RequestTicket(R, "D", None, None, "pregnant") in effects
    unknown, _ = travel_from(
        HOME,
        (Place.HOME, door(ev.Door.NUMBER)),
        (Place.SERVICES, door(ev.Door.CLAIM)),
        (Place.CLAIM, ev.ClassTouched("nobody")),
        Place.CLAIM,
    )
    assert unknown.session.claim == ""


def test_the_eligibility_door_leads_to_a_window() -> None:
    _, effects = travel_from(
        HOME,
        (Place.HOME, door(ev.Door.ELIGIBILITY)),
        (Place.ELIGIBILITY, ev.TakeTouched(R)),
        (Place.CHECKING, PRINTER_OK),
        Place.ISSUING,
    )
    assert effects[-1] == fx.RequestTicket(R, "D", None, "D-02", None)


def test_without_server_and_numbers_guide_and_notices_can_still_be_read() -> None:
    dark = replace(HOME, place=Place.AWAY, around=replace(AROUND, server=Link.DOWN))
    travel_from(
        dark,
        (Place.AWAY, door(ev.Door.NUMBER)),
        (Place.AWAY, door(ev.Door.GUIDE)),
        (Place.MATTERS, ev.MatterTouched("G-01")),
        (Place.GUIDE, ev.TakeTouched(R)),
        (Place.REFUSED, ev.BackTouched()),
        (Place.GUIDE, ev.HomeTouched()),
        (Place.AWAY, door(ev.Door.NOTICES)),
        (Place.NOTICES, ev.NoticeTouched("job:carer")),
        (Place.NOTICE, ev.BackTouched()),
        (Place.NOTICES, ev.BackTouched()),
        Place.AWAY,
    )


def test_lent_numbers_keep_the_kiosk_open_and_their_end_closes_it() -> None:
    lent = ev.LeaseSeen(LeaseFacts((("D", 1), ("A", 0))))
    state, effects = travel_from(
        HOME,
        (Place.HOME, lent),
        (Place.HOME, ev.HallLost()),
        (Place.HOME, door(ev.Door.NUMBER)),
        (Place.SERVICES, ev.ServiceTouched("A", OTHER)),
        (Place.REFUSED, ev.BackTouched()),
        (Place.SERVICES, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ev.TicketIssued(R, replace(ISSUED.ticket, offline=True))),
        (Place.PRINTING, PRINTED),
        (Place.TICKET, ev.LeaseSeen(LeaseFacts())),
        (Place.TICKET, ev.HomeTouched()),
        (Place.AWAY, ev.HallSeen(HALL)),
        Place.HOME,
    )
    assert fx.RequestTicket(R, "D", None, None, None) in effects
    assert not state.around.offline


def test_a_kiosk_that_starts_in_the_dark_knows_the_hall_from_before() -> None:
    lent = ev.LeaseSeen(LeaseFacts((("D", 5),)))
    travel_from(
        State(around=with_content(Around())),
        (Place.STARTING, ev.HallRemembered(HALL)),
        (Place.STARTING, lent),
        (Place.STARTING, ev.HallLost()),
        (Place.HOME, ev.HallRemembered(HALL)),
        Place.HOME,
    )


def test_idle_home_shows_what_the_hall_does_and_any_touch_wakes_it() -> None:
    state, _ = travel_from(
        HOME,
        (Place.HOME, ev.Tick(60.0)),
        (Place.ATTRACT, ev.Tick(9000.0)),
        (Place.ATTRACT, ev.Touched()),
        Place.HOME,
    )
    assert state.left_s == 60.0
    travel_from(HOME, (Place.HOME, ev.Tick(60.0)), (Place.ATTRACT, ev.CardLaid()), Place.READING)


def test_calling_a_person_is_done_once_and_forgotten_when_nobody_is_there() -> None:
    state, effects = travel_from(
        HOME,
        (Place.HOME, ev.CallHelpTouched(R)),
        (Place.HOME, ev.CallHelpTouched(OTHER)),
        (Place.HOME, ev.HelpSeen(ev.HelpState.CALLED)),
        (Place.HOME, ev.CallHelpTouched(OTHER)),
        (Place.HOME, ev.HelpSeen(ev.HelpState.COMING)),
        Place.HOME,
    )
    assert effects == [fx.CallHelp(R, "home")]
    assert state.help is ev.HelpState.COMING
    left, _ = travel_from(
        state, (Place.HOME, ev.Tick(60.0)), (Place.ATTRACT, ev.HelpSeen(ev.HelpState.COMING))
    )
    assert left.help is ev.HelpState.NONE
    unheard, effects = travel_from(
        HOME,
        (Place.HOME, ev.CallHelpTouched(R)),
        (Place.HOME, ev.HelpSeen(ev.HelpState.UNHEARD)),
        (Place.HOME, ev.CallHelpTouched(OTHER)),
    )
    assert effects[-1] == fx.CallHelp(OTHER, "home")
    assert unheard.help is ev.HelpState.CALLING


def test_without_a_card_age_may_be_said_and_a_card_knows_better() -> None:
    claiming, _ = travel_from(
        HOME,
        (Place.HOME, ev.DoorTouched(ev.Door.NUMBER)),
        (Place.SERVICES, ev.DoorTouched(ev.Door.CLAIM)),
        Place.CLAIM,
    )
    assert claims_offered(claiming)[0] == "elderly"
    claimed, _ = travel_from(claiming, (Place.CLAIM, ev.ClassTouched("elderly")), Place.SERVICES)
    _, effects = travel_from(
        claimed, (Place.SERVICES, CHOOSE), (Place.CHECKING, PRINTER_OK), Place.ISSUING
    )
    (wish,) = (each for each in effects if isinstance(each, fx.RequestTicket))
    assert wish.priority_class == "elderly"
    young = replace(PERSON, birth=date(1990, 1, 1))
    known, _ = travel_from(
        replace(claimed, place=Place.GUIDE, session=replace(claimed.session, matter="A-01")),
        (Place.GUIDE, ev.CardLaid()),
        (Place.READING, ev.CardKnown(young)),
        Place.GUIDE,
    )
    assert known.session.claim == ""
    assert "elderly" not in claims_offered(known)


def test_who_opens_the_help_after_a_call_in_vain_finds_it_fresh() -> None:
    home = State(place=Place.HOME, around=replace(HOME.around, server=Link.UP))
    vain = replace(home, help_open=True, help=ev.HelpState.UNHEARD)
    closed, _ = step(vain, ev.HelpTouched())
    opened, _ = step(closed, ev.HelpTouched())
    assert (opened.help_open, opened.help) == (True, ev.HelpState.NONE)
    dark = replace(opened, around=replace(opened.around, server=Link.DOWN))
    told, effects = step(dark, ev.CallHelpTouched(R))
    assert (told.help, effects) == (ev.HelpState.UNHEARD, ()), "said at once"
    called, _ = step(opened, ev.CallHelpTouched(R))
    reopened, _ = step(step(called, ev.HelpTouched())[0], ev.HelpTouched())
    assert reopened.help is ev.HelpState.CALLING, "what is under way stays told"
