"""The rows of the yearly check in the kiosk's table."""

from __future__ import annotations

from kiosk.flow import card_moves as card
from kiosk.flow import eligibility as el
from kiosk.flow import eligibility_moves as elm
from kiosk.flow import events as ev
from kiosk.flow import moves as mv
from kiosk.flow.states import Place

Row = dict[type[ev.Event], mv.Move]

# For every place of the kiosk: what belongs to the check alone means nothing elsewhere.
EVERYWHERE: Row = {
    el.FaceCheckFound: elm.face_check_found,
    **dict.fromkeys(
        (
            el.AgreeTouched,
            el.StartTouched,
            el.MoreTimeTouched,
            el.ToWindowTouched,
            el.RenewTouched,
            el.RenewalTaken,
            el.PensionerFound,
            el.CheckRefused,
            el.FaceSeen,
            el.FaceEnded,
            el.CheckSettled,
        ),
        mv.stay,
    ),
}


def rows(always: Row) -> dict[Place, Row]:
    """always: what may happen at every place."""
    leave: Row = {
        **always,
        ev.BackTouched: elm.back_to_consent,
        ev.HomeTouched: elm.leave,
        ev.TimeRanOut: elm.leave_unattended,
        el.ToWindowTouched: elm.to_window,
    }
    return {
        Place.PENSION_WHO: {
            **leave,
            ev.KeyTouched: elm.type_sign,
            ev.EraseTouched: mv.erase,
            ev.FindTouched: elm.find_typed,
            ev.CardLaid: elm.card_laid,
            ev.CardKnown: elm.card_known,
            ev.CardFailed: elm.card_failed,
        },
        Place.PENSION_FINDING: {
            **leave,
            ev.TimeRanOut: elm.unanswered,
            el.PensionerFound: elm.found,
            el.CheckRefused: elm.refused,
        },
        Place.PENSION_FOUND: {**leave, el.StartTouched: elm.begin},
        Place.PENSION_FACE: {
            **leave,
            ev.StillHere: elm.more_time,
            el.MoreTimeTouched: elm.more_time,
            el.FaceSeen: elm.face_seen,
            el.FaceEnded: elm.face_ended,
            el.CheckRefused: elm.refused,
        },
        Place.PENSION_AGAIN: {**leave, el.StartTouched: elm.again},
        Place.PENSION_SETTLING: {
            **leave,
            ev.BackTouched: mv.stay,
            ev.TimeRanOut: elm.undecided,
            el.ToWindowTouched: elm.wait_no_longer,
            el.CheckSettled: elm.settled,
            el.CheckRefused: elm.refused,
        },
        Place.PENSION_DONE: {
            **always,
            ev.HomeTouched: elm.leave,
            ev.TimeRanOut: elm.leave_unattended,
            el.ToWindowTouched: elm.to_window,
            el.RenewTouched: elm.renew,
            el.RenewalTaken: elm.renewal_taken,
            ev.CardLaid: card.start_reading,
            ev.PrintEnded: elm.printed,
        },
    }


# The consent's own: the rest of its row stands with the other doors.
CONSENT: Row = {el.AgreeTouched: elm.agree, el.ToWindowTouched: elm.to_window}
