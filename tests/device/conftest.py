"""Virtual devices on real ptys and sockets for the device tests; each test gets its own.

`pytest tests/device --device KIND=URL` runs the contract tests of that kind against a real device
instead of its simulator; a person is asked on the terminal for what a hand must do.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hardware.ports import TicketContent
from hardware.simulators.card_reader import VirtualCardReader
from hardware.simulators.people import People, load_people
from hardware.simulators.printer import VirtualPrinter

ROOT = Path(__file__).parents[2]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--device", action="append", default=[], metavar="KIND=URL", help="card=/dev/ttyUSB0, …"
    )


@pytest.fixture(scope="session")
def real_devices(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """What --device named: kind → URL."""
    named = request.config.getoption("--device", default=[])
    wrong = [each for each in named if "=" not in each]
    assert not wrong, f"--device wants KIND=URL, not {wrong}"
    return dict(each.split("=", 1) for each in named)


@pytest.fixture
def ask_hand(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Tells the person at a real device what to do, past pytest's capture."""

    def ask(words: str) -> None:
        capture = pytestconfig.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            print(f"\n>>> {words}", flush=True)

    return ask


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
    def wait(condition: Callable[[], bool], within_s: float = 15.0) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, "did not happen in time"
            time.sleep(0.01)

    return wait
