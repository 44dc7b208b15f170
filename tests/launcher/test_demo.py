"""`./hall demo` with stand-ins for the rooms: its words, signals, ports and data folder."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.settings import load_kiosk_settings
from kiosk.staff_pin import is_right
from launcher import demo, hall_ports, start_page_server
from launcher.child import ChildState
from launcher.demo_page import hall_now
from launcher.hall_plan import HallPlan
from launcher.hall_ports import HallPorts
from launcher.places import ROOT

# Runs the real command with three small processes in the rooms' place.
STAND_IN = """
import sys
from launcher import demo
from launcher.child import ChildPlan
from launcher.hall_plan import HallPlan
code = sys.argv[1]
HallPlan.children = lambda self: tuple(
    ChildPlan(name, (sys.executable, "-c", code, name, str(self.data)))
    for name in ("simulators", "server", "kiosk")
)
sys.exit(demo.main(sys.argv[2:]))
"""
STEADY = "print('{\"ready\": true}', flush=True); import time; time.sleep(99)"
SILENT = "import time; print('still thinking', flush=True); time.sleep(99)"
BROKEN = "import sys; sys.exit('cannot find the paper')"


@pytest.fixture
def base_port() -> int:
    return hall_ports.free_base(first=20000 + os.getpid() % 5000)


@pytest.fixture
def running(tmp_path: Path, base_port: int) -> Iterator[subprocess.Popen[str]]:
    with start(tmp_path, base_port, STEADY) as process:
        assert process.stdout
        while "--fresh" not in process.stdout.readline():
            assert process.poll() is None
        yield process
        process.kill()


def start(data: Path, base_port: int, code: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        (
            *(sys.executable, "-c", STAND_IN, code, "--headless"),
            *("--base-port", str(base_port), "--data", str(data), *words),
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "HALL_LANG": "en"},
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(
    running: subprocess.Popen[str],
    tmp_path: Path,
    number: signal.Signals,
    processes_with: Callable[[str], list[int]],
) -> None:
    assert len(processes_with(str(tmp_path))) == 4  # three parts and the supervisor
    running.send_signal(number)
    said, errors = running.communicate(timeout=10)
    assert (running.returncode, errors) == (0, "")
    assert "closed" in said
    assert processes_with(str(tmp_path)) == []


def test_kill_leaves_nothing_behind(
    running: subprocess.Popen[str], tmp_path: Path, processes_with: Callable[[str], list[int]]
) -> None:
    running.kill()
    running.wait()
    give_up_at = time.monotonic() + 6
    while processes_with(str(tmp_path)) and time.monotonic() < give_up_at:
        time.sleep(0.05)
    assert processes_with(str(tmp_path)) == []


def test_for_ends_it_after_that_time(tmp_path: Path, base_port: int) -> None:
    started = time.monotonic()
    with start(tmp_path, base_port, STEADY, "--for", "2s") as process:
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert 2 <= time.monotonic() - started < 20
    assert f"http://127.0.0.1:{base_port + 1}/window/demo/9" in said
    assert "clerk9" in said


def test_a_hall_that_never_stood_is_a_failure(tmp_path: Path, base_port: int) -> None:
    with start(tmp_path, base_port, SILENT, "--for", "1s") as process:
        said, _ = process.communicate(timeout=15)
    assert process.returncode == 1
    assert "Not ready yet: simulated devices, queue server, kiosk" in said
    assert "still thinking" in said


def test_a_part_that_fails_is_told_with_its_last_words(tmp_path: Path, base_port: int) -> None:
    with start(tmp_path, base_port, BROKEN) as process:
        said, _ = process.communicate(timeout=40)
    assert process.returncode == 1
    assert "cannot find the paper" in said
    assert "giving up" in said


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path, base_port: int) -> None:
    taken = socket.create_server(("127.0.0.1", base_port + 3))
    with taken, start(tmp_path, base_port, STEADY) as process:
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 1
    assert f"Port {base_port + 3} is taken" in errors
    assert f"--base-port {base_port + 100}" in errors


def test_data_is_used_by_one_demonstration_at_a_time(
    running: subprocess.Popen[str], tmp_path: Path
) -> None:
    with start(tmp_path, hall_ports.free_base(first=26000), STEADY) as second:
        _, errors = second.communicate(timeout=10)
    assert second.returncode == 1
    assert "--data" in errors


def test_fresh_removes_only_what_a_demonstration_made(tmp_path: Path) -> None:
    (tmp_path / "hall.db").touch()
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "server.log").touch()
    (tmp_path / "diary.txt").touch()
    with demo.own_data(tmp_path, fresh=True):
        left = {path.name for path in tmp_path.iterdir()}
    assert left == {"diary.txt", "in-use.lock"}


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("8s", 8), ("1.5m", 90), ("1h", 3600)])
def test_durations(text: str, seconds: float) -> None:
    assert demo.duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "5d", "-1s"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        demo.duration_s(text)


def test_the_start_page_and_what_it_needs_are_served(tmp_path: Path, free_port: int) -> None:
    plan = HallPlan(HallPorts(18000), tmp_path, offscreen=True, kiosk_size="540x960")
    states = {"server": ChildState.READY, "kiosk": ChildState.STARTING}
    server = start_page_server.StartPageServer(free_port, lambda: hall_now(plan, states), 1)
    server.start()
    try:
        base = f"http://127.0.0.1:{free_port}"
        page = urllib.request.urlopen(f"{base}/?lang=en").read().decode()
        for name in re.findall(r'(?:href|src)="([a-z.]+)"', page):
            assert urllib.request.urlopen(f"{base}/{name}").status == 200
        hall = json.load(urllib.request.urlopen(f"{base}/hall.json"))
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{base}/../setup.cfg")
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(f"{base}/api/tickets")
    finally:
        server.stop()
    assert hall["ports"] == {"server": 18001, "simulators": 18002, "kiosk": 18005}
    assert hall["parts"] == {"server": "ready", "kiosk": "starting"}
    assert [window["login"] for window in hall["windows"]] == [f"clerk{n}" for n in range(1, 10)]
    assert "127.0.0.1" not in json.dumps(hall)
    kept = load_kiosk_settings(ROOT / "config/demo/kiosk.toml").staff.pin_hash
    assert is_right(hall["staff_pin"], kept), "the PIN that is told opens the staff menu"


@pytest.mark.parametrize("name", ["launcher", "start"])
def test_both_languages_have_the_same_words(name: str) -> None:
    chinese, english = (
        tomllib.loads((ROOT / "assets" / "i18n" / f"{name}.{language}.toml").read_text())
        for language in ("zh-CN", "en")
    )
    assert chinese.keys() == english.keys()
    for key, text in chinese.items():
        places = set(re.findall(r"\{(\w+)\}", text))
        assert places == set(re.findall(r"\{(\w+)\}", english[key])), key


def test_every_word_that_the_start_page_says_exists() -> None:
    texts = tomllib.loads((ROOT / "assets" / "i18n" / "start.en.toml").read_text())
    page = (ROOT / "launcher" / "start_page" / "index.html").read_text()
    script = (ROOT / "launcher" / "start_page" / "start.js").read_text()
    said = set(re.findall(r'data-(?:say|title|label)="(\w+)"', page))
    said |= set(re.findall(r'say\("(\w+)"', script))
    assert said <= texts.keys()
