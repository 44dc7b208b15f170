"""Figures turned into words: waits, windows, counts. Pure; the words themselves come from Texts."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kiosk.flow.content import JobFacts
from kiosk.flow.events import Language, TicketAct
from kiosk.flow.facts import HallFacts, ServiceFacts, TicketFacts, WaitFacts
from kiosk.texts import Texts

_MINUTE_S = 60
_LONG_MIN = 90


def wait_words(wait: WaitFacts | None, texts: Texts, ahead: int | None = None) -> str:
    """About how long: a span in minutes, coarser the longer it is; empty when nobody can tell.
    Nobody with people ahead is told that it is their turn at once."""
    if wait is None:
        return ""
    low, high = wait_span_min(wait)
    if high <= 1:
        return texts("wait.few" if ahead else "wait.soon")
    if high > _LONG_MIN:
        return _hour_words(low, high, texts)
    if low == high:
        return texts("wait.about", minutes=high)
    return texts("wait.span", low=low, high=high)


def wait_span_min(wait: WaitFacts) -> tuple[int, int]:
    """Half of the people are called by `low`, nine in ten by `high`; fives above 20 minutes."""
    low = max(round(wait.p50_s / _MINUTE_S), 0)
    high = max(-(-wait.p90_s // _MINUTE_S), low)
    if high > 20:
        low, high = _to_fives(low), -(-high // 5) * 5
    return max(low, 1), max(high, 1)


def _to_fives(minutes: int) -> int:
    return minutes if minutes < 10 else minutes // 5 * 5


def _hour_words(low_min: int, high_min: int, texts: Texts) -> str:
    low, high = max(low_min // 60, 1), -(-high_min // 60)
    if low == high:
        return texts("wait.hours", hours=high)
    return texts("wait.hour_span", low=low, high=high)


def waiting_words(service: ServiceFacts, texts: Texts) -> str:
    if service.waiting == 0:
        return texts("wait.nobody")
    key = "wait.person" if service.waiting == 1 else "wait.people"
    return texts(key, count=service.waiting)


def ahead_words(people_ahead: int | None, texts: Texts) -> str:
    if people_ahead is None:
        return ""
    if people_ahead == 0:
        return texts("ticket.next")
    return texts("ticket.ahead_one" if people_ahead == 1 else "ticket.ahead", count=people_ahead)


def windows_words(windows: tuple[str, ...], texts: Texts) -> str:
    """`3、7、8 号窗口`; empty when no window serves it now."""
    if not windows:
        return ""
    key = "ticket.window" if len(windows) == 1 else "ticket.windows"
    return texts(key, windows=window_list(windows, texts))


def code_words(ticket: TicketFacts, t: Texts) -> str:
    """With what its holder rates the visit; a ticket given in the dark has none yet."""
    return t("ticket.review_code", code=ticket.review_code) if ticket.review_code else ""


def ticket_news(ticket: TicketFacts, texts: Texts) -> str:
    """What is the matter with this number, in one line: new, found again, called, …"""
    if ticket.status in ("called", "serving"):
        if ticket.window is None:
            return texts(f"ticket.{ticket.status}_somewhere")
        return texts(f"ticket.{ticket.status}", window=ticket.window)
    if ticket.status == "parked":
        return texts("ticket.parked")
    if ticket.rejoined:
        return texts("ticket.rejoined")
    return texts("ticket.reprint" if ticket.reprint else "ticket.title")


def ticket_where(ticket: TicketFacts, texts: Texts) -> str:
    """The window that has it, else those that may call it; the screen knows the rest."""
    windows = ticket.windows if ticket.window is None else (ticket.window,)
    return windows_words(windows, texts) or texts("ticket.no_window")


def window_list(windows: tuple[str, ...], texts: Texts) -> str:
    """In the order in which a person walks past them, not in the server's order of skill."""
    in_order = sorted(windows, key=lambda name: (not name.isdigit(), len(name), name))
    return texts("list.comma").join(in_order)


def when_words(at: str, hall: HallFacts | None, texts: Texts) -> str:
    """An RFC 3339 instant in the hall's time: the hour on the business day, else with its date.
    Empty for what is no instant."""
    try:
        then = datetime.fromisoformat(at).astimezone(ZoneInfo(hall.time_zone) if hall else None)
    except (ValueError, ZoneInfoNotFoundError):
        return ""
    time = then.strftime("%H:%M")
    if hall is None or then.date() == hall.business_day:
        return time
    return texts("refused.on_day", month=then.month, day=then.day, time=time)


def in_language(chinese: str, english: str, language: Language) -> str:
    """The hall's own names come in both; an English name may be missing."""
    return english if language == Language.ENGLISH and english else chinese


def service_name(service: ServiceFacts, language: Language) -> str:
    return in_language(service.name, service.name_en, language)


def ticket_service_name(ticket: TicketFacts, language: Language) -> str:
    return in_language(ticket.service_name, ticket.service_name_en, language)


def found_news(ticket: TicketFacts, did: TicketAct | None, hall: HallFacts | None, t: Texts) -> str:
    """How a ticket that was looked for stands, or what was just done with it."""
    if did in (TicketAct.REJOIN, TicketAct.RESUME):
        return t(f"found.did_{did.value}")
    if ticket.deferred_until:
        return t("found.deferred", when=when_words(ticket.deferred_until, hall, t))
    if ticket.status in ("called", "serving", "parked"):
        return ticket_news(ticket, t)
    return t("found.missed" if ticket.status == "missed" else "found.waiting")


def class_name(class_id: str, hall: HallFacts | None, texts: Texts) -> str:
    """A priority class of the hall's; empty for one it does not have."""
    found = hall.priority_class(class_id) if hall and class_id else None
    return in_language(found.name, found.name_en, texts.language) if found else ""


def section_words(kind: str, lines: tuple[str, ...], t: Texts) -> tuple[str, str]:
    """Heading and body of one section of a guide, a job or a notice."""
    if kind == "text":
        return "", "\n".join(lines)
    heading = t(f"section.{kind}")
    if kind == "promise":
        days = int(lines[0])
        return heading, t("section.at_once") if days == 0 else t("section.days", days=days)
    if kind == "materials" and not any(lines):
        return heading, t("section.no_materials")
    if kind == "materials":
        return heading, "\n".join(f"· {line}" for line in lines)
    if kind == "procedure":
        return heading, t("section.then").join(lines)
    return heading, "\n".join(lines)


def job_lines(job: JobFacts, t: Texts) -> tuple[tuple[str, str], ...]:
    """What stands of a job offer, as (kind, text); what is not told is left out."""
    openings = t("notices.openings", count=job.openings) if job.openings else ""
    told = (
        ("wage", t("notices.dot").join(part for part in (job.wage, openings) if part)),
        ("place", job.place),
        ("text", job.text),
        ("contact", job.contact),
        ("until", job.until[:10]),
    )
    return tuple((kind, text) for kind, text in told if text)


def class_words(ticket: TicketFacts, hall: HallFacts | None, texts: Texts) -> str:
    """The priority class in words, and the time that was booked; empty for an ordinary number."""
    said = []
    if name := class_name(ticket.priority_class, hall, texts):
        said.append(texts("ticket.priority", name=name))
    if ticket.booked_for:
        said.append(texts("ticket.booked", when=when_words(ticket.booked_for, hall, texts)))
    return " · ".join(said)
