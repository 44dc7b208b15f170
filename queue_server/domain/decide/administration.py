"""What administration's changes lead to. What is in use today is not taken away under people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from queue_server.domain import administration as x
from queue_server.domain.calendar import Overlap, overlap
from queue_server.domain.content import ContentPut, ContentRemoved
from queue_server.domain.decide.configuration import changed, known, still_needed
from queue_server.domain.decide.core import Events, decide
from queue_server.domain.errors import FieldWrong, WrongState
from queue_server.domain.rules import HallRules, Skill, WindowRule
from queue_server.domain.state import HallState

_WEEKDAYS = "一二三四五六日"


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)


def _with(things: tuple[T, ...], new: T) -> tuple[T, ...]:
    """`new` in place of the one with its id, else behind all others."""
    if all(thing.id != new.id for thing in things):
        return (*things, new)
    return tuple(new if thing.id == new.id else thing for thing in things)


def _without(things: Iterable[T], gone: str) -> tuple[T, ...]:
    return tuple(thing for thing in things if thing.id != gone)


def if_free(state: HallState, rules: HallRules, **told: Any) -> Events:
    """Refused while today's numbers or windows still need what is taken away."""
    if missing := still_needed(state, rules):
        raise WrongState(
            "configuration_in_use",
            f"今天的号票、窗口、预约或取号机备用的号还在使用：{'、'.join(missing)}。可以先停发，换日后再改。",
            missing=missing,
        )
    return changed(state, rules, **told)


@decide.register
def _put_service(command: x.PutService, state: HallState, now_ms: int) -> Events:
    rules, new = state.known_rules, command.service
    for other in rules.services:
        if other.prefix == new.prefix and other.id != new.id:
            raise WrongState(
                "prefix_taken",
                f"号码前缀 {new.prefix} 已经用于 {other.name}。",
                service=other.id,
            )
    before = rules.service.get(new.id)
    put = replace(new, paused=before.paused if before else None)
    windows = rules.windows if before else tuple(_also(w, new.id, rules) for w in rules.windows)
    after = replace(rules, services=_with(rules.services, put), windows=windows)
    return if_free(state, after, what="service_put", service=new.id)


def _also(window: WindowRule, service: str, rules: HallRules) -> WindowRule:
    """A window that serves whatever there is (综合窗口) serves the new service too."""
    if {skill.service for skill in window.skills} != set(rules.service):
        return window
    rank = max(skill.rank for skill in window.skills)
    return replace(window, skills=(*window.skills, Skill(service, rank)))


@decide.register
def _remove_service(command: x.RemoveService, state: HallState, now_ms: int) -> Events:
    rules, gone = state.known_rules, command.service
    known("service", "业务", [gone], rules.service)
    if len(rules.services) == 1:
        raise WrongState("last_service", "大厅至少要有一项业务。")
    if any(booked.service == gone for booked in state.book.booked()):
        raise WrongState("service_is_booked", "这项业务还有没来的预约，请先改期或取消。")
    windows = tuple(
        replace(w, skills=tuple(s for s in w.skills if s.service != gone)) for w in rules.windows
    )
    matters = tuple(m for m in rules.matters if m.service != gone)
    after = replace(
        rules,
        services=_without(rules.services, gone),
        matters=matters,
        windows=windows,
        quotas=tuple(q for q in rules.quotas if q.service != gone),
        slots=tuple(s for s in rules.slots if s.service != gone),
        alerts=replace(
            rules.alerts,
            services=tuple(s for s in rules.alerts.services if s.service != gone),
        ),
    )
    return if_free(state, after, what="service_removed", service=gone)


@decide.register
def _put_matter(command: x.PutMatter, state: HallState, now_ms: int) -> Events:
    rules, new, guide = state.known_rules, command.matter, command.guide
    known("service", "业务", [new.service], rules.service)
    after = replace(rules, matters=_with(rules.matters, new))
    events = changed(state, after, what="matter_put", matter=new.id)
    if state.content.guides.get(guide.id) != guide:
        events.append(ContentPut(guide.kind, guide.id, guide.to_data()))
    return events


