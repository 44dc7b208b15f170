"""One of each event of the yearly check, for walks through the whole table."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from kiosk.flow import eligibility as el
from kiosk.flow import events as ev
from kiosk.sample_eligibility import PERSON
from kiosk.samples import sample_ticket

Make = Callable[[str, random.Random], ev.Event]


def _fresh(chance: random.Random) -> str:
    return f"{chance.getrandbits(128):032x}"


def _settled(request: str, chance: random.Random) -> ev.Event:
    status = chance.choice(["passed", "window", "waiting_for_clerk"])
    ticket = sample_ticket() if status == "window" and chance.random() < 0.8 else None
    return el.CheckSettled(request, status, "2027-03-02" if status == "passed" else "", ticket)


SAMPLES: dict[type[ev.Event], Make] = {
    el.AgreeTouched: lambda _r, _c: el.AgreeTouched(),
    el.StartTouched: lambda _r, c: el.StartTouched(_fresh(c)),
    el.MoreTimeTouched: lambda _r, _c: el.MoreTimeTouched(),
    el.ToWindowTouched: lambda _r, c: el.ToWindowTouched(_fresh(c)),
    el.FaceCheckFound: lambda _r, c: el.FaceCheckFound(c.random() < 0.8),
    el.PensionerFound: lambda r, c: el.PensionerFound(
        r, replace(PERSON, enrolled=c.random() < 0.8)
    ),
    el.CheckRefused: lambda r, _c: el.CheckRefused(r, "no_answer"),
    el.FaceSeen: lambda r, _c: el.FaceSeen(r, "act", None, "nod", 0, 9.0),
    el.FaceEnded: lambda r, c: el.FaceEnded(r, c.choice(["pass", "grey", "reject", "no_camera"])),
    el.CheckSettled: _settled,
    el.RenewTouched: lambda _r, c: el.RenewTouched(_fresh(c), c.random() < 0.5),
    el.RenewalTaken: lambda r, c: el.RenewalTaken(r, c.choice(["accepted", "failed"])),
}
