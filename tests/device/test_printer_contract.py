"""What every printer must do, simulated or real: the driver's promise, link by link.

The simulator runs as a process of its own; its faults are set over its page. With
`--device printer=URL` (and `--device printer-profile=NAME`) the same tests ask a person at a real
printer to do what the page does else.
"""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hardware.ports import PrinterState, PrintOutcome
from hardware.ticket_printer.profile import load_profile
from hardware.wiring import PrinterSettings, make_printer

ROOT = Path(__file__).parents[2]
LINKS = ("tcp", "serial")


@dataclass(frozen=True)
class Stand:
    """A printer and a hand. `break_it` takes a fault of the simulator's page."""

    urls: dict[str, str]
    profile: str
    break_it: Callable[[str, str], None]
    real: bool

    def driver(self, link: str):
        if link not in self.urls:
            pytest.skip("a real printer has one link")
        return make_printer(PrinterSettings(self.urls[link], self.profile))


@pytest.fixture(scope="module")
def simulators(tmp_path_factory) -> Iterator[dict]:
    folder = tmp_path_factory.mktemp("simulators")
    words = ["--page", "127.0.0.1:0", "--printer", "127.0.0.1:0", "--camera", "127.0.0.1:0"]
    links = ["--reader-link", str(folder / "reader"), "--printer-link", str(folder / "printer")]
    command = [sys.executable, "-m", "hardware", "simulate", "devices", *words, *links]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        ready = json.loads(process.stdout.readline())
        yield {**ready, "serial": f"serial://{folder / 'printer'}?baud=115200"}
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        process.stdout.close()


def set_fault(page: str, fault: str) -> None:
    request = urllib.request.Request(
        f"{page}api/printer/fault",
        json.dumps({"fault": fault}).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=5).close()


@pytest.fixture
def stand(request, real_devices, ask_hand) -> Iterator[Stand]:
    if "printer" in real_devices:

        def by_hand(fault: str, words: str) -> None:
            ask_hand(f"{words}; you have 15 s")
            time.sleep(15)

        url = real_devices["printer"]
        profile = real_devices.get("printer-profile", "generic-80mm")
        yield Stand({"tcp": url}, profile, by_hand, True)
        return
    started = request.getfixturevalue("simulators")
    urls = {"tcp": started["printer"], "serial": started["serial"]}
    yield Stand(
        urls, "generic-80mm-text", lambda fault, _: set_fault(started["page"], fault), False
    )
    set_fault(started["page"], "none")


@pytest.mark.parametrize("link", LINKS)
def test_a_ready_printer_is_ok_and_confirms_or_says_that_it_cannot_tell(stand, link, content):
    driver = stand.driver(link)
    talks = load_profile(stand.profile).status_replies
    assert driver.status().state in (PrinterState.OK, PrinterState.NEAR_END) or not talks
    result = driver.print_ticket(content)
    assert result.outcome is (PrintOutcome.CONFIRMED if talks else PrintOutcome.UNKNOWN)
    driver.close()


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize(
    ("fault", "words", "state"),
    [
        ("paper_out", "take the paper out", PrinterState.OUT),
        ("cover_open", "open the cover", PrinterState.COVER_OPEN),
        ("gone", "switch the printer off", PrinterState.OFFLINE),
    ],
)
def test_a_printer_in_trouble_says_which_prints_nothing_and_comes_back(
    stand, link, content, fault, words, state
):
    driver = stand.driver(link)
    stand.break_it(fault, words)
    assert (driver.status().state, driver.status().can_print) == (state, False)
    result = driver.print_ticket(content)
    assert (result.outcome, result.bytes_sent) == (PrintOutcome.FAILED, 0)
    stand.break_it("none", "put it right again")
    assert driver.print_ticket(content).outcome is PrintOutcome.CONFIRMED


@pytest.mark.parametrize("link", LINKS)
def test_a_silent_printer_is_unknown_and_never_out_of_paper(stand, link, content):
    if stand.real:
        pytest.skip("a printer that answers cannot be made silent by hand")
    stand.break_it("mute", "")
    driver = stand.driver(link)
    assert driver.status().state is PrinterState.UNKNOWN
    assert driver.print_ticket(content, timeout_s=1.5).outcome is PrintOutcome.UNKNOWN
