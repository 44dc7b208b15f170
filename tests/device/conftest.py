"""Virtual devices on real ptys and sockets for the device tests; each test gets its own."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hardware.ports import TicketContent
from hardware.simulators.card_reader import VirtualCardReader
from hardware.simulators.people import People, load_people
from hardware.simulators.printer import VirtualPrinter

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def people() -> People:
    return load_people(ROOT / "config" / "demo" / "people.toml")


@pytest.fixture
def printer() -> Iterator[tuple[VirtualPrinter, str]]:
    """The printer and its URL; paper moves fast so that tests do."""
    virtual = VirtualPrinter(print_speed_mm_s=1500)
    host, port = virtual.start("127.0.0.1", 0)
    yield virtual, f"tcp://{host}:{port}"
    virtual.stop()
    assert virtual.rejected == []


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[VirtualCardReader]:
    virtual = VirtualCardReader(tmp_path / "card-reader")
    virtual.start()
    yield virtual
    virtual.stop()


@pytest.fixture
def content() -> TicketContent:
    return TicketContent(
        hall_name="示范县人力资源和社会保障服务大厅",
        number="D023",
        service_name="退休人员社会化管理",
        issued_at=datetime(2026, 3, 9, 1, 41, tzinfo=UTC),
        people_ahead=6,
        wait_text="约 12–20 分钟",
        window_text="4、7、8 号窗口",
        follow_url="http://hall.invalid/t/Zk3v9QmX2bLw8RtA",
    )


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool], float], None]:
    def wait(condition: Callable[[], bool], within_s: float = 5.0) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, "did not happen in time"
            time.sleep(0.01)

    return wait
