"""What the hall tells people beside the queues, as the wire shows it."""

from __future__ import annotations

from datetime import date

from queue_server.domain.calendar import local
from queue_server.domain.content import Guide, Job, Notice
from queue_server.domain.state import HallState
from queue_server.presentation import Presentation
from queue_server.settings.pensions import PensionSection
from queue_server.wire import content as wire
from queue_server.wire.hall import FaceTerms, Matter

_NO_GUIDE = Guide("")


def shown_content(state: HallState, now_ms: int) -> wire.Content:
    """What people see today."""
    today = local(state.known_rules.calendar, now_ms).date()
    return {
        "notices": [_notice(x) for x in state.content.notices.values() if x.is_shown(today)],
        "jobs": [_job(x) for x in state.content.jobs.values() if x.is_shown(today)],
    }


def all_content(state: HallState) -> wire.Content:
    """Also what is not shown yet, or no longer."""
    return {
        "notices": [_notice(x) for x in state.content.notices.values()],
        "jobs": [_job(x) for x in state.content.jobs.values()],
    }


def matters_view(state: HallState) -> list[Matter]:
    """Every matter with its service guide (五公开)."""
    found: list[Matter] = []
    for matter in state.known_rules.matters:
        guide = state.content.guides.get(matter.id, _NO_GUIDE)
        found.append(
            {
                "id": matter.id,
                "service": matter.service,
                "name": matter.name,
                "name_en": matter.name_en,
                "usual_s": matter.usual_s,
                "materials": list(guide.materials),
                "procedure": list(guide.procedure),
                "promised_working_days": guide.promised_working_days,
                "result": guide.result,
                "fee": guide.fee,
                "legal_basis": guide.legal_basis,
            }
        )
    return found


def face_terms(settings: PensionSection, hall: Presentation) -> FaceTerms | None:
    """None where faces are not checked."""
    if not settings.matter:
        return None
    return {
        "operator": settings.operator or hall.name,
        "operator_en": settings.operator_en or settings.operator or hall.name_en,
        "evidence_days": settings.evidence_days if settings.evidence else None,
    }


def _notice(notice: Notice) -> wire.Notice:
    return {
        "id": notice.id,
        "title": notice.title,
        "title_en": notice.title_en,
        "text": notice.text,
        "text_en": notice.text_en,
        "from": _day(notice.starts),
        "until": _day(notice.until),
    }


def _job(job: Job) -> wire.Job:
    return {
        "id": job.id,
        "title": job.title,
        "employer": job.employer,
        "place": job.place,
        "wage": job.wage,
        "openings": job.openings,
        "text": job.text,
        "contact": job.contact,
        "until": _day(job.until),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
