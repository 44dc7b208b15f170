"""The words of the review form, for kiosk, tablet and phone: levels, and what can be ticked."""

from __future__ import annotations

from queue_server.domain.cases import BAD_LEVELS, BAD_REASONS, GOOD_REASONS
from queue_server.wire import reviews as wire

_LEVELS = {
    5: ("非常满意", "Very satisfied"),
    4: ("满意", "Satisfied"),
    3: ("基本满意", "Fairly satisfied"),
    2: ("不满意", "Dissatisfied"),
    1: ("非常不满意", "Very dissatisfied"),
}
_REASONS = {
    "kind": ("态度热情", "Friendly"),
    "fast": ("办得快", "Quick"),
    "clear": ("说得清楚", "Clear"),
    "patient": ("有耐心", "Patient"),
    "easy": ("手续简单", "Simple"),
    "rude": ("态度不好", "Unfriendly"),
    "slow": ("办得慢", "Slow"),
    "unclear": ("没说清楚", "Unclear"),
    "papers": ("材料一次没说全", "Papers not told at once"),
    "wait": ("等得太久", "Waited too long"),
    "place": ("环境设施不好", "Hall or equipment"),
}


def review_form() -> wire.ReviewForm:
    """Levels from best to worst; each reason with the levels that it fits."""
    every, bad = list(_LEVELS), sorted(BAD_LEVELS, reverse=True)
    good = [level for level in every if level not in BAD_LEVELS]
    return {
        "levels": [{"level": n, "name": zh, "name_en": en} for n, (zh, en) in _LEVELS.items()],
        "reasons": [
            *(_reason(x, good) for x in GOOD_REASONS),
            *(_reason(x, [3, *bad]) for x in BAD_REASONS),
        ],
        "words_at_most": 500,
    }


def _reason(name: str, levels: list[int]) -> wire.ReviewReason:
    zh, en = _REASONS[name]
    return {"id": name, "name": zh, "name_en": en, "levels": levels}


def reason_names(reasons: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"id": x, "name": _REASONS[x][0], "name_en": _REASONS[x][1]} for x in reasons]
