"""Who may still listen to an open stream, also while nobody can be looked up."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest

from queue_server.access.roles import ANYBODY, Actor, Role
from queue_server.journal.port import NotStored
from queue_server.web import context, watching
from queue_server.web.context import AWAY_TRUSTED_S, TOKEN_TRUSTED_S
from queue_server.web.watching import StillPermitted

SCREEN = Actor(Role.SCREEN, "screen", "h")
CLERK = Actor(Role.CLERK, "li", "h", "1", login="li")


class Access:
    """Answers what it is told to."""

    def __init__(self) -> None:
        self.now: Actor | Exception | None = None

    async def actor_of_token(self, token: str) -> Actor | None:
        if isinstance(self.now, Exception):
            raise self.now
        return self.now

    actor_of_session = actor_of_token


class World:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, **request: dict[str, str]) -> None:
        self.access, self.later_s = Access(), 0.0
        plan = SimpleNamespace(server=SimpleNamespace(public_screen=False))
        self.ctx: Any = SimpleNamespace(access=self.access, plan=plan, token_cache={})
        self.request: Any = SimpleNamespace(**{"headers": {}, "cookies": {}, **request})
        self.request.method = "GET"
        clock = SimpleNamespace(monotonic=lambda: time.monotonic() + self.later_s)
        monkeypatch.setattr(watching, "time", clock)
        monkeypatch.setattr(context, "time", clock)

    def watch(self, actor: Actor) -> StillPermitted:
        self.access.now = actor
        return StillPermitted(self.request, self.ctx, actor, "h")

    def asked(self, watch: StillPermitted, now: Actor | Exception | None, later_s: float) -> bool:
        self.access.now, self.later_s = now, self.later_s + later_s
        return asyncio.run(self._ask(watch))

    async def _ask(self, watch: StillPermitted) -> bool:
        return await watch()


def test_a_token_is_believed_for_a_while_when_nobody_can_be_looked_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(monkeypatch, headers={"authorization": "Bearer t"})
    watch = world.watch(SCREEN)
    assert world.asked(watch, SCREEN, 0)
    away = NotStored("gone")
    assert world.asked(watch, away, AWAY_TRUSTED_S - 1)
    assert not world.asked(watch, away, 2)
    assert world.asked(watch, SCREEN, 0)
    assert not world.asked(watch, None, TOKEN_TRUSTED_S)  # revoked


def test_a_session_too_and_who_else_logs_in_there_gets_a_stream_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(monkeypatch, cookies={"hall_session": "s"})
    watch = world.watch(CLERK)
    assert world.asked(watch, CLERK, 0)
    away = NotStored("gone")
    assert world.asked(watch, away, AWAY_TRUSTED_S - 1)
    assert world.asked(watch, CLERK, 0)
    assert world.asked(watch, away, AWAY_TRUSTED_S - 1)  # counted from the last answer
    assert not world.asked(watch, away, 2)
    for other in (
        Actor(Role.CLERK, "wu", "h", "1", login="wu"),
        Actor(Role.MANAGER, "li", "h", login="li"),
        Actor(Role.CLERK, "li", "h", "1", login="li", must_change=True),
        None,
    ):
        assert not world.asked(watch, other, 0)
    moved = Actor(Role.CLERK, "li", "h", "2", login="li")
    assert world.asked(watch, moved, 0)  # to another window, and goes on there


def test_nobody_in_particular_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    assert world.asked(world.watch(ANYBODY), RuntimeError("asked"), 0)
