"""Devices paired by a code keep the same rules in both databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from queue_server.access import pairing
from queue_server.access.pairing import Kind
from queue_server.access.store import AccessStore
from queue_server.databases import Database
from tests.contract.test_access import with_access

__all__ = ["with_access"]


def test_a_code_becomes_a_token_once(
    with_access: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(access: AccessStore, held: Database) -> None:
        database = held.access
        secret, asked = await pairing.ask(database, "h", Kind.TABLET, "east", "10.0.0.7")
        assert asked.code.isdigit()
        assert len(asked.code) == pairing.CODE_DIGITS
        assert await pairing.shown(database, "other", asked.code) is None
        assert await pairing.shown(database, "h", asked.code) == asked
        assert await pairing.waits(database, secret) == asked.expires_at
        assert await access.actor_of_token(secret) is None
        sure = pairing.confirm(asked, "d1", "平板 4", "4", "/tablet/h/4", "manager:m")
        assert (await access.change(*sure))[0] == 1
        actor = await access.actor_of_token(secret)
        assert actor is not None
        assert (actor.role, actor.hall, actor.window, actor.name) == ("screen", "h", "4", "平板 4")
        again = pairing.confirm(asked, "d2", "another", None, "/", "manager:m")
        assert (await access.change(*again))[0] == 0  # no longer shown
        assert await pairing.waits(database, secret) is None
        (device,) = await pairing.devices(database, "h")
        assert device == await pairing.device_of(database, secret)
        assert (device.kind, device.path, device.paired_by) == (
            Kind.TABLET,
            "/tablet/h/4",
            "manager:m",
        )
        assert await access.change(*pairing.unpair("other", "d1")) == [0, 0]
        assert await access.change(*pairing.unpair("h", "d1")) == [1, 1]
        assert await access.actor_of_token(secret) is None
        assert await pairing.devices(database, "h") == []

        monkeypatch.setattr(pairing, "OPEN_AT_MOST", 2)
        first, _ = await pairing.ask(database, "h", Kind.SCREEN, "", "")
        _, late = await pairing.ask(database, "h", Kind.SCREEN, "", "")
        with pytest.raises(pairing.PairingFull):
            await pairing.ask(database, "h", Kind.KIOSK, "", "")
        await database.change(("UPDATE pairing SET expires_at = '2020-01-01'", ()))
        assert await pairing.waits(database, first) is None
        assert await pairing.shown(database, "h", late.code) is None
        too_late = pairing.confirm(late, "d3", "n", None, "/", "manager:m")
        assert (await access.change(*too_late))[0] == 0
        await pairing.ask(database, "h", Kind.KIOSK, "", "")

    with_access(use)


def test_no_secret_is_stored(tmp_path: Path, with_access: Callable[..., None]) -> None:
    async def use(access: AccessStore, held: Database) -> None:
        secret, asked = await pairing.ask(held.access, "h", Kind.KIOSK, "", "")
        await access.change(*pairing.confirm(asked, "k", "kiosk-2", None, "", "admin:a"))
        for table in ("access_token", "pairing", "device"):
            rows = await held.access.rows(f"SELECT * FROM {table}")  # noqa: S608 - names above
            assert secret not in repr(rows)

    with_access(use)
