"""States of the staff menu to draw and to test with. All figures are invented."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kiosk.flow import staff as st
from kiosk.flow.states import Place, Session, State

LOG = tuple(
    st.LogEntry(f"10:0{7 - n // 4}:{59 - 4 * n:02}", "info", *line)
    for n, line in enumerate(
        [
            ("staff_in", ""),
            ("place", "place=staff_pin was=home by=CornerHeld"),
            ("ticket_printed", "outcome=confirmed state=ok bytes=6212 elapsed_s=0.482"),
            ("place", "place=ticket was=printing by=PrintEnded"),
            ("print_ended", "ticket=D023 outcome=confirmed state=ok elapsed_s=0.482"),
            ("health_delayed", "device=kiosk-1-printer reason=no_answer"),
            ("place", "place=home was=attract by=Touched"),
            ("hall_found", ""),
            ("hall_lost", "reason=no_answer detail=ReadTimeout"),
            ("card_event", "event_name=CardFailed"),
            ("handed_in", "tickets=3"),
        ]
    )
)


def staff_states(base: State) -> dict[str, State]:
    """Name of the picture → state."""
    ready = replace(base, gate=st.Gate(set_up=True))

    def at(place: Place, on: State = ready, **staff: Any) -> State:
        return replace(on, place=place, session=Session(staff=st.Staff(**staff)))

    def page(panel: st.Panel, *told: tuple[st.Act, st.Told], **staff: Any) -> State:
        return at(Place.STAFF_PANEL, panel=panel, told=told, **staff)

    good, bad = st.Verdict.GOOD, st.Verdict.BAD
    well = ("打印机正常。", "The printer is ready.")
    figures = (("address", "192.168.1.31"), ("ports", "eth0 1000 Mbit/s"))
    times = (("usual", "4"), ("worst", "11"), ("speed", "5210"))
    printed = st.Told(good, "print_confirmed", (("seconds", "0.5"),), well)
    return {
        "staff-pin": at(Place.STAFF_PIN, pin="271828"),
        "staff-pin-none": at(Place.STAFF_PIN, base),
        "staff-pin-locked": at(
            Place.STAFF_PIN, replace(base, gate=st.Gate(True, 5, base.now_s + 41.0))
        ),
        "staff": at(Place.STAFF),
        "staff-devices": page(
            st.Panel.DEVICES, (st.Act.PRINT, printed), card="read", running=st.Act.CAMERA
        ),
        "staff-paper": page(
            st.Panel.PAPER, (st.Act.PAPER, st.Told(good, "paper_left", (("tickets", "380"),), well))
        ),
        "staff-sound": page(
            st.Panel.SOUND, (st.Act.VOLUME, st.Told(good, "volume", (("percent", "60"),)))
        ),
        "staff-network": page(
            st.Panel.NETWORK, (st.Act.NETWORK, st.Told(good, "line", (*figures, *times)))
        ),
        "staff-network-away": page(
            st.Panel.NETWORK, (st.Act.NETWORK, st.Told(bad, "line_unreachable", figures))
        ),
        "staff-log": page(st.Panel.LOG, (st.Act.LOG, st.Told(good, "log")), entries=LOG),
        "staff-touch": page(st.Panel.TOUCH, points=((0.11, 0.9), (0.9, 0.91))),
        "staff-restart": page(st.Panel.RESTART),
    }
