"""How the interpreter is set for a server that must answer evenly: see `./hall bench issue`."""

from __future__ import annotations

import gc
import sys

# The writer thread must get Python's global lock back soon after its commit; the default of 5 ms
# would be added to every batch.
SWITCH_INTERVAL_S = 0.001
# A full collection walks every ticket of the day, 80 ms at 10,000. Young garbage is collected as
# always, old garbage only by `tidy`.
THRESHOLDS = (10_000, 20, 1_000_000)


def tune_interpreter() -> None:
    """Before anything else: until `settle_memory` nothing is collected, because what a start makes
    is there to stay, and looking through it again and again takes a tenth of the start."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.set_threshold(*THRESHOLDS)
    gc.disable()


def settle_memory() -> None:
    """After loading: what is there now stays, and no collection need look at it again. Nor is it
    looked through now: that is a tenth of a second for some hundred objects from imports."""
    gc.freeze()
    gc.enable()


def tidy() -> None:
    """A full collection, for a quiet moment."""
    gc.collect()
