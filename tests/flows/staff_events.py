"""One of each event of the staff menu, for walks through the whole table."""

from __future__ import annotations

import random
from collections.abc import Callable

from kiosk.flow import events as ev
from kiosk.flow import staff as st
from kiosk.sample_staff import LOG

Make = Callable[[str, random.Random], ev.Event]


def _fresh(chance: random.Random) -> str:
    return f"{chance.getrandbits(128):032x}"


def _done(request: str, chance: random.Random) -> ev.Event:
    act = chance.choice(list(st.Act))
    told = st.Told(chance.choice(list(st.Verdict)), "paper")
    return st.ActDone(request, act, told, LOG if act is st.Act.LOG else ())


SAMPLES: dict[type[ev.Event], Make] = {
    st.CornerHeld: lambda _r, _c: st.CornerHeld(),
    st.PinTouched: lambda _r, c: st.PinTouched(_fresh(c)),
    st.PanelTouched: lambda _r, c: st.PanelTouched(c.choice(list(st.Panel)), _fresh(c)),
    st.ActAsked: lambda _r, c: st.ActAsked(c.choice(list(st.Act)), _fresh(c)),
    st.PointTouched: lambda _r, c: st.PointTouched(c.random(), c.random()),
    st.PinChecked: lambda r, c: st.PinChecked(r, c.random() < 0.5),
    st.ActDone: _done,
}
