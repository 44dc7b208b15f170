"""Two server processes for one hall: the live picture is in the memory of the one that the kiosk
reached, and the other says so in words."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conftest import TEMPLATE
from tests.support.pension_api import GOOD, JPEG, PENSION, begun, enrolled, get, post
from tests.support.pensions import pension_config
from tests.support.postgres import PostgresServer
from tests.support.server import Client, ServerProcess


def heard(client: Client, path: str, wanted: Callable[[Any], object]) -> Any:
    """What one process did another hears of a moment later."""
    end = time.monotonic() + 30
    while not wanted(told := get(client, path)):
        assert time.monotonic() < end, told
        time.sleep(0.05)
    return told


def waits(told: Any) -> object:
    return told["waiting"]


def test_the_server_without_the_picture_says_whose_it_is(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    database = postgres.fresh_database(TEMPLATE)
    for name in ("config", "one", "two"):
        (tmp_path / name).mkdir()
    config = pension_config(tmp_path / "config")
    with (
        ServerProcess(tmp_path / "one", config=config, database=database) as one,
        ServerProcess(tmp_path / "two", config=config, database=database) as two,
    ):
        kiosk = Client(one.url, "demo-kiosk-1-token")
        _, person = enrolled(one.client("manager"), kiosk)
        check = begun(kiosk, person)["check"]
        grey = {**GOOD, "decision": "grey", "live_picture": JPEG}
        assert post(kiosk, f"checks/{check}/result", **grey)["status"] == "waiting_for_clerk"
        near, far = one.client("clerk"), two.client("clerk")
        (here,), (there,) = (heard(c, "waiting", waits)["waiting"] for c in (near, far))
        assert (here["pictured"], here["held"]) == (True, "here")
        assert (there["pictured"], there["held"]) == (False, "elsewhere")
        status, body = far.get(f"{PENSION}/checks/{check}/pictures/live")
        assert (status, body["error"]["code"]) == (404, "picture_elsewhere")
        # the clerk there can still send the person to a window, and the kiosk hears it
        assert post(far, f"checks/{check}/confirm", same=False)["status"] == "window"
        heard(kiosk, f"checks/{check}", lambda told: told["status"] == "window")
        assert get(near, "waiting")["waiting"] == []
