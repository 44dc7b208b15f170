"""What is written and said before the camera and around it; one sentence at a time. Pure."""

from __future__ import annotations

from kiosk.flow.eligibility import FaceShown
from kiosk.flow.states import Place, State
from kiosk.texts import Texts


def face_words(face: FaceShown, t: Texts) -> str:
    """The movement, else the advice, else how it stands."""
    if face.action is not None:
        return t(f"pension_action.{face.action}")
    if face.advice is not None:
        return t(f"pension_advice.{face.advice}")
    return t(f"pension_stage.{face.stage}")


def check_words(state: State, t: Texts) -> str | None:
    """What is said at the places of the yearly check; None at all others."""
    check = state.session.eligibility
    if state.place is Place.PENSION_FACE:
        return face_words(check.face, t)
    if state.place is Place.PENSION_DONE:
        kind = check.outcome if check.outcome in ("passed", "window") else "cannot"
        return t(f"voice.pension_{kind}")
    if state.place is Place.PENSION_SETTLING and check.waiting:
        return t("voice.pension_clerk")
    if state.place is Place.ELIGIBILITY and state.around.face_check:
        return t("voice.eligibility_consent")
    return None
