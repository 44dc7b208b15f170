"""What the dispatcher, the pages and the first start make of a hall's settings."""

from __future__ import annotations

from queue_server.domain.calendar import Calendar
from queue_server.domain.content import Guide, Thing
from queue_server.domain.rules import (
    HallRules,
    MatterRule,
    PriorityClass,
    ServiceRule,
    Skill,
    WindowRule,
)
from queue_server.presentation import Presentation
from queue_server.settings.hall import HallSettings, ServiceSection, WindowSection


def rules_of(settings: HallSettings) -> HallRules:
    usual_s = {s.id: round(s.usual_minutes * 60) for s in settings.service}
    return HallRules(
        id=settings.hall.id,
        calendar=Calendar(
            time_zone=settings.hall.time_zone,
            closes_day_at=settings.hall.day_closes_at,
            always_open=settings.hall.always_open,
            sessions=tuple(h.rule() for h in settings.hours),
            holidays=frozenset(settings.holidays),
            makeup_days=frozenset(settings.makeup_days),
            special_days=tuple(d.rule() for d in settings.special_days),
        ),
        services=tuple(
            ServiceRule(s.id, s.prefix or s.id, s.name, s.name_en, s.icon, usual_s[s.id])
            for s in settings.service
        ),
        classes=tuple(
            PriorityClass(c.id, c.name, c.name_en, c.rate, c.min_age)
            for c in settings.priority_class
        ),
        windows=tuple(
            WindowRule(
                w.id,
                w.name,
                w.name_en,
                _skills(w, settings.service),
                w.first_classes,
                w.stands_in_for,
            )
            for w in settings.window
        ),
        matters=tuple(
            MatterRule(
                m.id,
                m.service,
                m.name,
                m.name_en,
                round(m.usual_minutes * 60) if m.usual_minutes else usual_s[m.service],
            )
            for m in settings.matter
        ),
        dispatch=settings.dispatch.rule(),
        windows_start_open=settings.hall.windows_start_open,
        leases=settings.offline.rule(),
        quotas=tuple(q.rule() for q in settings.quota),
        issuing=settings.issuing.rule(),
        slots=tuple(s.rule() for s in settings.slots),
        booking=settings.appointments.rule(),
        reviews=settings.reviews.rule(),
        pension=settings.pension.rule(),
    )


def presentation_of(settings: HallSettings) -> Presentation:
    hall = settings.hall
    return Presentation(
        name=hall.name,
        name_en=hall.name_en,
        region=hall.region,
        notice=hall.notice,
        notice_en=hall.notice_en,
        announce=hall.announce,
    )


def content_of(settings: HallSettings) -> tuple[Thing, ...]:
    """Notices, jobs and the guides of the matters, as the file tells them."""
    guides = (
        Guide(
            m.id,
            m.materials,
            m.procedure,
            m.promised_working_days,
            m.result,
            m.fee,
            m.legal_basis,
        )
        for m in settings.matter
    )
    return (*(n.thing() for n in settings.notice), *(j.thing() for j in settings.job), *guides)


def _skills(window: WindowSection, services: tuple[ServiceSection, ...]) -> tuple[Skill, ...]:
    found: list[Skill] = []
    for text in window.skills:
        name, _, rank = text.partition(":")
        if name == "*":
            found.extend(Skill(s.id, int(rank or 1)) for s in services)
        else:
            found.append(Skill(name, int(rank or 1)))
    return tuple(found)
