"""The questions of rating and suggesting: which of the two, which visit, how satisfied. Pure."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.flow import feedback as fb
from kiosk.flow.states import Link, Place, State
from kiosk.screens.offers import Choice, Choices
from kiosk.texts import Texts
from kiosk.words import in_language

# By level; with the word and the stars beside it, so that neither face nor colour is needed.
_FACES = {5: "smile", 4: "thumbs-up", 3: "meh", 2: "thumbs-down", 1: "frown"}
_BEST = 5


def which_way(state: State, t: Texts) -> Choices:
    dark = state.around.server is Link.DOWN
    return Choices(
        t("feedback.title"),
        t("feedback.lead"),
        (
            Choice(
                "rate",
                "star",
                t("feedback.rate"),
                fb.RateTouched,
                t("feedback.rate_later" if dark else "feedback.rate_note"),
            ),
            Choice(
                "suggest",
                "message-square-text",
                t("feedback.suggest"),
                fb.SuggestTouched,
                t("feedback.suggest_note"),
            ),
        ),
    )


def step_name(step: fb.StepFacts, t: Texts) -> str:
    return in_language(step.service_name, step.service_name_en, t.language)


def which_visit(state: State, t: Texts) -> Choices:
    def touched(number: int) -> Callable[[], fb.StepTouched]:
        return lambda: fb.StepTouched(number)

    steps = enumerate(state.session.feedback.steps)
    visits = tuple(
        Choice(
            f"step-{n}",
            "ticket",
            step_name(step, t),
            touched(n),
            t("rate.where", number=step.number, window=step.window),
        )
        for n, step in steps
    )
    return Choices(t("rate_which.title"), "", visits)


def how_satisfied(state: State, t: Texts) -> Choices:
    def touched(level: int) -> Callable[[], fb.LevelTouched]:
        return lambda: fb.LevelTouched(level)

    levels = tuple(
        Choice(
            f"level-{each.level}",
            _FACES.get(each.level, "star"),
            in_language(each.name, each.name_en, t.language),
            touched(each.level),
            "★" * each.level + "☆" * (_BEST - each.level),
        )
        for each in state.around.content.form.levels
    )
    step = state.session.feedback.step
    of = t("rate.of", service=step_name(step, t), window=step.window) if step else ""
    return Choices(t("rate.title"), of, levels)


CHOICES: dict[Place, Callable[[State, Texts], Choices]] = {
    Place.FEEDBACK: which_way,
    Place.RATE_WHICH: which_visit,
    Place.RATE: how_satisfied,
}
