"""The gateway against a real HTTP server that misbehaves."""

from __future__ import annotations

import gc
import importlib.util
import queue
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.flow.facts import PersonFacts, WaitFacts
from kiosk.gateway import desk as desk_module
from kiosk.gateway.client import QueueClient
from kiosk.gateway.desk import HallWatch, TicketDesk
from kiosk.gateway.errors import BadAnswer, NoAnswer, NotNow, Refused, Unreachable
from kiosk.gateway.reading import read_hall, read_ticket
from kiosk.samples import PERSON
from kiosk.settings import ServerSettings

_spec = importlib.util.spec_from_file_location(
    "hall_server", Path(__file__).with_name("hall_server.py")
)
assert _spec is not None
assert _spec.loader is not None
hall_server = importlib.util.module_from_spec(_spec)
sys.modules["hall_server"] = hall_server
_spec.loader.exec_module(hall_server)

R = "6a1f0a58-6f0e-4a55-8f8e-0d8c6f1f0a01"


@pytest.fixture
def server() -> Iterator[Any]:
    made = hall_server.HallServer()
    yield made
    made.close()


def settings(url: str) -> ServerSettings:
    return ServerSettings(
        url=url,
        hall="demo",
        kiosk_id="kiosk-1",
        token=hall_server.TOKEN,
        poll_s=0.1,
        connect_timeout_s=0.5,
        answer_timeout_s=0.3,
        retry_first_s=0.05,
        retry_longest_s=0.2,
    )


class Desk:
    def __init__(self, url: str) -> None:
        self.events: queue.SimpleQueue[ev.Event] = queue.SimpleQueue()
        self.desk = TicketDesk(QueueClient(settings(url)), settings(url), self.events.put)

    def next(self, kind: type[ev.Event], within_s: float = 5.0) -> Any:
        """The next event of this kind; others before it are dropped."""
        until = time.monotonic() + within_s
        while True:
            event = self.events.get(timeout=max(until - time.monotonic(), 0.01))
            if isinstance(event, kind):
                return event


@pytest.fixture
def desk(server: Any) -> Iterator[Desk]:
    made = Desk(server.url)
    yield made
    made.desk.stop()


def eventually(true: Callable[[], object], within_s: float = 5.0) -> None:
    until = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < until, "did not come true"
        time.sleep(0.02)


def test_a_ticket_with_a_person(server: Any, desk: Desk) -> None:
    desk.desk.request(fx.RequestTicket(R, "D", PERSON))
    ticket = desk.next(ev.TicketIssued).ticket
    assert (ticket.number, ticket.people_ahead) == ("D001", 6)
    assert ticket.wait == WaitFacts(720, 1200)
    assert server.bodies == [
        {
            "request_id": R,
            "service": "D",
            "kiosk": "kiosk-1",
            "person": {
                "id_number": PERSON.id_number,
                "name": PERSON.name,
                "birth": "1958-01-01",
            },
        }
    ]


@pytest.mark.parametrize(
    "faults",
    [["slow"], ["slow", "slow"], ["503", "429", "503"], ["garbage"], ["shape"],
     ["hangup"], ["hangup-after", "503", "slow"]],
    ids="-".join,
)  # fmt: skip
def test_whatever_goes_wrong_there_is_one_number(
    server: Any, desk: Desk, faults: list[str]
) -> None:
    server.faults = list(faults)
    desk.desk.request(fx.RequestTicket(R, "D", None))
    assert desk.next(ev.TicketDelayed) == ev.TicketDelayed(R)
    assert desk.next(ev.TicketIssued).ticket.number == "D001"
    assert list(server.tickets) == [R]
    assert {body["request_id"] for body in server.bodies} == {R}


def test_a_refusal_is_told_at_once_and_not_repeated(server: Any, desk: Desk) -> None:
    server.faults = ["409"]
    desk.desk.request(fx.RequestTicket(R, "D", None))
    assert desk.next(ev.TicketRefused) == ev.TicketRefused(R, "service_closed")
    time.sleep(0.3)
    assert server.tickets == {}


