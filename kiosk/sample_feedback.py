"""States of rating and suggesting for the gallery and the tests of their screens. Invented."""

from __future__ import annotations

from dataclasses import replace

from kiosk.flow.content import LevelFacts, ReasonFacts, ReviewFormFacts
from kiosk.flow.feedback import Feedback, StepFacts
from kiosk.flow.states import Link, Place, Session, State

STEP = StepFacts(
    "t-1", "D023", 1, "退休人员社会化管理", "Services for Retirees", "4", "/t/3f9c1d7ab24e4c5f"
)
OTHER = StepFacts("t-2", "F011", 1, "城乡居民养老保险", "Residents' Pension Insurance", "7")

_GOOD = (
    ("kind", "态度热情", "Friendly"),
    ("fast", "办得快", "Quick"),
    ("clear", "说得清楚", "Clear"),
)
_BAD = (
    ("rude", "态度不好", "Unfriendly"),
    ("slow", "办得慢", "Slow"),
    ("unclear", "没说清楚", "Unclear"),
    ("papers", "材料一次没说全", "Papers not told at once"),
    ("wait", "等得太久", "Waited too long"),
    ("place", "环境设施不好", "Hall or equipment"),
)


LONG = (
    "希望等候区多摆几把有扶手的座椅，老年人坐下、站起来都不方便。叫号的声音也太小，在后面听不清。"
    * 2
)


def sample_form() -> ReviewFormFacts:
    levels = (
        LevelFacts(5, "非常满意", "Very satisfied"),
        LevelFacts(4, "满意", "Satisfied"),
        LevelFacts(3, "基本满意", "Fairly satisfied"),
        LevelFacts(2, "不满意", "Dissatisfied"),
        LevelFacts(1, "非常不满意", "Very dissatisfied"),
    )
    good = tuple(ReasonFacts(*reason, (5, 4, 3)) for reason in _GOOD)
    return ReviewFormFacts(levels, (*good, *(ReasonFacts(*reason, (3, 2, 1)) for reason in _BAD)))


def feedback_states(base: State) -> dict[str, State]:
    """base: home with everything there. Name of the picture → state."""

    def at(place: Place, **said: object) -> State:
        feedback = Feedback(**said)  # type: ignore[arg-type]
        trail = ((Place.FEEDBACK, 0),)
        return replace(base, place=place, session=Session(feedback=feedback, trail=trail))

    mute = replace(base.around, reader=Link.DOWN)
    dark = replace(base.around, server=Link.DOWN)
    bad = {"steps": (STEP,), "step": STEP, "level": 2}
    return {
        "feedback": at(Place.FEEDBACK),
        "feedback-dark": replace(at(Place.FEEDBACK), around=dark),
        "rate-who": at(Place.RATE_WHO),
        "rate-who-no-reader": replace(at(Place.RATE_WHO), around=mute),
        "rate-who-scanner": replace(at(Place.RATE_WHO), around=replace(base.around, scanner=True)),
        "rate-number": at(Place.RATE_NUMBER, number="D02"),
        "rate-code": at(Place.RATE_CODE, number="D023", code="48"),
        "rate-finding": at(Place.RATE_FINDING),
        "rate-which": at(Place.RATE_WHICH, steps=(STEP, OTHER)),
        "rate": at(Place.RATE, steps=(STEP,), step=STEP),
        "reasons-good": at(Place.REASONS, steps=(STEP,), step=STEP, level=5),
        "reasons-bad": at(Place.REASONS, **bad, ticked=("slow", "wait")),
        "reasons-phone": at(Place.REASONS, **bad, ticked=("slow",), phone="13800001111"),
        "reasons-middle": at(Place.REASONS, steps=(STEP,), step=STEP, level=3),
        "suggest": at(Place.SUGGEST),
        "suggest-ticked": at(Place.SUGGEST, ticked=("windows", "papers"), written="希望增加座椅"),
        "write": at(Place.WRITE),
        "write-typing": at(Place.WRITE, written="希望等候区有zuoy"),
        "write-full": at(Place.WRITE, written=LONG),
        "phone": at(Place.PHONE, phone="1380000"),
        "sending": at(Place.SENDING),
        "sent": at(Place.SENT, outcome="sent"),
        "sent-case": at(Place.SENT, outcome="sent", answer_by="2026-03-09"),
        "sent-kept": at(Place.SENT, outcome="kept"),
        "sent-not-kept": at(Place.SENT, outcome="not_kept"),
        "sent-none": at(Place.SENT, outcome="none"),
        "sent-rated": at(Place.SENT, outcome="already_rated"),
        "sent-no-answer": at(Place.SENT, outcome="no_answer"),
        "sent-code-wrong": at(Place.SENT, outcome="code_wrong"),
        "sent-too-many": at(Place.SENT, outcome="too_many_attempts"),
        "sent-other": at(Place.SENT, outcome="fields_invalid"),
    }
