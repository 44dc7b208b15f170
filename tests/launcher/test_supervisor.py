"""The supervisor with small real processes: ready, restarted, and none left, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launcher import child
from launcher.child import ChildEvent, ChildPlan, ChildState
from launcher.supervisor import Supervisor

Find = Callable[[str], list[int]]

READY = 'print(\'{"ready": true, "port": 7}\', flush=True)'
# Says it is ready, leaves a grandchild behind that ignores SIGTERM, and waits.
FAMILY = f"""
import signal, subprocess, sys, time
deaf = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(99)"
subprocess.Popen([sys.executable, "-c", deaf, sys.argv[1]])
{READY}
time.sleep(99)
"""


def python(name: str, code: str, *arguments: str, ready_url: str | None = None) -> ChildPlan:
    return ChildPlan(name, (sys.executable, "-c", code, *arguments), ready_url)


def wait_for(supervisor: Supervisor, wanted: Callable[[ChildEvent], bool]) -> ChildEvent:
    give_up_at = time.monotonic() + 15
    while time.monotonic() < give_up_at:
        for event in supervisor.events(0.2):
            if wanted(event):
                return event
    raise AssertionError("the event did not come")


def none_left(processes_with: Find, word: str, within_s: float = 6.0) -> bool:
    give_up_at = time.monotonic() + within_s
    while processes_with(word) and time.monotonic() < give_up_at:
        time.sleep(0.05)
    return not processes_with(word)


@pytest.fixture
def word(tmp_path: Path, processes_with: Find) -> Iterator[str]:
    """A mark in the arguments of this test's processes; those still there are ended afterwards."""
    mark = f"mark-{tmp_path.name}-{os.getpid()}"
    yield mark
    for pid in processes_with(mark):
        os.kill(pid, signal.SIGKILL)


def test_a_ready_line_is_passed_on(tmp_path: Path) -> None:
    plan = python("a", f"import time; print('hello'); {READY}; time.sleep(99)")
    with Supervisor([plan], tmp_path) as supervisor:
        event = wait_for(supervisor, lambda e: e.state is ChildState.READY)
    assert event.told["port"] == 7
    assert "hello" in (tmp_path / "a.log").read_text()
    assert supervisor.states() == {"a": ChildState.STOPPED}


def test_a_ready_line_counts_though_another_line_has_grown_onto_it(tmp_path: Path) -> None:
    said = '{"ready": true, "port": 7}{"event": "lease_delayed"}'
    plan = python("a", f"import time; print({said!r}, flush=True); time.sleep(99)")
    with Supervisor([plan], tmp_path) as supervisor:
        event = wait_for(supervisor, lambda e: e.state is ChildState.READY)
    assert event.told["port"] == 7


def test_a_url_that_answers_makes_ready(tmp_path: Path, free_port: int) -> None:
    serve = (
        "import http.server as h, sys;"
        "h.HTTPServer(('127.0.0.1', int(sys.argv[1])), h.SimpleHTTPRequestHandler).serve_forever()"
    )
    plan = python("web", serve, str(free_port), ready_url=f"http://127.0.0.1:{free_port}/")
    with Supervisor([plan], tmp_path) as supervisor:
        assert wait_for(supervisor, lambda e: e.state is ChildState.READY).name == "web"


def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    plan = python("a", f"import sys; {READY}; sys.exit(3)")
    with Supervisor([plan], tmp_path) as supervisor:
        first = wait_for(supervisor, lambda e: e.state is ChildState.RESTARTING)
        second = wait_for(supervisor, lambda e: e.state is ChildState.RESTARTING)
    assert (first.exit_status, first.pause_s) == (3, child.FIRST_PAUSE_S)
    assert second.pause_s == 2 * first.pause_s


def test_a_child_that_never_stands_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "FIRST_PAUSE_S", 0.01)
    with Supervisor([ChildPlan("a", ("/no/such/program",))], tmp_path) as supervisor:
        event = wait_for(supervisor, lambda e: e.state is ChildState.FAILED)
    assert event.exit_status == 127
    assert "/no/such/program" in (tmp_path / "a.log").read_text()


def test_the_end_takes_grandchildren_too(tmp_path: Path, word: str, processes_with: Find) -> None:
    with Supervisor([python("a", FAMILY, word)], tmp_path) as supervisor:
        wait_for(supervisor, lambda e: e.state is ChildState.READY)
        assert len(processes_with(word)) == 2
    assert none_left(processes_with, word, within_s=1)


def test_a_child_deaf_to_sigterm_is_killed_in_time(
    tmp_path: Path, word: str, processes_with: Find
) -> None:
    deaf = f"import signal, time; signal.signal(15, signal.SIG_IGN); {READY}; time.sleep(99)"
    with Supervisor([python("a", deaf, word)], tmp_path) as supervisor:
        wait_for(supervisor, lambda e: e.state is ChildState.READY)
        started = time.monotonic()
    assert time.monotonic() - started < 12  # by itself it would take 99
    assert none_left(processes_with, word, within_s=1)


SUPERVISE = """
import sys, time
from pathlib import Path
from launcher.child import ChildPlan
from launcher.supervisor import Supervisor
plan = ChildPlan("a", (sys.executable, "-c", sys.argv[1], sys.argv[2]))
with Supervisor([plan], Path(sys.argv[3])) as supervisor:
    for event in supervisor.events(10):
        print(event.state, flush=True)
    time.sleep(99)
"""


def test_killing_the_supervisor_leaves_no_process(
    tmp_path: Path, word: str, processes_with: Find
) -> None:
    supervisor = subprocess.Popen(
        (sys.executable, "-c", SUPERVISE, FAMILY, word, str(tmp_path)), stdout=subprocess.PIPE
    )
    with supervisor:
        assert supervisor.stdout
        assert supervisor.stdout.readline() == b"ready\n"
        assert len(processes_with(word)) == 3  # the supervisor itself carries the mark
        supervisor.kill()
    assert none_left(processes_with, word)


def test_a_watchdog_that_was_ended_is_replaced(
    tmp_path: Path, word: str, processes_with: Find
) -> None:
    with Supervisor([python("a", FAMILY, word)], tmp_path) as supervisor:
        wait_for(supervisor, lambda e: e.state is ChildState.READY)
        supervisor._watchdog._process.kill()
        supervisor._watchdog._process.wait()
        os.kill(min(processes_with(word)), signal.SIGKILL)
        wait_for(supervisor, lambda e: e.state in (ChildState.READY, ChildState.RESTARTING))
        wait_for(supervisor, lambda e: e.state is ChildState.READY)
        assert supervisor._watchdog._process.poll() is None
    assert none_left(processes_with, word, within_s=1)
