"""Words of reviews and suggestions that screens, voice and the letter to the hall share. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.flow.content import ReviewFormFacts
from kiosk.flow.feedback import SendReview, StepFacts
from kiosk.flow.states import Place, State
from kiosk.texts import Texts

# Outcomes that need words of their own; every other refusal shares one.
OUTCOMES = ("sent", "kept", "none", "already_rated", "nothing_to_rate", "no_answer", "not_kept")


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


def feedback_spoken(state: State, t: Texts) -> str | None:
    """What is said at the end of a review or a suggestion; None at all other places."""
    if state.place is not Place.SENT:
        return None
    outcome = outcome_of(state)
    if outcome in ("sent", "kept"):
        return t(f"voice.{outcome}")
    return t("voice.not_sent")
