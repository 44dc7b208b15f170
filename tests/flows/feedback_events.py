"""One of each event of rating and suggesting, for walks through the whole table."""

from __future__ import annotations

import random
from collections.abc import Callable

from kiosk.flow import events as ev
from kiosk.flow import feedback as fb
from kiosk.sample_feedback import OTHER, STEP

Make = Callable[[str, random.Random], ev.Event]

SAMPLES: dict[type[ev.Event], Make] = {
    fb.RateTouched: lambda _r, _c: fb.RateTouched(),
    fb.TypeTouched: lambda _r, _c: fb.TypeTouched(),
    fb.NumberGiven: lambda _r, _c: fb.NumberGiven(),
    fb.CodeGiven: lambda _r, c: fb.CodeGiven(f"{c.getrandbits(128):032x}"),
    fb.SuggestTouched: lambda _r, _c: fb.SuggestTouched(),
    fb.StepTouched: lambda _r, c: fb.StepTouched(c.randrange(3)),
    fb.LevelTouched: lambda _r, c: fb.LevelTouched(c.randrange(7)),
    fb.TickTouched: lambda _r, c: fb.TickTouched(c.choice(["slow", "kind", "windows", "?"])),
    fb.PhoneTouched: lambda _r, _c: fb.PhoneTouched(),
    fb.PhoneGiven: lambda _r, _c: fb.PhoneGiven(),
    fb.WriteTouched: lambda _r, _c: fb.WriteTouched(),
    fb.SendTouched: lambda _r, c: fb.SendTouched(f"{c.getrandbits(128):032x}"),
    fb.StepsFound: lambda r, c: fb.StepsFound(r, c.choice([(), (STEP,), (STEP, OTHER)])),
    fb.FeedbackEnded: lambda r, c: fb.FeedbackEnded(
        r, c.choice(["sent", "kept", "not_kept", "already_rated", "?"])
    ),
}
