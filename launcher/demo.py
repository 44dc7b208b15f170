"""`./hall demo`: the whole hall on one machine, started, watched and ended as one.

Decides and prints; processes are the supervisor's, the page is the start-page server's.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import shutil
import signal
import sys
import threading
import time
import webbrowser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from launcher import demo_page
from launcher.child import ChildEvent, ChildState
from launcher.hall_plan import HallPlan
from launcher.hall_ports import BASE_PORT, HallPorts, ports_in_use
from launcher.places import STATE
from launcher.rotating_log import tail
from launcher.start_page_server import StartPageServer
from launcher.supervisor import Supervisor
from launcher.words import words

_LOOK_EVERY_S = 0.2
_PATIENCE_S = 30.0  # not all parts up by then: say which, and go on waiting
_OURS_IN_DATA = ("hall.db", "hall.db-wal", "hall.db-shm", "card-reader", "logs", "kivy")


class DemoRefused(Exception):
    """The demonstration cannot start; the text says why and what to do."""


def duration_s(text: str) -> float:
    """`60`, `60s`, `5m` or `1h` in seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h)?", text)
    if not match:
        raise argparse.ArgumentTypeError(words("demo_bad_duration", text=text))
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2] or "s"]


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command's options; exits with status 2 on a mistake, as argparse does."""
    parser = argparse.ArgumentParser(prog="./hall demo", description=words("demo_about"))
    parser.add_argument("--headless", action="store_true", help=words("demo_opt_headless"))
    parser.add_argument("--for", dest="for_s", type=duration_s, help=words("demo_opt_for"))
    parser.add_argument("--base-port", type=int, default=BASE_PORT, help=words("demo_opt_port"))
    parser.add_argument("--data", type=Path, default=STATE / "demo", help=words("demo_opt_data"))
    parser.add_argument("--fresh", action="store_true", help=words("demo_opt_fresh"))
    parser.add_argument("--no-browser", action="store_true", help=words("demo_opt_browser"))
    parser.add_argument("--kiosk-size", default="540x960", help=words("demo_opt_size"))
    return parser.parse_args(arguments)


def has_screen(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a window could be shown here."""
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def plan_for(options: argparse.Namespace) -> HallPlan:
    """What to run; raises DemoRefused when the ports are taken."""
    ports = HallPorts(options.base_port)
    if taken := ports_in_use(ports):
        listed = ", ".join(str(port) for port in taken)
        raise DemoRefused(words("demo_ports_taken", ports=listed, other=options.base_port + 100))
    offscreen = options.headless or not has_screen()
    return HallPlan(ports, options.data.resolve(), offscreen, options.kiosk_size)


@contextmanager
def own_data(data: Path, fresh: bool) -> Iterator[None]:
    """Keeps `data` for this run alone; `fresh` first removes what earlier runs left in it."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "in-use.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DemoRefused(words("demo_data_in_use", data=data)) from error
        if fresh:
            _empty(data)
        yield


def _empty(data: Path) -> None:
    """Removes only what a demonstration makes, whatever folder it was pointed at."""
    for name in _OURS_IN_DATA:
        path = data / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _say(text: str) -> None:
    # A terminal or reader that has gone must not keep the hall from ending in good order.
    with suppress(OSError):
        print(text, flush=True)


class Demo:
    """One run, from the first process to the last."""

    def __init__(self, plan: HallPlan, open_browser: bool, for_s: float | None) -> None:
        self._plan, self._open_browser, self._for_s = plan, open_browser, for_s
        self._stop = threading.Event()
        self._supervisor = Supervisor(plan.children(), plan.logs)
        self._page = StartPageServer(plan.ports.start_page, self._hall_now, plan.ports.simulators)
        self._shown, self._failed = False, False
        self._started, self._patience_s = 0.0, _PATIENCE_S

    def run(self) -> int:
        """0 when it ran and ended as asked, 1 when a part never came up."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stop.set())
        self._started = time.monotonic()
        _say(words("demo_starting", data=self._plan.data))
        self._page.start()
        try:
            with self._supervisor:
                self._follow()
                _say(words("demo_ending"))
        finally:
            self._page.stop()
        _say(words("demo_ended"))
        return 1 if self._failed else 0

    def _follow(self) -> None:
        while not self._stop.is_set() and not self._failed and not self._is_over():
            for event in self._supervisor.events(_LOOK_EVERY_S):
                self._tell(event)
            if not self._shown and self._all_ready():
                self._show()
            self._mention_slowness()

    def _is_over(self) -> bool:
        if not self._for_s or time.monotonic() - self._started < self._for_s:
            return False
        if not self._shown:
            # A script must learn that the hall never stood.
            self._failed = True
            _say(self._slow_parts())
        return True

    def _mention_slowness(self) -> None:
        if not self._shown and time.monotonic() - self._started > self._patience_s:
            self._patience_s = float("inf")
            _say(self._slow_parts())

    def _slow_parts(self) -> str:
        states = self._supervisor.states().items()
        slow = [name for name, state in states if state is not ChildState.READY]
        names = ", ".join(words(f"demo_part_{name}") for name in slow)
        said = "\n".join(tail(self._plan.logs / f"{name}.log", lines=6) for name in slow)
        return words("demo_slow", names=names, logs=self._plan.logs, said=said)

    def _all_ready(self) -> bool:
        return all(state is ChildState.READY for state in self._supervisor.states().values())

    def _show(self) -> None:
        self._shown = True
        took_s = time.monotonic() - self._started
        _say(demo_page.addresses(self._plan, took_s))
        if self._open_browser:
            webbrowser.open(demo_page.start_url(self._plan))

    def _tell(self, event: ChildEvent) -> None:
        name = words(f"demo_part_{event.name}")
        if event.state is ChildState.READY:
            _say(words("demo_part_ready", name=name, seconds=f"{event.after_s:.1f}"))
        elif event.state is ChildState.RESTARTING:
            _say(self._trouble("demo_part_restarts", event, name))
        elif event.state is ChildState.FAILED:
            self._failed = True
            _say(self._trouble("demo_part_failed", event, name))

    def _trouble(self, key: str, event: ChildEvent, name: str) -> str:
        log = self._supervisor.children[event.name].log
        said = "\n".join(f"    {line}" for line in tail(log).splitlines())
        status, pause = event.exit_status, f"{event.pause_s:.1f}"
        return words(key, name=name, status=status, pause=pause, log=log, said=said)

    def _hall_now(self) -> Mapping[str, Any]:
        return demo_page.hall_now(self._plan, self._supervisor.states())


def main(arguments: Sequence[str]) -> int:
    """Exit status: 0 ended as asked, 1 could not run, 2 wrong options."""
    options = parse(arguments)
    try:
        with own_data(options.data.resolve(), options.fresh):
            plan = plan_for(options)
            browser = has_screen() and not options.headless and not options.no_browser
            return Demo(plan, browser, options.for_s).run()
    except DemoRefused as error:
        print(error, file=sys.stderr)
        return 1
