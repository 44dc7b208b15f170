"""Instants as people say them, in Chinese, on the hall's own clock."""

from __future__ import annotations

from queue_server.domain.calendar import Calendar, local

_DAYS_AHEAD = ("今天", "明天", "后天")


def said(calendar: Calendar, at_ms: int, now_ms: int) -> str:
    """`今天 13:30`, `明天 09:00`, `11月25日 09:00`."""
    at, now = local(calendar, at_ms), local(calendar, now_ms)
    ahead = (at.date() - now.date()).days
    day = _DAYS_AHEAD[ahead] if 0 <= ahead < len(_DAYS_AHEAD) else f"{at.month}月{at.day}日"
    return f"{day} {at:%H:%M}"
