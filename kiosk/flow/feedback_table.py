"""The rows of rating and suggesting in the kiosk's table."""

from __future__ import annotations

from kiosk.flow import card_moves as card
from kiosk.flow import events as ev
from kiosk.flow import feedback as fb
from kiosk.flow import feedback_moves as fm
from kiosk.flow import moves as mv
from kiosk.flow import signs
from kiosk.flow.states import Place

Row = dict[type[ev.Event], mv.Move]

# For every place of the kiosk: what belongs here alone means nothing elsewhere.
EVERYWHERE: Row = dict.fromkeys(
    (
        fb.RateTouched,
        fb.TypeTouched,
        fb.NumberGiven,
        fb.CodeGiven,
        fb.SuggestTouched,
        fb.StepTouched,
        fb.LevelTouched,
        fb.TickTouched,
        fb.PhoneTouched,
        fb.PhoneGiven,
        fb.WriteTouched,
        fb.SendTouched,
        fb.StepsFound,
        fb.FeedbackEnded,
    ),
    mv.stay,
)


def rows(always: Row) -> dict[Place, Row]:
    """always: what may happen at every place."""
    leave: Row = {
        **always,
        ev.BackTouched: mv.go_back,
        ev.HomeTouched: mv.go_home,
        ev.TimeRanOut: mv.go_home_unattended,
    }
    ticking: Row = {
        **leave,
        fb.TickTouched: fm.tick,
        fb.PhoneTouched: fm.open_phone,
        fb.SendTouched: fm.send,
    }
    who: Row = {ev.CardLaid: fm.read_card, ev.CodeScanned: fm.scanned}
    return {
        Place.FEEDBACK: {**leave, **who, fb.RateTouched: fm.rate, fb.SuggestTouched: fm.suggest},
        Place.RATE_WHO: {
            **leave,
            **who,
            fb.TypeTouched: fm.open_typing,
            fb.SuggestTouched: fm.suggest,
        },
        Place.RATE_NUMBER: {
            **leave,
            **who,
            ev.KeyTouched: fm.type_number,
            ev.EraseTouched: fm.erase_number,
            fb.NumberGiven: fm.give_number,
        },
        Place.RATE_CODE: {
            **leave,
            **who,
            ev.DigitTouched: fm.type_code,
            ev.EraseTouched: fm.erase_code,
            fb.CodeGiven: fm.give_code,
        },
        Place.RATE_FINDING: {
            **leave,
            ev.TimeRanOut: fm.unanswered,
            fb.StepsFound: fm.steps_found,
            fb.FeedbackEnded: fm.ended,
        },
        Place.RATE_WHICH: {**leave, **who, fb.StepTouched: fm.choose_step},
        Place.RATE: {**leave, fb.LevelTouched: fm.choose_level},
        Place.REASONS: ticking,
        Place.SUGGEST: {**ticking, fb.WriteTouched: fm.open_writing},
        Place.WRITE: {
            **leave,
            ev.KeyTouched: fm.type_letter,
            ev.SignTouched: fm.choose_sign,
            ev.SignsTurned: signs.turn,
            ev.EraseTouched: fm.erase_sign,
        },
        Place.PHONE: {
            **leave,
            ev.BackTouched: fm.forget_phone,
            ev.DigitTouched: fm.type_digit,
            ev.EraseTouched: fm.erase_digit,
            fb.PhoneGiven: fm.give_phone,
        },
        Place.SENDING: {
            **leave,
            ev.BackTouched: mv.stay,
            ev.TimeRanOut: fm.unanswered,
            fb.FeedbackEnded: fm.ended,
        },
        Place.SENT: {
            **leave,
            ev.BackTouched: fm.once_more,
            fb.SuggestTouched: fm.suggest,
            fb.TypeTouched: fm.open_typing,
            ev.CardLaid: card.start_reading,
        },
    }
