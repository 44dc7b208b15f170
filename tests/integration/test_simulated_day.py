"""`./hall simulate visitors` as somebody runs it, against a real server that falls over midway."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter

from tests.support.server import ROOT, Client, ServerProcess

WORDS = (sys.executable, "-P", "-m", "hardware", "simulate", "visitors")


def start(server: ServerProcess, token: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        (*WORDS, "--server", server.url, *words),
        cwd=ROOT,
        env={**os.environ, "HALL_TOKEN": token},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(server: ServerProcess, client: Client, event: str) -> None:
    give_up_at = time.monotonic() + 60
    while not any(each["event"] == event for each in client.journal()):
        assert time.monotonic() < give_up_at, server.log.read_text()
        time.sleep(0.1)


def test_a_day_goes_on_where_the_server_fell_over(fresh: ServerProcess) -> None:
    manager = fresh.client("manager")
    words = ("--people", "40", "--speed", "3000", "--json")
    with start(fresh, fresh.token("manager"), *words) as day:
        wait_for(fresh, manager, "ticket_finished")
        fresh.kill()
        fresh.start()
        said, errors = day.communicate(timeout=120)
    assert day.returncode == 0, errors
    told = json.loads(said)
    names = Counter(each["event"] for each in manager.journal())
    assert told["issued"] == names["ticket_issued"] == 40
    assert told["repeated_presses"] > 0
    assert told["called"] == names["ticket_called"]
    assert told["served"] == names["ticket_finished"]
    assert told["served"] + told["missed"] - told["rejoined"] + told["gave_up"] == 40
    assert told["left_waiting"] == 0
    assert told["wait_s"]["p50"] is not None


def test_a_signal_ends_it_with_what_has_been(server: ServerProcess) -> None:
    with start(server, server.token("manager"), "--speed", "200", "--json") as day:
        wait_for(server, server.client("manager"), "ticket_issued")
        day.terminate()
        said, _ = day.communicate(timeout=30)
    assert day.returncode == 0
    assert 1 <= json.loads(said)["issued"] < 200


def test_it_says_what_it_needs(server: ServerProcess) -> None:
    with start(server, "") as without:
        _, errors = without.communicate(timeout=30)
    assert without.returncode == 2
    assert "./hall token --role manager --hall demo" in errors
    with start(server, "wrong", "--json") as refused:
        said, _ = refused.communicate(timeout=30)
    assert refused.returncode == 1
    assert json.loads(said)["error"]["detail"]["status"] == 401
