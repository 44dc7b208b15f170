"""Why somebody was called: one Chinese and one English sentence, and the figures behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from queue_server.domain.dispatch import Candidate, Choice, Reason
from queue_server.domain.rules import HallRules
from queue_server.domain.state import Ticket

SENTENCES: Mapping[Reason, tuple[str, str]] = {
    Reason.KEPT_FOR_WINDOW: (
        "{number} 转来本窗口，先于他人。",
        "{number} was sent to this window.",
    ),
    Reason.WAITED_TOO_LONG: (
        "{number} 已等候 {minutes} 分钟，到了最长等候时限，先办。",
        "{number} has waited {minutes} min, the longest allowed, and goes first.",
    ),
    Reason.OVERTAKEN_TOO_OFTEN: (
        "{number} 已被 {overtaken} 位后到者越过，到了上限，先办。",
        "{number} was overtaken by {overtaken} later arrivals, the most allowed, and goes first.",
    ),
    Reason.REJOINED: (
        "{number} 过号后重新排队，约定的人数已先办，现在轮到。",
        "{number} rejoined after a missed call; the people agreed on went first.",
    ),
    Reason.FIRST_CLASS: (
        "本窗口优先{class_zh}：{number} 已等候 {minutes} 分钟。",
        "This window takes “{class_en}” first: {number} has waited {minutes} min.",
    ),
    Reason.OWN_SERVICE: (
        "{number} 属本窗口主办业务，等候 {minutes} 分钟，与最高者相差无几。",
        "{number} is for this window's own service; waited {minutes} min, close to the highest.",
    ),
    Reason.HIGHEST_SCORE: (
        "{number}（{class_zh}）等候 {minutes} 分钟，在本窗口可办的人中优先值最高。",
        "{number} ({class_en}) waited {minutes} min: the highest priority this window can serve.",
    ),
    Reason.ONLY_ONE: (
        "只有 {number} 在等本窗口，已等候 {minutes} 分钟。",
        "Only {number} waits for this window, for {minutes} min.",
    ),
}
STANDS_IN = ("本窗口正代 {partner}（AB 岗）。", " This window stands in for {partner_en}.")


def explain(rules: HallRules, choice: Choice, ticket: Ticket) -> dict[str, Any]:
    """zh, en, and the figures. Of whoever would have been next there is the class and the score,
    but no number: who comes next is seen only when called."""
    zh, en = SENTENCES[choice.reason]
    words = _words(rules, choice, ticket)
    figures: dict[str, Any] = {
        "reason": choice.reason.value,
        "score": int(choice.chosen.score),
        "waited_s": choice.waited_s,
        "rank": choice.chosen.rank,
        "overtaken": choice.overtaken,
        "queues_considered": choice.considered,
        "runner_up": _runner_up(choice.runner_up),
    }
    if (partner := _stood_in_for(choice)) is not None:
        window = rules.window[partner]
        figures["stands_in_for"] = partner
        words |= {"partner": window.name, "partner_en": window.name_en}
        zh, en = zh + STANDS_IN[0], en + STANDS_IN[1]
    return {"zh": zh.format(**words), "en": en.format(**words), "figures": figures}


def _words(rules: HallRules, choice: Choice, ticket: Ticket) -> dict[str, Any]:
    known = rules.priority_class.get(ticket.priority_class)
    return {
        "number": ticket.number,
        "minutes": choice.waited_s // 60,
        "overtaken": choice.overtaken,
        "class_zh": known.name if known else ticket.priority_class,
        "class_en": known.name_en if known else ticket.priority_class,
    }


def _runner_up(other: Candidate | None) -> dict[str, Any] | None:
    if other is None:
        return None
    return {"priority_class": other.key.priority_class, "score": int(other.score)}


def _stood_in_for(choice: Choice) -> str | None:
    """The partner, when this ticket is the partner's and not one of the window's own."""
    reach, key = choice.reach, choice.chosen.key
    if reach.partner is None:
        return None
    own = reach.services[: reach.own_skills]
    mine = key.service in own if key.for_window is None else key.for_window == reach.windows[0]
    return None if mine else reach.partner