@decide.register
def _remove_matter(command: x.RemoveMatter, state: HallState, now_ms: int) -> Events:
    rules, gone = state.known_rules, command.matter
    known("matter", "事项", [gone], rules.matter)
    after = replace(rules, matters=_without(rules.matters, gone))
    events = changed(state, after, what="matter_removed", matter=gone)
    if gone in state.content.guides:
        events.append(ContentRemoved("guide", gone))
    return events


@decide.register
def _put_window(command: x.PutWindow, state: HallState, now_ms: int) -> Events:
    rules = state.known_rules
    before = rules.window.get(command.window)
    put = (
        replace(before, name=command.name, name_en=command.name_en)
        if before
        else WindowRule(command.window, command.name, command.name_en, ())
    )
    after = replace(rules, windows=_with(rules.windows, put))
    return changed(state, after, what="window_put", window=command.window)


@decide.register
def _remove_window(command: x.RemoveWindow, state: HallState, now_ms: int) -> Events:
    rules, gone = state.known_rules, command.window
    known("window", "窗口", [gone], rules.window)
    others = (
        replace(w, stands_in_for=None) if w.stands_in_for == gone else w for w in rules.windows
    )
    after = replace(rules, windows=_without(others, gone))
    return if_free(state, after, what="window_removed", window=gone)


@decide.register
def _remove_class(command: x.RemoveClass, state: HallState, now_ms: int) -> Events:
    rules, gone = state.known_rules, command.priority_class
    known("priority_class", "优先类别", [gone], rules.priority_class)
    if gone in (rules.ordinary, rules.booking.priority_class):
        raise WrongState("class_in_use", "普通类别和预约所用的类别不能删除。")
    if any(t.priority_class == gone for t in state.tickets.values()):
        raise WrongState("class_in_use", "今天已有这个类别的号票，请换日后再删除。")
    windows = tuple(
        replace(w, first_classes=tuple(c for c in w.first_classes if c != gone))
        for w in rules.windows
    )
    after = replace(rules, classes=_without(rules.classes, gone), windows=windows)
    return changed(state, after, what="class_removed", priority_class=gone)


@decide.register
def _hours(command: x.ChangeHours, state: HallState, now_ms: int) -> Events:
    rules = state.known_rules
    if (found := overlap(command.sessions, command.special_days)) is not None:
        raise _overlapping(found)
    calendar = replace(
        rules.calendar,
        sessions=command.sessions,
        holidays=frozenset(command.holidays),
        makeup_days=frozenset(command.makeup_days),
        special_days=command.special_days,
    )
    return changed(state, replace(rules, calendar=calendar), what="hours")


def _overlapping(found: Overlap) -> WrongState:
    day = f"星期{_WEEKDAYS[found.day]}" if isinstance(found.day, int) else found.day.isoformat()
    spans = [f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in (found.first, found.second)]
    return WrongState(
        "hours_overlap",
        f"{day}的两段开放时间重叠：{spans[0]} 与 {spans[1]}。请合成一段，或者错开。",
        day=found.day if isinstance(found.day, int) else found.day.isoformat(),
        hours=spans,
    )


@decide.register
def _alerts(command: x.ChangeAlerts, state: HallState, now_ms: int) -> Events:
    rules = state.known_rules
    known("service", "业务", [s.service for s in command.alerts.services], rules.service)
    return changed(state, replace(rules, alerts=command.alerts), what="alerts")


@decide.register
def _stop(command: x.StopIssuing, state: HallState, now_ms: int) -> Events:
    if not command.reason.strip():
        raise FieldWrong("reason_missing", "停止发号须写明原因。", "reason")
    rules = state.known_rules
    services = tuple(replace(s, paused=s.paused or command.reason) for s in rules.services)
    after = replace(rules, services=services)
    return changed(state, after, what="issuing_stopped", reason=command.reason)


@decide.register
def _resume(command: x.ResumeIssuing, state: HallState, now_ms: int) -> Events:
    rules = state.known_rules
    services = tuple(replace(s, paused=None) for s in rules.services)
    return changed(state, replace(rules, services=services), what="issuing_resumed")
