"""What changes to the hall's rules lead to, from its settings file or from a manager.

The file counts when it says something else than when it was last taken in. Until then, what was
changed while the hall was open holds, over restarts and over days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from queue_server.domain import commands as c
from queue_server.domain import configuration as change
from queue_server.domain import events as e
from queue_server.domain.decide.core import Events, decide
from queue_server.domain.errors import FieldWrong, NotFound, WrongState
from queue_server.domain.rules import HallRules
from queue_server.domain.state import HallState


@decide.register
def _configure(command: c.Configure, state: HallState, now_ms: int) -> Events:
    digest = command.rules.digest
    if state.rules is not None and state.file_digest == digest:
        return []
    if missing := still_needed(state, command.rules):
        raise WrongState(
            "configuration_in_use",
            f"今天的号票或窗口还在使用：{'、'.join(missing)}。换日后生效。",
            missing=missing,
        )
    return [e.HallConfigured(command.rules.to_data(), digest)]


def still_needed(state: HallState, rules: HallRules) -> list[str]:
    """Services of this day's tickets, windows with somebody, and prefixes of numbers that kiosks
    have out, that `rules` no longer know."""
    services = {t.service for t in state.tickets.values()}
    services |= {s for t in state.tickets.values() for s in t.then}
    services |= {back.service for t in state.tickets.values() for back in t.returns}
    busy = {w.id for w in state.windows.values() if w.ticket}
    lent = {x.prefix for x in state.leases.values() if x.day == state.day and x.count_left}
    known = {s.prefix for s in rules.services}
    gone = (services - rules.service.keys()) | (busy - rules.window.keys()) | (lent - known)
    return sorted(gone)


def changed(state: HallState, rules: HallRules, **told: Any) -> Events:
    if rules == state.rules:
        return []
    return [e.HallConfigured(rules.to_data(), state.file_digest, told)]


@decide.register
def _skills(command: change.ChangeSkills, state: HallState, now_ms: int) -> Events:
    rules = state.known_rules
    if (window := rules.window.get(command.window)) is None:
        raise NotFound(f"没有 {command.window} 号窗口。", window=command.window)
    skills = window.skills if command.skills is None else command.skills
    first = window.first_classes if command.first_classes is None else command.first_classes
    partner = window.stands_in_for if command.stands_in_for is None else command.stands_in_for
    known("service", "业务", [s.service for s in skills], rules.service)
    known("priority_class", "优先类别", first, rules.priority_class)
    if len({s.service for s in skills}) < len(skills):
        raise WrongState("skill_twice", "同一项业务在这个窗口写了两次，请只留一个等级。")
    if partner == window.id:
        raise WrongState(
            "stands_in_for_itself",
            f"{window.name}不能给自己顶岗。请选另一个窗口，或者选“没有”。",
            window=window.id,
        )
    if partner:
        known("window", "窗口", [partner], rules.window)
    new = replace(window, skills=skills, first_classes=first, stands_in_for=partner or None)
    windows = tuple(new if w.id == window.id else w for w in rules.windows)
    return changed(
        state,
        replace(rules, windows=windows),
        what="window_skills",
        window=window.id,
        skills=[[s.service, s.rank] for s in skills],
        first_classes=list(first),
        stands_in_for=partner or None,
    )


def known(kind: str, kind_zh: str, named: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(named) - set(known))
    if unknown:
        raise NotFound(f"没有编号为 {'、'.join(unknown)} 的{kind_zh}。", **{kind: unknown[0]})


@decide.register
def _pause(command: change.PauseService, state: HallState, now_ms: int) -> Events:
    if not command.reason.strip():
        raise FieldWrong("reason_missing", "暂停业务须写明原因。", "reason")
    return _service_paused(state, command.service, command.reason)


@decide.register
def _resume(command: change.ResumeService, state: HallState, now_ms: int) -> Events:
    return _service_paused(state, command.service, None)


def _service_paused(state: HallState, service: str, reason: str | None) -> Events:
    rules = state.known_rules
    known("service", "业务", [service], rules.service)
    services = tuple(replace(s, paused=reason) if s.id == service else s for s in rules.services)
    what = "service_resumed" if reason is None else "service_paused"
    return changed(
        state, replace(rules, services=services), what=what, service=service, reason=reason
    )


@decide.register
def _put_class(command: change.PutClass, state: HallState, now_ms: int) -> Events:
    rules, new = state.known_rules, command.priority_class
    if new.id in rules.priority_class:
        classes = tuple(new if known.id == new.id else known for known in rules.classes)
    else:
        classes = (*rules.classes, new)
    return changed(
        state,
        replace(rules, classes=classes),
        what="priority_class",
        priority_class=new.id,
        rate=repr(new.rate),
        min_age=new.min_age,
    )


@decide.register
def _dispatch(command: change.ChangeDispatch, state: HallState, now_ms: int) -> Events:
    rules = state.known_rules
    wanted: dict[str, Any] = dict(command.settings)
    known("setting", "设置", wanted, rules.dispatch.__dataclass_fields__)
    dispatch = replace(rules.dispatch, **wanted)
    return changed(state, replace(rules, dispatch=dispatch), what="dispatch", settings=wanted)
