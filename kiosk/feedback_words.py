"""Words of reviews and suggestions that screens, voice and the letter to the hall share. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.flow.states import Place, State
from kiosk.texts import Texts

# Outcomes that need words of their own; every other refusal shares one.
OUTCOMES = ("sent", "kept", "none", "already_rated", "nothing_to_rate", "no_answer", "not_kept")


def said_words(topics: Sequence[str], chinese: Texts) -> str:
    """What was ticked in the suggestion box, as one text; who ticked nothing wants to be asked."""
    said = [chinese(f"suggest_said.{topic}") for topic in topics]
    return "".join(said) or chinese("suggest_said.call")


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
