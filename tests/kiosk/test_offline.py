"""Numbers given out while the server is away: once, on disk first, handed in once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.flow.facts import LeaseFacts
from kiosk.gateway.client import QueueClient
from kiosk.gateway.desk import TicketDesk
from kiosk.gateway.errors import BadAnswer, NoAnswer, Unreachable
from kiosk.gateway.keeping import KeptFile
from kiosk.gateway.lease_book import LeaseBook, Stage, Wanted
from kiosk.gateway.lease_keeper import HallClock, LeaseKeeper
from kiosk.gateway.offline import OfflineDrawer
from kiosk.samples import PERSON, sample_hall
from kiosk.settings import ServerSettings
from tests.kiosk import hall_server
from tests.support.server import ServerProcess

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LATER = timedelta(hours=1)


def lease(first: int = 4, last: int = 6, until: datetime = NOON + LATER) -> dict[str, Any]:
    return {
        "id": "l1",
        "kiosk": "kiosk-1",
        "day": "2026-03-02",
        "prefix": "D",
        "service": "D",
        "digits": 3,
        "first": first,
        "last": last,
        "left": [[first, last]],
        "lent_at": "2026-03-02T01:00:00Z",
        "valid_until": until.isoformat(),
    }


def book_in(folder: Path, now: Callable[[], datetime] = lambda: NOON) -> LeaseBook:
    book = LeaseBook(KeptFile(folder / "numbers.json"), now)
    book.open()
    return book


@pytest.fixture
def book(tmp_path: Path) -> LeaseBook:
    made = book_in(tmp_path)
    made.take_in([lease()])  # type: ignore[list-item]
    return made


def numbers(book: LeaseBook, *requests: str) -> list[str | None]:
    given = [book.give(Wanted(request, "D")) for request in requests]
    return [each.number if each else None for each in given]


def test_numbers_count_up_once_a_request_and_end(book: LeaseBook) -> None:
    assert numbers(book, "a", "b", "a", "c", "d") == ["D004", "D005", "D004", "D006", None]
    assert book.give(Wanted("e", "A")) is None
    assert book.left() == LeaseFacts((("D", 0),))


def test_no_number_is_given_twice_by_a_kiosk_that_was_killed(
    book: LeaseBook, tmp_path: Path
) -> None:
    numbers(book, "a")
    after = book_in(tmp_path)
    assert numbers(after, "b") == ["D005"]
    after.take_in([lease()])  # the server knows of neither yet
    assert numbers(book_in(tmp_path), "c") == ["D006"]


@pytest.mark.parametrize(
    ("stage", "becomes"),
    [
        (Stage.GIVEN, Stage.CANCELLED),
        (Stage.UNPRINTED, Stage.CANCELLED),
        (Stage.PRINTING, Stage.SETTLED),
        (Stage.SETTLED, Stage.SETTLED),
    ],
)
def test_what_was_cut_off_is_cancelled_unless_paper_may_be_out(
    book: LeaseBook, tmp_path: Path, stage: Stage, becomes: Stage
) -> None:
    given = book.give(Wanted("a", "D"))
    assert given is not None
    book.mark(given.id, stage)
    (due,) = book_in(tmp_path).due(NOON - LATER)
    assert (due.stage, due.printed) == (becomes, None)


def test_a_full_disk_gives_no_number(book: LeaseBook, tmp_path: Path) -> None:
    numbers(book, "a")
    kept = (tmp_path / "numbers.json").read_bytes()
    (tmp_path / "numbers.json").unlink()
    (tmp_path / "numbers.json").mkdir()  # nothing can be put in its place
    assert numbers(book, "b") == [None]
    (tmp_path / "numbers.json").rmdir()
    (tmp_path / "numbers.json").write_bytes(kept)
    assert numbers(book, "b") == ["D005"]


def test_a_lease_ends_with_its_day_whatever_the_machines_clock_says(tmp_path: Path) -> None:
    ticks = [0.0]
    clock = HallClock(lambda: ticks[0])
    clock.saw({"now": NOON.isoformat()})
    book = book_in(tmp_path, clock.now)
    book.take_in([lease(until=NOON + timedelta(minutes=30))])  # type: ignore[list-item]
    ticks[0] = 29 * 60.0
    assert book.left().of("D") == 3
    ticks[0] = 31 * 60.0
    assert book.left().of("D") == 0
    assert numbers(book, "a") == [None]


def test_a_torn_file_lends_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    torn = '{"blocks": [{"id"'
    (tmp_path / "numbers.json").write_text(torn, encoding="utf-8")
    book = book_in(tmp_path)
    assert book.left() == LeaseFacts()
    assert (tmp_path / "numbers.unreadable").read_text(encoding="utf-8") == torn
    # Which of the lent numbers are on paper nobody knows: none of them is given again.
    book.take_in([lease()])  # type: ignore[list-item]
    assert numbers(book, "a") == [None]
    later = book_in(tmp_path)
    later.take_in([lease(), {**lease(31, 33), "id": "l2"}])  # type: ignore[list-item]
    assert numbers(later, "a", "b") == ["D031", "D032"]


@pytest.mark.parametrize("until", ["tomorrow", "2026-03-02T05:00:00", 7])
def test_a_lease_without_a_right_end_is_refused_at_the_edge(book: LeaseBook, until: Any) -> None:
    with pytest.raises(BadAnswer):
        book.take_in([{**lease(), "valid_until": until}])  # type: ignore[list-item]
    assert numbers(book, "a") == ["D004"], "what was known stands"


@pytest.mark.parametrize("stage", list(Stage))
def test_what_was_given_up_never_comes_back(book: LeaseBook, stage: Stage) -> None:
    given = book.give(Wanted("a", "D"))
    assert given is not None
    book.mark(given.id, Stage.CANCELLED)
    book.mark(given.id, stage, False)
    (due,) = book.due(NOON - LATER)
    assert (due.stage, due.printed) == (Stage.CANCELLED, False)


class Server:
    """Takes tickets in as the real one does; `lost` answers are done and not heard."""

    def __init__(self) -> None:
        self.away, self.lost = False, 0
        self.taken: list[dict[str, Any]] = []
        self.given_back: list[str] = []
        self.reported: list[tuple[str, str]] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def borrow(self, request_id: str, size: int) -> Any:
        if self.away:
            raise Unreachable
        if self.given_back:
            return {"leases": [{**lease(7, 9), "id": "l2"}]}
        used = {t["serial"] for t in self.taken}
        left = [[n, n] for n in range(4, 7) if n not in used]
        return {"leases": [{**lease(), "left": left}]}

    def give_back(self, request_id: str, leases: Any) -> Any:
        self.given_back += leases
        return {"tickets": [], "given_back": [], "leases": []}

    def hand_in(self, request_id: str, tickets: Any) -> Any:
        if self.away:
            raise Unreachable
        known = {t["id"] for t in self.taken}
        self.taken += [t for t in tickets if t["id"] not in known]
        self.meanwhile()
        if self.lost:
            self.lost -= 1
            raise NoAnswer
        result = {True: "known", False: "joined"}
        return {"tickets": [{"id": t["id"], "result": result[t["id"] in known]} for t in tickets]}

    def report(self, ticket_id: str, what: str, request_id: str) -> Any:
        self.reported.append((ticket_id, what))


def keeper_of(server: Server, book: LeaseBook, told: list[ev.Event]) -> LeaseKeeper:
    clock = HallClock()
    clock.saw({"now": NOON.isoformat()})
    return LeaseKeeper(server, book, clock, told.append, 3, 60.0)


def test_tickets_are_handed_in_once_with_their_own_times(book: LeaseBook) -> None:
    server = Server()
    keeper = keeper_of(server, book, [])
    server.away = True
    for request, stage, printed in (
        ("a", Stage.SETTLED, True),
        ("b", Stage.CANCELLED, None),
        ("c", Stage.PRINTING, None),
    ):
        given = book.give(Wanted(request, "D", "D-01", "elderly"))
        assert given is not None
        book.mark(given.id, stage, printed)
    assert not keeper.round()
    server.away, server.lost = False, 1
    assert not keeper.round()
    assert not keeper.round()  # c may still be printing: it is looked at again soon
    told = [(t["serial"], t["printed"], t["cancelled"]) for t in server.taken]
    assert told == [(4, True, False), (5, None, True)]
    assert server.taken[0]["issued_at"].startswith("2026-03-02T04:00:00")
    assert "person" not in server.taken[0]
    assert server.taken[0]["priority_class"] == "elderly"
    assert book.left().of("D") == 0


def test_a_number_given_back_while_it_is_handed_in_is_given_back_at_the_server(
    book: LeaseBook,
) -> None:
    server = Server()
    given = book.give(Wanted("a", "D"))
    assert given is not None
    book.mark(given.id, Stage.SETTLED, True)
    server.meanwhile = lambda: book.mark(given.id, Stage.CANCELLED)
    assert keeper_of(server, book, []).round()
    assert [t["cancelled"] for t in server.taken] == [False]
    assert server.reported == [(given.id, "cancel")]
    assert book.ticket(given.id) is None


def test_blocks_that_nothing_is_known_of_go_back_so_that_others_are_lent(tmp_path: Path) -> None:
    (tmp_path / "numbers.json").write_text("torn", encoding="utf-8")
    book, server = book_in(tmp_path), Server()
    server.away = True
    assert not keeper_of(server, book, []).round()
    server.away = False
    assert keeper_of(server, book, []).round()
    assert (server.given_back, book.barred()) == (["l1"], ())
    assert numbers(book, "a") == ["D007"]


def test_a_number_that_nobody_says_a_word_of_is_handed_in_as_uncertain(book: LeaseBook) -> None:
    server = Server()
    given = book.give(Wanted("a", "D"))
    assert given is not None
    assert book.due(NOON - timedelta(seconds=1)) == ()
    clock = HallClock()
    clock.saw({"now": (NOON + timedelta(minutes=4)).isoformat()})
    keeper = LeaseKeeper(server, book, clock, lambda _event: None, 3, 60.0)
    assert keeper.round()
    assert [(t["serial"], t["printed"]) for t in server.taken] == [(4, None)]


# --- the desk -----------------------------------------------------------------------------------

ASK = fx.RequestTicket("6a1f0a58-6f0e-4a55-8f8e-0d8c6f1f0a01", "D", PERSON, None, None, "elderly")
AGAIN = fx.RequestTicket("6a1f0a58-6f0e-4a55-8f8e-0d8c6f1f0a02", "D", PERSON)


def eventually(true: Callable[[], object]) -> None:
    until = time.monotonic() + 10.0
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def desk_of(url: str, drawer: OfflineDrawer, told: list[ev.Event]) -> TicketDesk:
    settings = ServerSettings(
        url,
        "demo",
        "kiosk-1",
        hall_server.TOKEN,
        retry_first_s=0.05,
        retry_longest_s=0.1,
        answer_timeout_s=0.3,
    )
    return TicketDesk(QueueClient(settings), settings, told.append, drawer)


def issued(told: list[ev.Event]) -> list[ev.TicketIssued]:
    return [event for event in told if isinstance(event, ev.TicketIssued)]


def test_without_a_server_a_number_comes_at_once_and_the_same_card_gets_it_again(
    book: LeaseBook, tmp_path: Path
) -> None:
    told: list[ev.Event] = []
    drawer = OfflineDrawer(book, lambda: sample_hall())
    desk = desk_of("http://127.0.0.1:9", drawer, told)
    desk.request(ASK)
    eventually(lambda: issued(told))
    ticket = issued(told)[0].ticket
    assert (ticket.number, ticket.offline, ticket.priority_class) == ("D004", True, "elderly")
    assert ticket.service_name == "退休人员社会化管理"
    drawer.printing(ticket)
    desk.report(fx.ReportPrinted("r", ticket.id))
    eventually(lambda: book.due(NOON - LATER))
    desk.request(AGAIN)
    eventually(lambda: len(issued(told)) == 2)
    again = issued(told)[1].ticket
    assert (again.id, again.reprint) == (ticket.id, True)
    kept = (tmp_path / "numbers.json").read_text(encoding="utf-8")
    assert PERSON.id_number not in kept
    assert PERSON.name not in kept
    desk.cancel(fx.CancelTicket("c", ticket.id))
    eventually(lambda: ev.TicketCancelled("c") in told)
    eventually(lambda: book.due(NOON - LATER)[0].stage is Stage.CANCELLED)
    desk.stop()


def test_a_number_kept_without_paper_stays_whatever_is_said_of_its_paper(book: LeaseBook) -> None:
    drawer = OfflineDrawer(book, lambda: None)
    ticket = drawer.give(ASK, None)
    assert ticket is not None
    drawer.settle(ticket.id, "keep")
    drawer.settle(ticket.id, "print-failed")
    (due,) = book.due(NOON - LATER)
    assert (due.stage, due.printed) == (Stage.SETTLED, False)


def test_words_about_a_ticket_are_written_down_in_the_order_they_were_said(
    book: LeaseBook,
) -> None:
    """Its paper failed after its person had left: the number goes back, however slow the disk."""
    drawer = OfflineDrawer(book, lambda: None)
    ticket = drawer.give(ASK, None)
    assert ticket is not None
    settled: list[str] = []

    def slowly(ticket_id: str, what: str) -> bool:
        time.sleep(0.05 if what == "print-failed" else 0.0)
        settled.append(what)
        return OfflineDrawer.settle(drawer, ticket_id, what)

    drawer.settle = slowly  # type: ignore[method-assign]
    told: list[ev.Event] = []
    desk = desk_of("http://127.0.0.1:9", drawer, told)
    desk.report(fx.ReportPrintFailed("r", ticket.id))
    desk.cancel(fx.CancelTicket("c", ticket.id))
    eventually(lambda: len(settled) == 2)
    eventually(lambda: book.due(NOON - LATER))
    assert settled == ["print-failed", "cancel"]
    assert [t.stage for t in book.due(NOON - LATER)] == [Stage.CANCELLED]
    assert told == [ev.TicketCancelled("c")]
    desk.stop()


def test_what_is_said_of_a_ticket_just_handed_in_the_server_is_told(book: LeaseBook) -> None:
    server = hall_server.HallServer()
    try:
        drawer = OfflineDrawer(book, lambda: None)
        ticket = drawer.give(ASK, None)
        assert ticket is not None
        drawer.has = lambda _: True  # type: ignore[method-assign]  # asked a moment before
        book.handed(book.due(NOON + LATER))
        desk = desk_of(server.url, drawer, [])
        desk.cancel(fx.CancelTicket("c", ticket.id))
        eventually(lambda: server.commands == [("cancel", ticket.id)])
        desk.stop()
    finally:
        server.close()


@pytest.fixture
def mute() -> Iterator[Any]:
    """A server that does everything and answers nothing in time."""
    made = hall_server.HallServer()
    made.slow_s = 0.6
    made.faults = ["slow"] * 4
    yield made
    made.close()


def test_after_a_doubtful_silence_one_number_stays_and_the_servers_goes_back(
    book: LeaseBook, mute: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.gateway.desk.OFFLINE_AFTER_S", 0.5)
    told: list[ev.Event] = []
    desk = desk_of(mute.url, OfflineDrawer(book, lambda: None), told)
    desk.request(ASK)
    eventually(lambda: ("cancel", "t1") in mute.commands)
    assert [event.ticket.number for event in issued(told)] == ["D004"]
    assert len(mute.tickets) == 1
    desk.stop()


# --- the real server ----------------------------------------------------------------------------


def test_the_real_server_takes_them_in_also_after_a_kill_between_hand_in_and_note(
    tmp_path: Path,
) -> None:
    (tmp_path / "server").mkdir()
    with ServerProcess(tmp_path / "server") as server:
        admin, kiosk = server.client("admin"), server.client("kiosk")
        settings = ServerSettings(server.url, "demo", "kiosk", kiosk.token or "")
        client, clock = QueueClient(settings), HallClock()
        clock.saw(client.hall())
        book = LeaseBook(KeptFile(tmp_path / "numbers.json"), clock.now)
        keeper = LeaseKeeper(client, book, clock, lambda _event: None, 5, 60.0)
        assert keeper.round()
        assert book.left().of("G") == 5
        given = book.give(Wanted("a", "G", "G-02", "pregnant"))
        assert given is not None
        book.mark(given.id, Stage.SETTLED, True)
        before = (tmp_path / "numbers.json").read_bytes()
        assert keeper.round()
        (tmp_path / "numbers.json").write_bytes(before)  # the note of it was lost with the power
        revived = LeaseBook(KeptFile(tmp_path / "numbers.json"), clock.now)
        revived.open()
        assert LeaseKeeper(client, revived, clock, lambda _event: None, 5, 60.0).round()
        _, body = admin.get(f"/api/v1/halls/demo/tickets/{given.id}")
        ticket = body["ticket"]
        assert (ticket["number"], ticket["offline"], ticket["printed"]) == (
            given.number,
            True,
            True,
        )
        assert (ticket["matter"], ticket["priority_class"]) == ("G-02", "pregnant")
        issued_ids = [e["data"]["ticket"] for e in admin.journal() if e["event"] == "ticket_issued"]
        assert issued_ids == [given.id]
        assert revived.left().of("G") == 4
        (tmp_path / "numbers.json").write_text("torn", encoding="utf-8")
        torn = LeaseBook(KeptFile(tmp_path / "numbers.json"), clock.now)
        torn.open()
        assert LeaseKeeper(client, torn, clock, lambda _event: None, 5, 60.0).round()
        anew = torn.give(Wanted("b", "G"))
        assert anew is not None
        assert anew.serial > given.serial + 4  # none of the block that it knew nothing of
