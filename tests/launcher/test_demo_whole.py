"""The whole demonstration, nothing stood in for: it comes up, is used, and ends without a trace."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from launcher.hall_plan import HallPlan
from launcher.hall_ports import HallPorts, free_base
from launcher.hall_visit import HallVisit
from launcher.places import ROOT


@pytest.mark.slow
def test_the_whole_hall_comes_up_serves_and_ends(
    tmp_path: Path, processes_with: Callable[[str], list[int]]
) -> None:
    base = free_base(first=21000)
    command = (ROOT / "hall", "demo", "--headless", "--for", "100s", "--data", tmp_path)
    environment = {**os.environ, "HALL_LANG": "en"}
    with subprocess.Popen(
        (*command, "--base-port", str(base)), stdout=subprocess.PIPE, text=True, env=environment
    ) as demo:
        assert demo.stdout
        said = ""
        while "--fresh" not in said:
            line = demo.stdout.readline()
            assert line, said
            said += line
        plan = HallPlan(HallPorts(base), tmp_path, offscreen=True, kiosk_size="540x960")
        picture = HallVisit(plan).take_ticket()
        with urllib.request.urlopen(f"http://127.0.0.1:{base}/hall.json") as answer:
            hall = json.load(answer)
        demo.send_signal(signal.SIGINT)
        said += demo.communicate(timeout=40)[0]
    assert demo.returncode == 0, said
    assert picture.startswith(b"\x89PNG")
    assert set(hall["parts"].values()) == {"ready"}
    assert "unexpectedly" not in said
    assert re.search(r"open after \d+\.\d s", said)
    assert processes_with(str(plan.reader)) == []
    assert processes_with(plan.database) == []
    assert not plan.reader.is_symlink()
