"""The whole kiosk as a process: real drivers, virtual devices on real wires, touches over HTTP."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from kiosk.ui.steady import THROUGH_S
from tests.support.systemd import Systemd

ROOT = Path(__file__).resolve().parents[2]


def beside(name: str) -> Any:
    """A module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hall_server = beside("hall_server")

LEFT_TILE, RIGHT_TILE = (0.25, 0.27), (0.75, 0.27)
HOME, NEXT = (0.3, 0.96), (0.8, 0.88)
CITIZEN = "zhang-xiuying"
CORNER, FIRST_TILE, FIRST_ACT, ENTER = (0.04, 0.03), (0.3, 0.29), (0.23, 0.195), (0.5, 0.88)
DIGITS = {"1": (0.17, 0.39), "2": (0.5, 0.39), "7": (0.17, 0.645), "8": (0.5, 0.645)}
STAFF_PIN = "271828"  # of config/demo/kiosk.toml


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.loads(answer.read())


def post(url: str, body: dict[str, Any]) -> None:
    wish = urllib.request.Request(url, json.dumps(body).encode())
    wish.add_header("Content-Type", "application/json")
    urllib.request.urlopen(wish, timeout=10).close()


class Process:
    """One of our programs; `lines` are what it logged, as JSON where it is."""

    def __init__(self, *arguments: str, environ: Mapping[str, str] = MappingProxyType({})) -> None:
        self.started_s = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **environ},
        )  # fmt: skip
        self.raw: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self.process.stdout is not None
        self.ready: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.ready_after_s = time.monotonic() - self.started_s

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.raw.extend(self.process.stderr)

    def places(self) -> list[str]:
        logged = [json.loads(line) for line in list(self.raw) if line.startswith("{")]
        return [entry["place"] for entry in logged if entry["event"] == "place"]

    def end(self) -> tuple[int, float]:
        """Exit code, and how long it took."""
        asked_s = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=10)
        finally:
            self.process.kill()
        taken_s = time.monotonic() - asked_s
        self._reader.join(timeout=5)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        return code, taken_s


class Hall:
    def __init__(self, folder: Path) -> None:
        self.server = hall_server.HallServer()
        self.systemd = Systemd(folder)
        page, printer, camera, view = (f"127.0.0.1:{free_port()}" for _ in range(4))
        reader = str(folder / "card-reader")
        self.devices = Process(
            "hardware", "simulate", "devices", "--config", "config/demo/simulators.toml",
            "--page", page, "--printer", printer, "--camera", camera, "--reader-link", reader,
        )  # fmt: skip
        self.kiosk = Process(
            "kiosk", "--config", "config/demo/kiosk.toml", "--server", self.server.url,
            "--printer", f"tcp://{printer}", "--reader", reader, "--size", "540x960",
            "--kept", str(folder / "kept"),  # no numbers that another kiosk was lent
            "--offscreen", "--remote-view", view, environ=self.systemd.environ,
        )  # fmt: skip
        self.printer = f"tcp://{printer}"
        self.page = f"http://{page}"

    def choose(self, at: tuple[float, float]) -> None:
        """From home through *take a number* to the service that stands there."""
        self.touch(LEFT_TILE)
        self.arrive("services")
        self.touch(at)

    def touch(self, at: tuple[float, float], phases: tuple[str, ...] = ("down", "up")) -> None:
        for phase in phases:
            url = self.kiosk.ready["remote_view"] + "touch"
            post(url, {"phase": phase, "x": at[0], "y": at[1]})

    def arrive(self, place: str, within_s: float = 15.0) -> None:
        until = time.monotonic() + within_s
        while not (self.kiosk.places() and self.kiosk.places()[-1] == place):
            if place == "home" and self.kiosk.places()[-1:] == ["attract"]:
                self.touch((0.5, 0.5))  # a busy machine was idle for a minute
            assert time.monotonic() < until, (place, list(self.kiosk.raw)[-12:])
            time.sleep(0.05)
        time.sleep(THROUGH_S + 0.1)  # sooner, the same place on another screen is a double press

    def printer_states(self) -> list[str]:
        """As the server was told."""
        return [told["state"] for name, told in self.server.health if name == "kiosk-1-printer"]

    def eventually(self, true: Callable[[], object]) -> None:
        until = time.monotonic() + 10.0
        while not true():
            assert time.monotonic() < until, self.kiosk.raw[-10:]
            time.sleep(0.05)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    made = Hall(tmp_path_factory.mktemp("hall"))
    yield made
    code, taken_s = made.kiosk.end()
    made.devices.end()
    made.server.close()
    told = made.systemd.told()
    made.systemd.close()
    assert code == 0
    # Through all that went silent on the wires, nobody was taken for hung.
    assert (told[0], told[-1]) == ("READY=1", "STOPPING=1")
    assert set(told[1:-1]) == {"WATCHDOG=1"}
    assert taken_s < 4.0  # half a second on a quiet machine
    log = "".join(made.kiosk.raw)
    for body in made.server.bodies:
        person = body.get("person", {})
        assert not person or person["id_number"] not in log
        assert not person or person["name"] not in log


