"""Two server processes on one PostgreSQL: one is killed, then the database itself; nothing
acknowledged is lost, nothing happens twice, and the others go on.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from queue_server.access.keys import load_keys
from tests.conftest import TEMPLATE
from tests.support.crash import Crowd, Promises, check_promises, resting
from tests.support.postgres import PostgresServer
from tests.support.server import (
    DEMO_CONFIG,
    Client,
    ServerProcess,
    with_key,
)

HALL = "/api/v1/halls/demo"
GOES_ON_WITHIN_S = 15.0
ANSWERED_WITHIN_S = 30.0
# HALL_CRASHES=200 makes the long run of it
CRASHES = int(os.environ.get("HALL_CRASHES", "2"))


@pytest.fixture(scope="module")
def pair(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[ServerProcess]]:
    """Two processes of one hall, with the same key file."""
    folder = tmp_path_factory.mktemp("pair")
    config, url = with_key(DEMO_CONFIG, folder), postgres.fresh_database(TEMPLATE)
    with ExitStack() as running:
        servers = []
        for name in ("one", "other"):
            (folder / name).mkdir()
            servers.append(ServerProcess(folder / name, config=config, database=url))
            running.enter_context(servers[-1])
        yield servers


def _together(crowds: list[Crowd]) -> Promises:
    whole = Promises()
    for crowd in crowds:
        whole.answered.update(crowd.promises.answered)
        whole.unanswered.update(crowd.promises.unanswered)
    return whole


@pytest.mark.timeout(180 + 20 * CRASHES)
def test_a_killed_process_loses_nothing_and_the_other_goes_on(pair: list[ServerProcess]) -> None:
    token = pair[0].token("admin")
    choose = random.Random(5)
    with Crowd(pair[0], token, clients=16) as first, Crowd(pair[1], token, clients=16) as second:
        for crash in range(CRASHES):
            victim = pair[crash % 2]
            _until_answered([first, second], 50)
            time.sleep(choose.random() * 0.5)
            before = _served([first, second], 1 - crash % 2)
            victim.kill()
            _until_more_than(before, [first, second], 1 - crash % 2)
            with resting(first, second):
                victim.start()
        _until_answered([first, second], 50)
    checked = check_promises(pair[0].client("admin"), _together([first, second]))
    assert checked["acknowledged"] > 100
    assert checked["unanswered"] > 0


def _until_more_than(before: int, crowds: list[Crowd], number: int) -> None:
    """The other process goes on, at the latest when the database has noticed that one is gone."""
    end = time.monotonic() + GOES_ON_WITHIN_S
    while _served(crowds, number) <= before:
        assert time.monotonic() < end, "the other process stands still"
        time.sleep(0.05)
    time.sleep(0.2)


def _until_answered(crowds: list[Crowd], more: int) -> None:
    """Until so many more requests were answered, however slow the machine is."""
    wanted = more + sum(len(crowd.promises.answered) for crowd in crowds)
    end = time.monotonic() + ANSWERED_WITHIN_S
    while sum(len(crowd.promises.answered) for crowd in crowds) < wanted:
        assert time.monotonic() < end, "they stand still"
        time.sleep(0.02)


def _served(crowds: list[Crowd], number: int) -> int:
    return len(crowds[number].promises.answered)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["restarted", "crashed"])
def test_a_database_that_goes_away_loses_nothing(
    postgres: PostgresServer, pair: list[ServerProcess], how: signal.Signals
) -> None:
    admin = pair[0].client("admin")
    token = str(admin.token)
    with (
        Crowd(pair[0], token, clients=8) as first,
        Crowd(pair[1], token, clients=8) as second,
    ):
        _until_answered([first, second], 40)
        postgres.stop(how)
        status, body = admin.post(f"{HALL}/tickets", service="A")
        assert (status, body["error"]["code"]) == (503, "not_stored")
        assert "稍后" in body["error"]["message"]
        assert admin.get("/health/live")[0] == 200
        _until_not_ready(admin)
        postgres.start()
        _until_served(admin)
        _until_answered([first, second], 40)
    checked = check_promises(admin, _together([first, second]))
    assert checked["acknowledged"] > 50


def _until_not_ready(client: Client) -> None:
    end = time.monotonic() + ANSWERED_WITHIN_S
    while client.get("/health/ready")[0] != 503:
        assert time.monotonic() < end, "it does not say that its database is gone"
        time.sleep(0.1)


def _until_served(client: Client) -> None:
    end = time.monotonic() + ANSWERED_WITHIN_S
    while client.post(f"{HALL}/tickets", service="B")[0] != 201:
        assert time.monotonic() < end, "the server did not go on by itself"
        time.sleep(0.1)


def test_a_call_here_is_soon_read_there(pair: list[ServerProcess]) -> None:
    """Within a fifth of a second; on a machine that is busy, within so many plain questions."""
    here, there = (server.client("admin") for server in pair)
    for act in ("start", "finish"):  # whoever the tests before left there
        here.at("1", act)
    took_s, asked_s = [], []
    for _ in range(10):
        here.issue("A")
        begun = time.monotonic()
        there.get(HALL)
        asked_s.append(time.monotonic() - begun)
        _, called = here.at("1", "call-next")
        begun = time.monotonic()
        while there.get(HALL)[1]["calls"][:1] != here.get(HALL)[1]["calls"][:1]:
            assert time.monotonic() - begun < ANSWERED_WITHIN_S
        took_s.append(time.monotonic() - begun)
        assert called["ticket"] is not None
        there.at("1", "start")
        here.at("1", "finish")
    assert sorted(took_s)[5] < max(0.2, 20 * sorted(asked_s)[5])


def test_processes_that_start_at_once_agree_on_the_schema(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.fresh_database()
    config = with_key(DEMO_CONFIG, tmp_path)
    servers = []
    for name in "abc":
        (tmp_path / name).mkdir()
        servers.append(ServerProcess(tmp_path / name, config=config, database=url))
    try:
        for server in servers:
            server.start(wait=False)
        for server in servers:
            server.wait_ready()
        numbers = [server.client("kiosk").issue("A")["number"] for server in servers]
        assert numbers == ["A001", "A002", "A003"]
    finally:
        for server in servers:
            server.stop()


def test_another_key_file_is_refused_in_words(pair: list[ServerProcess], tmp_path: Path) -> None:
    third = ServerProcess(
        tmp_path, config=with_key(DEMO_CONFIG, tmp_path), database=pair[0].database
    )
    with pytest.raises(RuntimeError, match="is missing, the key file"):
        third.start()
    load_keys(tmp_path / "hall.key")
    with pytest.raises(RuntimeError, match="not the key file"):
        third.start()
    third.stop()


def test_a_stopped_process_does_not_hold_the_hall(pair: list[ServerProcess]) -> None:
    """SIGSTOP: alive, connected, and silent; perhaps in the middle of its turn."""
    clients = [server.client("admin") for server in pair]
    done = threading.Event()

    def keep_busy() -> None:
        while not done.is_set():
            clients[0].post(f"{HALL}/tickets", service="C")

    busy = threading.Thread(target=keep_busy)
    busy.start()
    try:
        clients[1].issue("B")
        time.sleep(0.3)
        os.kill(pair[0].pid, signal.SIGSTOP)
        begun = time.monotonic()
        _until_served(clients[1])
        assert time.monotonic() - begun < ANSWERED_WITHIN_S  # it is stopped for ever
    finally:
        os.kill(pair[0].pid, signal.SIGCONT)
        done.set()
        busy.join()
