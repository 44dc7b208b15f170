"""The rows of the staff menu in the kiosk's table."""

from __future__ import annotations

from kiosk.flow import events as ev
from kiosk.flow import moves as mv
from kiosk.flow import staff as st
from kiosk.flow import staff_moves as stm
from kiosk.flow.states import Place

Row = dict[type[ev.Event], mv.Move]

# For every place of the kiosk: what belongs to the menu alone means nothing elsewhere.
EVERYWHERE: Row = {
    st.CornerHeld: stm.hold_corner,
    **dict.fromkeys(
        (
            st.PinTouched,
            st.PanelTouched,
            st.ActAsked,
            st.PointTouched,
            st.PinChecked,
            st.ActDone,
        ),
        mv.stay,
    ),
}


def rows(always: Row) -> dict[Place, Row]:
    """always: what may happen at every place."""
    leave: Row = {
        **always,
        ev.BackTouched: stm.leave,
        ev.HomeTouched: stm.leave,
        ev.TimeRanOut: stm.leave_unattended,
    }
    return {
        Place.STAFF_PIN: {
            **leave,
            ev.DigitTouched: stm.type_digit,
            ev.EraseTouched: stm.erase_digit,
            st.PinTouched: stm.give_pin,
            st.PinChecked: stm.pin_checked,
        },
        Place.STAFF: {**leave, st.PanelTouched: stm.open_panel},
        Place.STAFF_PANEL: {
            **leave,
            ev.BackTouched: stm.close_panel,
            ev.PageTouched: stm.turn_page,
            ev.CardLaid: stm.card_laid,
            ev.CardKnown: stm.card_known,
            ev.CardFailed: stm.card_failed,
            ev.CardLifted: stm.card_lifted,
            ev.ReaderLost: stm.reader_lost,
            st.ActAsked: stm.ask,
            st.ActDone: stm.done,
            st.PointTouched: stm.land,
        },
    }
