"""What goes on beside the requests goes on after something unexpected."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from queue_server import beside


def test_work_that_broke_is_told_and_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "REST_S", 0.001)
    begun = []

    async def work() -> None:
        begun.append(len(begun))
        if len(begun) < 3:
            raise ZeroDivisionError

    with capture_logs() as told:
        asyncio.run(beside.kept_going(work, "sums"))
    assert begun == [0, 1, 2]
    assert [(line["work"], line["again_in_s"]) for line in told] == [
        ("sums", 0.001),
        ("sums", 0.002),
    ]


def test_it_ends_when_it_is_told_to() -> None:
    async def scenario() -> None:
        task = asyncio.create_task(beside.kept_going(lambda: asyncio.sleep(600), "rest"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
