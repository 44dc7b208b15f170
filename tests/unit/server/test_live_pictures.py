"""Live pictures and call receipts lie in one process: pictures go by themselves, and a proxy must
know whose both are."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from queue_server.pensions.pictures import LivePictures
from queue_server.web.api import (
    pension_reminders,
    pension_renewal,
    pensioners,
    pensioners_many,
    pensions,
    receipts,
    screens,
)

_IN_ONE_PROCESS = tuple(
    m.router
    for m in (
        pensions,
        pensioners,
        pensioners_many,
        pension_reminders,
        pension_renewal,
        receipts,
        screens,
    )
)
PROXY = Path(__file__).parents[3] / "docs" / "postgresql" / "nginx.conf"


def test_a_picture_that_nobody_asks_for_is_overwritten_all_the_same():
    async def run():
        kept, picture = LivePictures(kept_for_s=0.01), bytearray(b"face")
        kept.put("c-1", live=picture)
        assert kept.get("c-1", "live") == b"face"
        for _ in range(200):
            if not any(picture):
                return picture
            await asyncio.sleep(0.02)
        return picture

    assert asyncio.run(run()) == bytearray(4)


def test_a_check_that_another_process_settled_is_wiped_here_too(monkeypatch):
    monkeypatch.setattr("queue_server.pensions.pictures.LOOKS_EVERY_S", 0.01)

    async def run():
        kept, picture, answers = LivePictures(), bytearray(b"face"), iter([True, False])

        async def waits():
            return next(answers)

        kept.put("c-1", live=picture)
        assert (kept.held("c-1", kept.holder), kept.held("c-2", "other")) == ("here", "elsewhere")
        kept.watch("c-1", waits)
        while kept.has("c-1"):
            await asyncio.sleep(0.01)
        assert kept.held("c-1", kept.holder) == "gone"
        return picture

    assert asyncio.run(asyncio.wait_for(run(), 30)) == bytearray(4)


def test_the_proxy_sends_what_one_process_knows_to_the_halls_own_process():
    text = PROXY.read_text("utf-8")
    place = re.search(r"location ~ (\S+) \{[^}]*proxy_pass http://halls_by_name;", text)
    named = re.search(r"~(\S+)\s+\$hall;", text)
    assert place
    assert named
    paths = [r.path for router in _IN_ONE_PROCESS for r in router.routes]
    assert len(paths) > 18
    for path in paths:
        asked = path.replace("{hall}", "示范")
        assert re.search(place[1], asked), path
        assert re.match(named[1].replace("?<", "?P<"), asked)["hall"] == "示范"
    for elsewhere in ("tickets", "screensaver", "tickets/screens-1"):
        assert not re.search(place[1], f"/api/v1/halls/demo/{elsewhere}")
    assert "hash $own_hall consistent;" in text
