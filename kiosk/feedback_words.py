"""Words of reviews and suggestions that screens, voice and the letter to the hall share. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.flow.content import ReviewFormFacts
from kiosk.flow.feedback import SendReview, StepFacts
from kiosk.flow.states import Link, Place, State
from kiosk.texts import Texts

# Outcomes that need words of their own; every other refusal shares one.
OUTCOMES = (
    "sent",
    "kept",
    "none",
    "already_rated",
    "nothing_to_rate",
    "no_answer",
    "not_kept",
    "code_wrong",
    "too_many_attempts",
)


def said_words(topics: Sequence[str], chinese: Texts, written: str = "") -> str:
    """What was ticked and written in the suggestion box, as one text; who did neither wants to be
    asked."""
    said = [chinese(f"suggest_said.{topic}") for topic in topics]
    if written:
        said.append(chinese("suggest_said.written", words=written) if said else written)
    return "".join(said) or chinese("suggest_said.call")


def retold_words(
    review: SendReview, step: StepFacts | None, form: ReviewFormFacts, chinese: Texts
) -> str:
    """A review as one sentence, for whoever handles suggestions."""
    level = form.level(review.level)
    names = [reason.name for reason in form.reasons if reason.id in review.reasons]
    return chinese(
        "suggest_said.review",
        service=step.service_name if step else "",
        number=step.number if step else "",
        window=step.window if step else "",
        level=level.name if level else str(review.level),
        reasons=chinese("list.comma").join(names) or chinese("suggest_said.no_reason"),
    )


def outcome_of(state: State) -> str:
    outcome = state.session.feedback.outcome
    return outcome if outcome in OUTCOMES else "other"


def who_words(state: State, t: Texts) -> str:
    """By what of this kiosk a visit may be found: what it has not is not asked for."""
    reader = state.around.reader is not Link.DOWN
    if state.around.scanner:
        return t("rate_who.card_scan" if reader else "rate_who.scan")
    return t("rate_who.card" if reader else "rate_who.typed")


def feedback_spoken(state: State, t: Texts) -> str | None:
    """What is said where a visit is to be found, and at the end of a review or a suggestion; None
    at all other places."""
    if state.place is Place.RATE_WHO:
        return who_words(state, t)
    if state.place is not Place.SENT:
        return None
    outcome = outcome_of(state)
    if outcome in ("sent", "kept"):
        return t(f"voice.{outcome}")
    return t("voice.not_sent")
