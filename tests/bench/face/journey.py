"""One check in the kiosk's own process: how smooth its screen stays, and what the check costs.

A whole hall: server, simulated reader and printer, the kiosk with real frames (drawn by the
processor where there is no graphics chip), an invented head at 25 pictures a second.
"""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.support.pension_hall import PensionHall

TILE, AGREE, START = (0.25, 0.45), (0.75, 0.88), (0.72, 0.88)
LOWEST_PER_S = 15.0
SIZES = ((540, 960), (1080, 1920))


def report() -> dict[str, object]:
    """By size of the screen in pixels."""
    return {"{}x{}".format(*size): _at_size(size) for size in SIZES}


def _at_size(size_px: tuple[int, int]) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name:
        hall = PensionHall(Path(name), frames_per_s=25.0, size_px=size_px)
        try:
            return _measured(hall)
        finally:
            hall.close()


def _measured(hall: PensionHall) -> dict[str, object]:
    kiosk = hall.kiosk.process.pid
    hall.touch_until(TILE, "eligibility")
    hall.touch_until(AGREE, "pension_who")
    hall.lay_card("ma-wenhai")
    hall.arrive("pension_found")
    hall.touch_until(START, "pension_face")
    hall.asked("still")
    engine = _child_of(kiosk)
    before = _cpu_s(kiosk), _cpu_s(engine)
    hall.asked("act")
    hall.eventually(lambda: hall.kiosk.told("face_check"), 120)
    after = _cpu_s(kiosk), _cpu_s(engine)
    hall.eventually(lambda: hall.kiosk.told("face_screen_pace"), 30)
    done = hall.kiosk.told("face_asked")[-1]
    check, pace = hall.kiosk.told("face_check")[-1], hall.kiosk.told("face_screen_pace")[-1]
    waited_s = (_at(check) - _at(done)).total_seconds()
    keys = ("length_s", "drawn_per_s", "lowest_drawn_per_s", "turns_per_s", "lowest_turns_per_s")
    return {
        "screen": {key: pace[key] for key in (*keys, "longest_turn_ms")},
        "lowest_turns_wanted": LOWEST_PER_S,
        "frames_looked_at": check["frames"],
        "decision": check["decision"],
        "after_the_movements_s": round(waited_s, 2),
        "kiosk_processor_s": round(after[0] - before[0], 2),
        "engine_processor_s": round(after[1] - before[1], 2),
        "load_average": round(os.getloadavg()[0], 1),
    }


def _at(line: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(line["timestamp"])


def _child_of(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    others = [int(c) for t in Path(f"/proc/{pid}/task").iterdir() for c in _children(t)]
    return max({*map(int, children), *others})


def _children(task: Path) -> list[str]:
    return (task / "children").read_text().split()


def _cpu_s(pid: int) -> float:
    """Of all its threads, ended or not."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
