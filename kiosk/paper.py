"""What stands on the paper ticket, in the person's language. Pure; nothing personal in clear."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hardware.ports import TicketContent
from kiosk.flow.content import MatterFacts
from kiosk.flow.facts import HallFacts, TicketFacts
from kiosk.texts import Texts
from kiosk.words import (
    class_words,
    in_language,
    section_words,
    ticket_service_name,
    wait_words,
    when_words,
    window_list,
)


def ticket_content(
    ticket: TicketFacts,
    hall: HallFacts | None,
    texts: Texts,
    follow_base: str,
    matter: MatterFacts | None = None,
    sent: str = "",
) -> TicketContent:
    """follow_base: the server's public address, without a slash at its end. matter: what it was
    taken for, if that is known: its materials stand on the ticket. sent: why the yearly check goes
    on at a window; the matter and that stand on the ticket, for whoever reads it there."""
    language = texts.language
    return TicketContent(
        hall_name=in_language(hall.name, hall.name_en, language) if hall else "",
        number=ticket.number,
        service_name=ticket_service_name(ticket, language),
        issued_at=_local(ticket.issued_at, hall),
        people_ahead=None if ticket.deferred_until else ticket.people_ahead,
        wait_text=_wait_text(ticket, hall, texts),
        window_text=window_list(ticket.windows, texts),
        follow_url=follow_base + ticket.follow_path if ticket.follow_path else None,
        review_code=ticket.review_code,
        class_label=_label(ticket, hall, texts),
        note=_sent_note(sent, matter, texts),
        materials=matter.materials if matter else (),
        footer=texts("offline.ticket" if ticket.offline else "paper.footer"),
        language=language.value,
    )


def _sent_note(sent: str, matter: MatterFacts | None, texts: Texts) -> str:
    if not sent:
        return ""
    name = in_language(matter.name, matter.name_en, texts.language) if matter else ""
    return texts(
        "pension_sent.note",
        matter=name or texts("pension.slip_matter"),
        why=texts(f"pension_sent.{sent}"),
    )


def _wait_text(ticket: TicketFacts, hall: HallFacts | None, texts: Texts) -> str:
    """Who asked for more minutes is not called before they are over."""
    if ticket.deferred_until:
        return texts("paper.deferred", when=when_words(ticket.deferred_until, hall, texts))
    return wait_words(ticket.wait, texts, ticket.people_ahead)


def _label(ticket: TicketFacts, hall: HallFacts | None, texts: Texts) -> str:
    """The class, and that there is another paper with this number."""
    again = texts("paper.again") if ticket.reprint else ""
    return " · ".join(filter(None, (class_words(ticket, hall, texts), again)))


def slip_content(next_due: str, hall: HallFacts | None, texts: Texts) -> TicketContent:
    """Proof of a passed yearly check: no name, no number of anybody. next_due: 2026-12-01."""
    year, month, day = (int(part) for part in next_due.split("-"))
    until = texts("pension.day", year=year, month=month, day=day)
    return TicketContent(
        hall_name=in_language(hall.name, hall.name_en, texts.language) if hall else "",
        number="",
        service_name=texts("pension.slip_title"),
        issued_at=_local(datetime.now(UTC).isoformat(), hall),
        people_ahead=None,
        wait_text=texts("pension.slip_next", day=until),
        window_text="",
        footer=texts("pension.slip_footer"),
        language=texts.language.value,
    )


def list_content(matter: MatterFacts, hall: HallFacts | None, texts: Texts) -> TicketContent:
    """The list of materials: for the layout `materials`, which prints no number."""
    language = texts.language
    _, promise = section_words("promise", (str(matter.promised_working_days),), texts)
    return TicketContent(
        hall_name=in_language(hall.name, hall.name_en, language) if hall else "",
        number="",
        service_name=in_language(matter.name, matter.name_en, language),
        issued_at=_local(datetime.now(UTC).isoformat(), hall),
        people_ahead=None,
        wait_text=promise,
        window_text=matter.fee,
        materials=matter.materials,
        footer=matter.legal_basis,
        language=language.value,
    )


def _local(issued_at: str, hall: HallFacts | None) -> datetime:
    """In the hall's own zone where the system knows it, else with the server's offset."""
    moment = datetime.fromisoformat(issued_at)
    if hall is None:
        return moment
    try:
        return moment.astimezone(ZoneInfo(hall.time_zone))
    except (ZoneInfoNotFoundError, ValueError):
        return moment
