"""The power fails in the middle: nothing acknowledged is lost, nothing happens twice."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from tests.support.crash import Crowd, check_promises, resting
from tests.support.server import ServerProcess

# HALL_CRASHES=200 makes the long run of it
ANSWERED_WITHIN_S = 30.0
CRASHES = int(os.environ.get("HALL_CRASHES", "4"))


@pytest.mark.timeout(180 + 20 * CRASHES)
def test_kill_9_under_load_loses_nothing(tmp_path: Path) -> None:
    choose = random.Random(7)
    server = ServerProcess(tmp_path)
    server.start()
    token = server.token("admin")
    with Crowd(server, token, clients=32) as crowd:
        for _ in range(CRASHES):
            _until_answered(crowd, 30)
            time.sleep(choose.random() * 0.4)
            server.kill()
            with resting(crowd):
                server.start()
        _until_answered(crowd, 30)
    try:
        checked = check_promises(server.client("admin"), crowd.promises)
    finally:
        server.stop()
    assert checked["acknowledged"] > 100
    assert checked["unanswered"] > 0


def _until_answered(crowd: Crowd, more: int) -> None:
    """Until so many more requests were answered, however slow the machine is."""
    wanted, end = len(crowd.promises.answered) + more, time.monotonic() + ANSWERED_WITHIN_S
    while len(crowd.promises.answered) < wanted:
        assert time.monotonic() < end, "they stand still"
        time.sleep(0.02)


def test_kill_9_while_starting(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path)
    server.start()
    numbers = [server.client("kiosk").issue("A")["number"] for _ in range(3)]
    server.kill()
    for delay_s in (0.05, 0.3, 0.6, 0.9):
        server.start(wait=False)
        time.sleep(delay_s)
        server.kill()
    server.start()
    numbers.append(server.client("kiosk").issue("A")["number"])
    assert server.stop() == 0
    assert numbers == ["A001", "A002", "A003", "A004"]