def people_in_memory(id_number: str) -> list[PersonFacts]:
    gc.collect()
    found = (o for o in gc.get_objects() if type(o) is PersonFacts)
    return [person for person in found if person.id_number == id_number]


@pytest.mark.parametrize(
    ("faults", "give_up_after_s"),
    [([], 60.0), (["409"], 60.0), (["503"] * 20, 0.2), (["503", "slow"], 60.0)],
    ids=["number", "refusal", "give-up", "late"],
)
def test_nothing_personal_is_left_however_a_request_ends(
    server: Any,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    faults: list[str],
    give_up_after_s: float,
) -> None:
    monkeypatch.setattr(desk_module, "GIVE_UP_AFTER_S", give_up_after_s)
    server.faults = list(faults)
    desk.desk.request(fx.RequestTicket(R, "D", PersonFacts("110101194912310000", "李*", None)))
    eventually(lambda: desk.desk._jobs[R].ended)
    eventually(lambda: not people_in_memory("110101194912310000"))


def test_ended_requests_are_forgotten_with_the_next_one(server: Any, desk: Desk) -> None:
    for number in range(5):
        desk.desk.request(fx.RequestTicket(f"{R}{number}", "D", None))
        desk.next(ev.TicketIssued)
        eventually(lambda: all(job.ended for job in desk.desk._jobs.values()))
    assert list(desk.desk._jobs) == [f"{R}4"]


def test_a_number_whose_person_left_is_given_back(server: Any, desk: Desk) -> None:
    server.faults = ["slow", "503"]
    desk.desk.request(fx.RequestTicket(R, "D", PERSON))
    desk.next(ev.TicketDelayed)
    desk.desk.abandon(fx.AbandonTicket(R))
    eventually(lambda: server.commands == [("cancel", "t1")])
    assert list(server.tickets) == [R]
    assert "person" not in server.bodies[-1]
    assert desk.events.empty() or isinstance(desk.events.get(), ev.TicketDelayed)


def test_leaving_just_after_the_number_came_gives_it_back_too(server: Any, desk: Desk) -> None:
    desk.desk.request(fx.RequestTicket(R, "D", None))
    desk.next(ev.TicketIssued)
    desk.desk.abandon(fx.AbandonTicket(R))
    desk.desk.abandon(fx.AbandonTicket(R))
    eventually(lambda: server.commands == [("cancel", "t1")])


def test_leaving_while_no_server_is_there_asks_for_no_number_later() -> None:
    away = Desk("http://127.0.0.1:9")
    away.desk.request(fx.RequestTicket(R, "D", None))
    away.next(ev.TicketDelayed)
    job = away.desk._jobs[R]
    assert not job.ended
    away.desk.abandon(fx.AbandonTicket(R))
    eventually(lambda: job.ended)  # else it would ask on for half an hour
    assert not [e for e in iter_queue(away.events) if isinstance(e, ev.TicketIssued)]
    away.desk.stop()


def iter_queue(events: queue.SimpleQueue[ev.Event]) -> Iterator[ev.Event]:
    while not events.empty():
        yield events.get()


def test_reports_get_through_once_however_often_they_are_sent(server: Any, desk: Desk) -> None:
    desk.desk.request(fx.RequestTicket(R, "D", None))
    ticket = desk.next(ev.TicketIssued).ticket
    server.faults = ["503", "hangup", "503"]
    desk.desk.report(fx.ReportPrinted("r-1", ticket.id))
    eventually(lambda: server.commands == [("printed", "t1")])
    desk.desk.report(fx.ReportPrintFailed("r-2", ticket.id))
    desk.desk.report(fx.KeepTicket("r-3", ticket.id))
    desk.desk.cancel(fx.CancelTicket(R, ticket.id))
    assert desk.next(ev.TicketCancelled) == ev.TicketCancelled(R)
    eventually(lambda: {("print-failed", "t1"), ("keep", "t1")} <= set(server.commands))


