"""The kiosk as a process: how soon it can be touched, and again after a worker hung."""

from __future__ import annotations

import os
import signal
import statistics
import tempfile
import time
from pathlib import Path

from tests.kiosk.test_process import ROOT, Hall, Process, post
from tests.support.systemd import Systemd

WITHIN_S = 120.0
WATCHDOG_S = 15.0  # as in deploy/systemd/hall-kiosk.service; it starts anew after 0.2 s
PATIENCE = "patience_s = 30.0"  # as the demonstration's settings


def start(starts: int) -> dict[str, object]:
    """Each a new process; the first may find a cold disk."""
    with tempfile.TemporaryDirectory() as name:
        hall = Hall(Path(name))
        try:
            taken = [_home(hall.kiosk)]
            for number in range(1, starts):
                hall.kiosk.end()
                hall.kiosk = _kiosk(hall, Path(name) / str(number))
                taken.append(_home(hall.kiosk))
        finally:
            _end(hall)
    touchable, home = zip(*taken, strict=True)
    return {
        "starts": starts,
        "touchable_s": [round(s, 2) for s in touchable],
        "touchable_median_s": round(statistics.median(touchable), 2),
        "home_s": [round(s, 2) for s in home],
        "load_average": round(os.getloadavg()[0], 1),
    }


def hung() -> dict[str, object]:
    """The disk hangs under the paper forecast: a pipe stands where its new file is written. The
    service manager's part is played: it kills with SIGKILL and starts anew."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hall = Hall(folder)
        try:
            hall.arrive("home", WITHIN_S)
            hall.kiosk.end()
            (own := folder / "own").mkdir()
            return _hung(hall, own)
        finally:
            _end(hall)


def _hung(hall: Hall, folder: Path) -> dict[str, object]:
    roll = folder / "roll.json"
    os.mkfifo(roll.with_suffix(".new"))
    post(f"{hall.page}/api/printer/fault", {"fault": "near_end"})
    manager = Systemd(folder, watchdog_s=WATCHDOG_S)
    hall.kiosk = _kiosk(hall, folder, roll, manager)
    ready_s = time.monotonic()
    _triggered(manager)
    noticed_s = time.monotonic()
    hall.kiosk.process.send_signal(signal.SIGKILL)
    hall.kiosk.process.wait()
    ended_s = time.monotonic()
    hall.kiosk.end()
    roll.with_suffix(".new").unlink()
    hall.kiosk = _kiosk(hall, folder, roll, manager)
    touchable_s, home_s = _home(hall.kiosk)
    manager.close()
    return {
        "patience_s": float(PATIENCE.rpartition(" ")[2]),
        "first_screen_to_noticed_s": round(noticed_s - ready_s, 2),
        "killed_s": round(ended_s - noticed_s, 2),
        "started_to_touchable_s": round(touchable_s, 2),
        "started_to_home_s": round(home_s, 2),
        "load_average": round(os.getloadavg()[0], 1),
    }


def _triggered(manager: Systemd) -> None:
    until, told = time.monotonic() + WITHIN_S, ""
    while "WATCHDOG=trigger" not in told:
        if time.monotonic() > until:
            raise AssertionError(f"nobody noticed; told: {told[-200:]}")
        told += "\n".join(manager.told())
        time.sleep(0.05)


def _home(kiosk: Process) -> tuple[float, float]:
    """Seconds from the process's start to the first touchable screen, and to home."""
    until = time.monotonic() + WITHIN_S
    while "home" not in kiosk.places():
        if time.monotonic() > until:
            raise AssertionError(kiosk.raw[-10:])
        time.sleep(0.02)
    return kiosk.ready_after_s, time.monotonic() - kiosk.started_s


def _kiosk(
    hall: Hall, folder: Path, roll: Path | None = None, manager: Systemd | None = None
) -> Process:
    folder.mkdir(exist_ok=True)
    return Process(
        "kiosk", "--config", str(_settings(folder, roll or folder / "roll.json")),
        "--server", hall.server.url, "--printer", hall.printer,
        "--reader", str(folder / "no-reader"), "--kept", str(folder / "kept"),
        "--size", "540x960", "--offscreen",
        environ=manager.environ if manager else {},
    )  # fmt: skip


def _settings(folder: Path, roll: Path) -> Path:
    """The demonstration's, with a roll file of its own."""
    text = (ROOT / "config/demo/kiosk.toml").read_text(encoding="utf-8")
    if PATIENCE not in text:
        raise AssertionError(f"the demonstration's settings no longer say {PATIENCE}")
    lines = [f'roll_file = "{roll}"' if x.startswith("roll_file") else x for x in text.splitlines()]
    file = folder / "kiosk.toml"
    file.write_text("\n".join(lines).replace('"../', f'"{ROOT / "config"}/'), encoding="utf-8")
    return file


def _end(hall: Hall) -> None:
    hall.kiosk.end()
    hall.devices.end()
    hall.server.close()
    hall.systemd.close()