def test_the_server_goes_and_comes_back(hall: Hall) -> None:
    hall.arrive("home")
    hall.server.hall_fault = "503"
    hall.arrive("away", within_s=40.0)
    hall.server.hall_fault = ""
    hall.arrive("home")


def test_touch_print_report(hall: Hall) -> None:
    hall.arrive("home")
    hall.choose(LEFT_TILE)
    hall.arrive("ticket")
    hall.eventually(lambda: ("printed", "t1") in hall.server.commands)
    assert len(get(f"{hall.page}/api/tickets")) == 1
    assert hall.kiosk.places()[-5:] == ["services", "checking", "issuing", "printing", "ticket"]
    hall.touch(HOME)
    hall.arrive("home")


def test_card_greet_choose(hall: Hall) -> None:
    hall.arrive("home")
    post(f"{hall.page}/api/reader/present", {"citizen": CITIZEN})
    hall.arrive("greeting")
    hall.touch(RIGHT_TILE)
    hall.arrive("ticket")
    assert len(hall.server.bodies[-1]["person"]["id_number"]) == 18
    assert hall.server.bodies[-1]["service"] == "D"
    post(f"{hall.page}/api/reader/remove", {})
    hall.touch(HOME)
    hall.arrive("home")


def test_no_paper_asks_before_a_number_is_taken(hall: Hall) -> None:
    hall.arrive("home")
    taken = len(hall.server.tickets)
    post(f"{hall.page}/api/printer/fault", {"fault": "paper_out"})
    hall.choose(LEFT_TILE)
    hall.arrive("no_paper")
    assert len(hall.server.tickets) == taken
    hall.touch(NEXT)
    hall.arrive("ticket")
    hall.eventually(lambda: hall.printer_states()[-1] == "out")
    readers = [told for name, told in hall.server.health if name == "kiosk-1-reader"]
    assert {(told["kind"], told["state"]) for told in readers} == {("card_reader", "ok")}
    assert readers[-1]["figures"]["errors"] == 0
    post(f"{hall.page}/api/printer/fault", {"fault": "none"})
    number = list(hall.server.tickets.values())[-1]["id"]
    hall.eventually(lambda: ("print-failed", number) in hall.server.commands)
    hall.touch(HOME)
    hall.arrive("home")


