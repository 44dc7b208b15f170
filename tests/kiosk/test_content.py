"""What the hall has to read: fetched, kept on disk, shown from there when the server is away."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.gateway.bell import HelpBell
from kiosk.gateway.client import QueueClient
from kiosk.gateway.content import Archive, ContentWatch, spelling
from kiosk.gateway.desk import TicketDesk
from kiosk.gateway.errors import Unreachable
from kiosk.gateway.keeping import KeptFile
from kiosk.settings import ServerSettings
from tests.kiosk import hall_server

R = "6a1f0a58-6f0e-4a55-8f8e-0d8c6f1f0a01"


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    made = hall_server.HallServer()
    yield made
    made.close()


def client_of(server: Any) -> QueueClient:
    return QueueClient(settings_of(server))


def settings_of(server: Any) -> ServerSettings:
    return ServerSettings(server.url, "demo", "kiosk-1", hall_server.TOKEN, retry_first_s=0.05)


def eventually(true: Callable[[], object]) -> None:
    until = time.monotonic() + 8.0
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_guides_and_notices_are_told_once_and_kept(server: Any, tmp_path: Path) -> None:
    told: list[ev.Event] = []
    archive = Archive(KeptFile(tmp_path / "kept" / "hall.json"))
    watch = ContentWatch(client_of(server), archive, told.append)
    watch.start()
    eventually(lambda: told)
    watch.stop()
    archive.keep_hall(client_of(server).hall())
    seen = told[0]
    assert isinstance(seen, ev.ContentSeen)
    assert [m.id for m in seen.content.matters] == ["D-01"]
    assert seen.content.matters[0].spelling[0] == ("tui",)
    assert seen.content.notices[0].until == "2026-03-07"
    assert seen.content.seen_at == ""

    content, hall = Archive(KeptFile(tmp_path / "kept" / "hall.json")).load()
    assert isinstance(content, ev.ContentSeen)
    assert content.content.matters == seen.content.matters
    assert content.content.seen_at
    assert isinstance(hall, ev.HallRemembered)
    assert hall.hall.id == "demo"


def test_a_torn_file_is_as_good_as_none(tmp_path: Path) -> None:
    file = tmp_path / "hall.json"
    file.write_text('{"hall": {"id"', encoding="utf-8")
    assert Archive(KeptFile(file)).load() == []
    assert Archive(KeptFile(None)).load() == [ev.ContentSeen(Archive(KeptFile(None)).content())]


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("no folder", encoding="utf-8")
    archive = Archive(KeptFile(tmp_path / "kept" / "hall.json"))
    archive.keep(notices={"notices": []})
    assert archive.content().notices == ()
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "no folder"


def test_a_draft_that_cannot_be_finished_leaves_the_old_file(tmp_path: Path) -> None:
    file = KeptFile(tmp_path / "one")
    file.write(b"old")
    (tmp_path / f"one.{os.getpid()}").mkdir()
    with pytest.raises(OSError, match="one"):
        file.write(b"new")
    assert file.read() == b"old"


def test_every_sign_has_its_readings() -> None:
    assert spelling("社保卡A1") == (("she",), ("bao",), ("ka", "qia"), ("a",), ("1",))


def test_a_ticket_is_found_and_changed_with_the_same_id_on_every_try(server: Any) -> None:
    told: list[ev.Event] = []
    desk = TicketDesk(client_of(server), settings_of(server), told.append)
    ticket = client_of(server).take_ticket(fx.RequestTicket(R, "D", None, "D-01"), None)
    assert server.bodies[-1]["matter"] == "D-01"
    server.faults = ["503"]
    desk.find(fx.FindTickets("f", number=ticket.number))
    eventually(lambda: told)
    found = told.pop()
    assert isinstance(found, ev.TicketsFound)
    assert [t.id for t in found.tickets] == [ticket.id]
    server.faults = ["hangup", "503"]
    desk.act(fx.ActOnTicket(R, ticket.id, ev.TicketAct.DEFER))
    eventually(lambda: told)
    assert isinstance(told.pop(), ev.TicketChanged)
    assert server.commands[-1] == ("defer", ticket.id)
    desk.look(fx.LookAgain(ticket.id))
    eventually(lambda: told)
    assert told.pop() == ev.TicketSeen(ticket)
    server.faults = ["409"]
    desk.act(fx.ActOnTicket("other", ticket.id, ev.TicketAct.DEFER))
    eventually(lambda: told)
    assert told.pop() == ev.TicketRefused("other", "service_closed")
    desk.stop()


class Line:
    """A help line that fails so many times first."""

    def __init__(self, failures: int, answered_after: int = 2) -> None:
        self.failures, self.looks, self.answered_after = failures, 0, answered_after
        self.calls: list[tuple[str, str]] = []

    def call_help(self, request_id: str, place: str) -> None:
        self.calls.append((request_id, place))
        if len(self.calls) <= self.failures:
            raise Unreachable

    def help_answered(self) -> bool:
        self.looks += 1
        return self.looks >= self.answered_after


def test_somebody_who_calls_hears_what_becomes_of_it() -> None:
    told: list[ev.Event] = []
    line = Line(failures=1)
    bell = HelpBell(line, told.append, look_every_s=0.02)
    bell.ring(fx.CallHelp(R, "guide"))
    eventually(lambda: len(told) == 2)
    assert told == [ev.HelpSeen(ev.HelpState.CALLED), ev.HelpSeen(ev.HelpState.COMING)]
    assert line.calls == [(R, "guide"), (R, "guide")]
    bell.stop()
