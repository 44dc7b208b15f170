"""Realistic states to draw without server or devices: for the gallery and for tests of the screens.

All people are invented.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kiosk.flow.events import Language, View
from kiosk.flow.facts import (
    ClassFacts,
    HallFacts,
    PersonFacts,
    ServiceFacts,
    TicketFacts,
    WaitFacts,
)
from kiosk.flow.states import (
    Around,
    CardTrouble,
    Link,
    Manner,
    Paper,
    Place,
    Session,
    State,
)
from kiosk.sample_refusals import refusal_states
from kiosk.sample_staff import staff_states
from kiosk.sample_ways import way_states, with_content

_SERVICES = (
    ("A", "就业与失业登记", "Employment & Unemployment Registration", "briefcase", 12, (780, 1180)),
    ("B", "就业服务", "Job Services", "users", 3, (240, 420)),
    ("C", "就业援助", "Employment Assistance", "heart-handshake", 0, (0, 60)),
    ("D", "退休人员社会化管理", "Services for Retirees", "armchair", 6, (600, 1140)),
    ("E", "信访接待", "Petitions & Complaints", "message-square", 1, (180, 600)),
    ("F", "城乡居民养老保险", "Residents' Pension Insurance", "landmark", 24, (2400, 4300)),
    ("G", "社会保障卡", "Social Security Card", "credit-card", 9, (900, 1500)),
)


def sample_hall(closed: str = "E") -> HallFacts:
    """The demonstration hall on a lively morning; service `closed` gives no numbers."""
    services = tuple(
        ServiceFacts(
            id=key,
            name=name,
            name_en=name_en,
            icon=icon,
            waiting=waiting,
            wait=WaitFacts(*wait),
            windows=("4", "7", "8"),
            accepting=key != closed,
            prefix=key,
        )
        for key, name, name_en, icon, waiting, wait in _SERVICES
    )
    return HallFacts(
        id="demo",
        name="示范县人力资源和社会保障服务大厅",
        name_en="Model County Human Resources and Social Security Hall",
        time_zone="Asia/Shanghai",
        business_day=date(2026, 3, 2),
        open=True,
        hours=("mon,tue,wed,thu,fri 09:00–12:00", "mon,tue,wed,thu,fri 13:30–17:00"),
        notice="",
        notice_en="",
        services=services,
        classes=(
            ClassFacts("elderly", "老年人", "60 and older", 60),
            ClassFacts("disabled", "残疾人", "disabled"),
            ClassFacts("pregnant", "孕妇", "pregnant"),
            ClassFacts("serviceman", "现役军人", "serviceman"),
        ),
        appointments=True,
        waiting=55,
    )


def sample_ticket() -> TicketFacts:
    return TicketFacts(
        id="t-1",
        number="D023",
        service="D",
        service_name="退休人员社会化管理",
        service_name_en="Services for Retirees",
        priority_class="ordinary",
        issued_at="2026-03-02T10:08:00+08:00",
        people_ahead=6,
        wait=WaitFacts(720, 1180),
        windows=("4", "7", "8"),
        follow_path="/t/3f9c1d7ab24e4c5f",
        review_code="4821",
        reprint=False,
        printed=None,
    )


def beyond(ticket: TicketFacts, status: str, window: str | None) -> TicketFacts:
    """The same number when its holder comes back late: called, serving or parked."""
    return replace(ticket, status=status, window=window, reprint=True, people_ahead=None, wait=None)


PERSON = PersonFacts("340524195801010017", "王小芳", date(1958, 1, 1))


def sample_states() -> dict[str, State]:
    """Name of the picture → state."""
    around = with_content(Around(sample_hall(), server=Link.UP, reader=Link.UP))
    base = State(place=Place.HOME, around=around)
    ticket = sample_ticket()
    elderly = replace(
        ticket,
        priority_class="elderly",
        booked_for="2026-03-02T10:30:00+08:00",
        people_ahead=2,
        wait=WaitFacts(240, 560),
    )
    busy = replace(base, now_s=4.2)

    def at(place: Place, on: State = base, **session: object) -> State:
        return replace(on, place=place, session=Session(**session))  # type: ignore[arg-type]

    closed = replace(
        around,
        hall=replace(
            sample_hall(),
            open=False,
            opens_at="2026-03-03T09:00:00+08:00",
            services=tuple(replace(s, accepting=False) for s in sample_hall().services),
        ),
    )
    notice = replace(
        sample_hall(closed=""),
        notice="今天下午 15:00 系统维护，请尽早办理。",
        notice_en="Maintenance at 15:00 today; please come early.",
    )
    return {
        "starting": replace(at(Place.STARTING, busy), around=Around()),
        "home": base,
        "home-notice": replace(base, around=replace(around, hall=notice)),
        "home-no-reader": replace(base, around=replace(around, reader=Link.DOWN)),
        "home-closed": replace(base, around=closed),
        "attract-closed": replace(at(Place.ATTRACT), around=closed),
        "services-closed": replace(at(Place.SERVICES), around=closed),
        "help": replace(base, help_open=True),
        "away": replace(at(Place.AWAY), around=Around(sample_hall(), server=Link.DOWN)),
        "reading": at(Place.READING, busy),
        "card-unreadable": at(Place.CARD_TROUBLE, card_trouble=CardTrouble.UNREADABLE),
        "card-reader-gone": at(Place.CARD_TROUBLE, card_trouble=CardTrouble.READER),
        "greeting": at(Place.GREETING, person=PersonFacts("", "张伟", date(1990, 1, 1))),
        "greeting-elderly": at(Place.GREETING, person=PERSON, priority_age=60),
        "warning": replace(at(Place.GREETING, person=PERSON, priority_age=60), now_s=50.0),
        "home-no-appointments": replace(
            base, around=replace(around, hall=replace(sample_hall(), appointments=False))
        ),
        "greeting-claimed": at(
            Place.GREETING, person=PersonFacts("", "张伟", date(1990, 1, 1)), claim="serviceman"
        ),
        "code": at(Place.CODE, checks_in=True),
        "code-typed": at(Place.CODE, checks_in=True, code="571663"),
        "too-early": at(
            Place.REFUSED,
            checks_in=True,
            refusal="appointment_too_early",
            refusal_at="2026-03-02T15:00:00+08:00",
        ),
        "checking": at(Place.CHECKING, busy, service="D"),
        "no-paper": at(Place.NO_PAPER, service="D", printer_state="out"),
        "issuing": at(Place.ISSUING, busy, service="D"),
        "issuing-delayed": at(Place.ISSUING, replace(base, now_s=16.0), service="D", delayed=True),
        "printing": at(Place.PRINTING, busy, ticket=ticket),
        "ticket": at(Place.TICKET, ticket=ticket, paper=Paper.PRINTED),
        "ticket-elderly": replace(
            at(Place.TICKET, ticket=elderly, paper=Paper.PRINTED),
            around=replace(around, card_lies=True),
        ),
        "ticket-reprint": at(
            Place.TICKET, ticket=replace(ticket, reprint=True), paper=Paper.UNSURE
        ),
        "ticket-called": at(Place.TICKET, ticket=beyond(ticket, "called", "7")),
        "ticket-serving": at(Place.TICKET, ticket=beyond(ticket, "serving", "4")),
        "ticket-parked": at(Place.TICKET, ticket=beyond(ticket, "parked", None)),
        "ticket-rejoined": at(
            Place.TICKET,
            ticket=replace(ticket, reprint=True, rejoined=True),
            paper=Paper.PRINTED,
        ),
        "ticket-no-paper": at(Place.TICKET, ticket=ticket, paper=Paper.DECLINED),
        "unprinted": at(Place.UNPRINTED, ticket=ticket, paper=Paper.FAILED),
        "unprinted-unsure": at(Place.UNPRINTED, ticket=ticket, paper=Paper.UNSURE),
        "cancelling": at(Place.CANCELLING, busy, ticket=ticket),
        "cancelled": at(Place.CANCELLED, ticket=ticket),
        "refused": at(Place.REFUSED, refusal="service_closed"),
        "not-cancelled": at(Place.REFUSED, refusal="not_cancelled", ticket=ticket),
        **way_states(base, ticket),
        **staff_states(base),
    }


def refusals() -> dict[str, State]:
    """Every "no" that there are words for; like `sample_states`, which holds one of each layout."""
    return refusal_states(sample_states()["home"], sample_ticket())


def manners(low: bool = False) -> list[Manner]:
    """Every view in every language; low: with the controls low."""
    return [
        Manner(view, language, low)
        for view in View
        for language in (Language.CHINESE, Language.ENGLISH)
    ]