def test_staff_open_their_menu_and_print_a_test(hall: Hall) -> None:
    hall.arrive("home")
    printed = len(get(f"{hall.page}/api/tickets"))
    hall.touch(CORNER, ("down",))
    hall.arrive("staff_pin")
    hall.touch(CORNER, ("up",))
    for digit in STAFF_PIN:
        hall.touch(DIGITS[digit])
    until = time.monotonic() + 30.0
    while hall.kiosk.places()[-1] == "staff_pin":  # the button waits for the last digit's frame
        assert time.monotonic() < until
        hall.touch(ENTER)
        time.sleep(0.5)
    hall.arrive("staff")
    hall.touch(FIRST_TILE)
    hall.arrive("staff_panel")
    hall.touch(FIRST_ACT)
    hall.eventually(lambda: '"act": "print", "verdict": "good"' in "".join(hall.kiosk.raw))
    assert len(get(f"{hall.page}/api/tickets")) == printed + 1
    assert not any(t.get("number") == "T000" for t in hall.server.tickets.values())
    assert STAFF_PIN not in "".join(hall.kiosk.raw)
    hall.touch(HOME)
    hall.arrive("home")


def test_a_slow_answer_gives_one_number(hall: Hall) -> None:
    hall.arrive("home")
    taken = len(hall.server.tickets)
    hall.server.slow_s = 5.0
    hall.server.faults = ["slow"]
    hall.choose(LEFT_TILE)
    hall.arrive("ticket", within_s=20.0)
    assert len(hall.server.tickets) == taken + 1
    assert len({b["request_id"] for b in hall.server.bodies[-2:]}) == 1
    hall.touch(HOME)
    hall.arrive("home")


def test_a_worker_that_hangs_has_the_kiosk_started_anew(hall: Hall, tmp_path: Path) -> None:
    """The disk hangs under the paper forecast: a pipe stands where its new file is written."""
    right = (ROOT / "config/demo/kiosk.toml").read_text(encoding="utf-8")
    file, roll = tmp_path / "kiosk.toml", tmp_path / "roll.json"
    right = right.replace("patience_s = 30.0", "patience_s = 0.5")
    right = right.replace("print_timeout_s = 10.0", "print_timeout_s = 1.0")
    lines = [
        f'roll_file = "{roll}"' if x.startswith("roll_file") else x for x in right.splitlines()
    ]
    beside = str(ROOT / "config")
    lines = [x.replace('"../', f'"{beside}/') for x in lines]
    file.write_text("\n".join(lines), encoding="utf-8")
    os.mkfifo(roll.with_suffix(".new"))
    post(f"{hall.page}/api/printer/fault", {"fault": "near_end"})
    systemd = Systemd(tmp_path, watchdog_s=1.0)
    kiosk = Process(
        "kiosk", "--config", str(file), "--server", hall.server.url, "--printer", hall.printer,
        "--reader", str(tmp_path / "no-reader"), "--kept", str(tmp_path / "kept"),
        "--size", "540x960", "--offscreen", environ=systemd.environ,
    )  # fmt: skip
    told: list[str] = []
    until = time.monotonic() + 60.0
    while "WATCHDOG=trigger" not in "".join(told):
        assert time.monotonic() < until, (told[-3:], kiosk.raw[-5:])
        told += systemd.told()
        time.sleep(0.05)
    kiosk.process.kill()
    kiosk.end()
    systemd.close()
    post(f"{hall.page}/api/printer/fault", {"fault": "none"})
    assert told[0] == "READY=1"
    assert told[-1] == "STATUS=hung: printer\nWATCHDOG=trigger"


def test_it_was_ready_soon(hall: Hall) -> None:
    """Three seconds on a quiet machine; the bound leaves room for a busy one, and a cold disk."""
    assert hall.kiosk.ready_after_s < float(os.environ.get("KIOSK_READY_WITHIN_S", "45"))


def test_a_wrong_setting_says_where_and_what(tmp_path: Path) -> None:
    right = (ROOT / "config/demo/kiosk.toml").read_text(encoding="utf-8")
    file = tmp_path / "kiosk.toml"
    file.write_text(right.replace("kiosk_id =", "kisok_id ="), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "kiosk", "--config", str(file), "--offscreen"],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert "did you mean 'kiosk_id'" in run.stderr
    assert f"{file}:" in run.stderr