def test_a_number_that_cannot_be_given_back_any_more_is_told(server: Any, desk: Desk) -> None:
    desk.desk.request(fx.RequestTicket(R, "D", None))
    ticket = desk.next(ev.TicketIssued).ticket
    server.faults = ["409"]
    desk.desk.cancel(fx.CancelTicket("back", ticket.id))
    assert desk.next(ev.TicketRefused).request_id == "back"


@pytest.mark.parametrize(
    ("fault", "error"),
    [("503", NotNow), ("429", NotNow), ("garbage", BadAnswer), ("shape", BadAnswer),
     ("slow", NoAnswer), ("hangup", NoAnswer), ("409", Refused)],
)  # fmt: skip
def test_every_trouble_has_its_own_error(server: Any, fault: str, error: type) -> None:
    server.hall_fault = fault
    with pytest.raises(error):
        read_hall(QueueClient(settings(server.url)).hall())


def test_nobody_there_is_unreachable_and_a_wrong_token_is_refused(server: Any) -> None:
    with pytest.raises(Unreachable):
        QueueClient(settings("http://127.0.0.1:9")).hall()
    wrong = ServerSettings(url=server.url, hall="demo", kiosk_id="k", token="other")
    with pytest.raises(Refused) as refusal:
        QueueClient(wrong).hall()
    assert refusal.value.refusal == "unauthorized"
    assert "other" not in repr(wrong)


def test_the_watch_tells_changes_and_loss_and_return(server: Any) -> None:
    events: queue.SimpleQueue[ev.Event] = queue.SimpleQueue()
    watch = HallWatch(QueueClient(settings(server.url)), settings(server.url), events.put)
    watch.start()
    first = events.get(timeout=5)
    assert isinstance(first, ev.HallSeen)
    assert [s.waiting for s in first.hall.services] == [3, 6]
    time.sleep(0.4)
    assert events.empty(), "an unchanged hall is not told again"
    server.hall_fault = "503"
    assert isinstance(events.get(timeout=5), ev.HallLost)
    server.hall_fault = ""
    back = events.get(timeout=5)
    while isinstance(back, ev.HallLost):
        back = events.get(timeout=5)
    assert isinstance(back, ev.HallSeen)
    watch.stop()
    watch.join(timeout=3)
    assert not watch.is_alive()


@pytest.mark.parametrize(
    "change",
    [{"number": 7}, {"people_ahead": "6"}, {"wait": {"p50_s": 1}}, {"reprint": 1}, {"status": None},
     {"window": 4}, {"rejoined": "no"}],
)  # fmt: skip
def test_a_ticket_of_another_shape_is_no_ticket(server: Any, change: dict[str, Any]) -> None:
    right = server.take({"request_id": R, "service": "D"})
    assert read_ticket({"ticket": right}).number == "D001"
    with pytest.raises(BadAnswer):
        read_ticket({"ticket": {**right, **change}})


def test_a_ticket_that_was_held_before_says_where_it_is(server: Any) -> None:
    right = server.take({"request_id": R, "service": "D"})
    found = read_ticket({"ticket": {**right, "reprint": True, "status": "called", "window": "4"}})
    assert (found.status, found.window, found.beyond_waiting) == ("called", "4", True)
    again = read_ticket({"ticket": {**right, "rejoined": True}})
    assert (again.rejoined, again.held_before, again.beyond_waiting) == (True, True, False)
    older = {key: value for key, value in right.items() if key != "rejoined"}
    assert not read_ticket({"ticket": older}).rejoined


@pytest.mark.parametrize(("min_age", "limits"), [(60, (60,)), (None, ()), ("absent", ())])
def test_the_age_of_a_priority_class_is_the_servers(
    server: Any, min_age: object, limits: tuple[int, ...]
) -> None:
    named = {"id": "elderly", "name": "老年人", "name_en": "Elderly"}
    aged = named if min_age == "absent" else {**named, "min_age": min_age}
    server.hall = {**hall_server.HALL, "priority_classes": [aged]}
    assert read_hall(QueueClient(settings(server.url)).hall()).priority_ages == limits
