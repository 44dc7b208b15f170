"""The rules in force, whole, as administration sees them; beside what the board shows."""

from __future__ import annotations

from typing import Any

from queue_server.domain.alert_settings import AlertSettings
from queue_server.domain.calendar import Calendar
from queue_server.domain.state import HallState
from queue_server.settings.supply import WEEKDAYS
from queue_server.views.content import matters_view


def administration_view(state: HallState) -> dict[str, Any]:
    rules = state.known_rules
    return {
        "services": [
            {
                "id": s.id,
                "prefix": s.prefix,
                "name": s.name,
                "name_en": s.name_en,
                "icon": s.icon,
                "usual_minutes": s.usual_s / 60,
                "paused": s.paused is not None,
                "reason": s.paused,
            }
            for s in rules.services
        ],
        "matters": matters_view(state),
        "hours": hours_view(rules.calendar),
        "alerts": alerts_view(rules.alerts),
    }


def hours_view(calendar: Calendar) -> dict[str, Any]:
    return {
        "always_open": calendar.always_open,
        "sessions": [
            {
                "days": [WEEKDAYS[day] for day in s.weekdays],
                "opens": f"{s.opens:%H:%M}",
                "closes": f"{s.closes:%H:%M}",
            }
            for s in calendar.sessions
        ],
        "holidays": sorted(day.isoformat() for day in calendar.holidays),
        "makeup_days": sorted(day.isoformat() for day in calendar.makeup_days),
        "special_days": [
            {
                "day": d.day.isoformat(),
                "why": d.why,
                "sessions": [{"opens": f"{o:%H:%M}", "closes": f"{c:%H:%M}"} for o, c in d.hours],
            }
            for d in calendar.special_days
        ],
    }


def hours_lines(calendar: Calendar) -> list[str]:
    """As screens show them: `mon,tue 09:00–12:00`."""
    return [
        f"{','.join(WEEKDAYS[day] for day in s.weekdays)} {s.opens:%H:%M}–{s.closes:%H:%M}"
        for s in calendar.sessions
    ]


def alerts_view(alerts: AlertSettings) -> dict[str, Any]:
    return {
        "long_wait_minutes": alerts.long_wait_s // 60,
        "waiting_at_most": alerts.waiting_at_most,
        "called_minutes": alerts.called_s // 60,
        "idle_minutes": alerts.idle_s // 60,
        "paused_minutes": alerts.paused_s // 60,
        "services": [
            {
                "service": s.service,
                "long_wait_minutes": s.long_wait_s // 60,
                "waiting_at_most": s.waiting_at_most,
            }
            for s in alerts.services
        ],
        "quiet": [{"begins": f"{q.begins:%H:%M}", "ends": f"{q.ends:%H:%M}"} for q in alerts.quiet],
    }
