"""What goes wrong in the middle of a ticket, and answers that come late, mixed up or not at all."""

import dataclasses
import time

import pytest

from hardware.health import TellsHealth
from hardware.ports import PrinterState, PrintOutcome
from hardware.simulators.printer import PrinterFault, VirtualPrinter
from hardware.ticket_printer.driver import EscPosTicketPrinter
from hardware.ticket_printer.layout import load_layout
from hardware.ticket_printer.link import open_link
from hardware.ticket_printer.profile import load_profile
from hardware.ticket_printer.protocol import ASK_PAPER_IN_ORDER

CLEARED = 2  # DLE ENQ 2
RESUMED = 1  # DLE ENQ 1


def make(url: str, profile: str = "generic-80mm", **changes) -> EscPosTicketPrinter:
    changed = dataclasses.replace(load_profile(profile), **changes)
    return EscPosTicketPrinter(lambda deadline: open_link(url, deadline), changed, load_layout())


@pytest.mark.parametrize("end_of_ticket", ["job", "paper"])
@pytest.mark.parametrize("automatic_status", [True, False])
def test_every_way_to_know_the_end_confirms(printer, content, end_of_ticket, automatic_status):
    virtual, url = printer
    driver = make(url, end_of_ticket=end_of_ticket, automatic_status=automatic_status)
    result = driver.print_ticket(content)
    assert (result.outcome, result.status.state) == (PrintOutcome.CONFIRMED, PrinterState.OK)
    assert len(virtual.tickets()) == 1


@pytest.mark.parametrize("end_of_ticket", ["job", "paper"])
def test_automatic_status_mixed_into_every_answer_changes_nothing(printer, content, end_of_ticket):
    virtual, url = printer
    virtual.set_fault(PrinterFault.CHATTY)
    driver = make(url, end_of_ticket=end_of_ticket)
    assert driver.status().state is PrinterState.OK
    assert driver.print_ticket(content).outcome is PrintOutcome.CONFIRMED


FAULTS = [
    (PrinterFault.PAPER_OUT, PrinterState.OUT),
    (PrinterFault.COVER_OPEN, PrinterState.COVER_OPEN),
    (PrinterFault.CUTTER, PrinterState.CUTTER),
    (PrinterFault.ERROR, PrinterState.ERROR),
    (PrinterFault.OFFLINE, PrinterState.OFFLINE),
]


@pytest.mark.parametrize(
    ("profile", "fault", "state"),
    [
        *(("generic-80mm", *each) for each in FAULTS),
        *(("epson-tm-80mm", *each) for each in FAULTS[:3]),
        ("kiosk-80mm", *FAULTS[0]),
    ],
)
def test_a_fault_within_a_ticket_fails_it_and_clears_the_rest(
    printer, content, eventually, profile, fault, state
):
    virtual, url = printer
    virtual.set_fault(fault, after_mm=30)
    result = make(url, profile).print_ticket(content, timeout_s=6)
    assert (result.outcome, result.status.state) == (PrintOutcome.FAILED, state)
    eventually(lambda: CLEARED in virtual.recoveries)
    virtual.set_fault(PrinterFault.NONE)
    assert make(url, profile).print_ticket(content).outcome is PrintOutcome.CONFIRMED
    assert len(virtual.tickets()) == 1


def test_automatic_status_alone_is_enough_for_a_printer_that_answers_no_question(printer, content):
    virtual, url = printer
    driver = make(url, status_replies=False, automatic_status=True)
    assert driver.print_ticket(content).outcome is PrintOutcome.CONFIRMED
    virtual.set_fault(PrinterFault.COVER_OPEN)
    result = driver.print_ticket(content, timeout_s=2)
    assert result.outcome is not PrintOutcome.CONFIRMED
    assert len(virtual.tickets()) == 1


def test_a_cutter_that_slips_is_resumed_and_the_ticket_is_whole(printer, content):
    virtual, url = printer
    virtual.set_fault(PrinterFault.CUTTER_SLIP, after_mm=30)
    result = make(url).print_ticket(content, timeout_s=6)
    assert result.outcome is PrintOutcome.CONFIRMED
    assert virtual.recoveries == [RESUMED]
    assert len(virtual.tickets()) == 1


def test_a_cleared_jam_needs_no_switching_off(printer, content):
    """The printer waits for DLE ENQ once a hand has cleared the jam."""
    virtual, url = printer
    virtual.set_fault(PrinterFault.CUTTER)
    driver = make(url)
    assert driver.status().state is PrinterState.CUTTER
    virtual.set_fault(PrinterFault.NONE)
    assert driver.status().state is PrinterState.OK
    assert driver.print_ticket(content).outcome is PrintOutcome.CONFIRMED


def test_recovery_by_hand_resumes_or_clears(printer):
    virtual, url = printer
    driver = make(url)
    assert driver.recover(resume=True).state is PrinterState.OK
    assert driver.recover(resume=False).state is PrinterState.OK
    assert virtual.recoveries == [RESUMED, CLEARED]


def test_late_answers_are_never_taken_for_answers_to_other_questions(printer):
    virtual, url = printer
    virtual.set_fault(PrinterFault.LATE)
    status = make(url).status(timeout_s=4)
    assert (status.state, status.can_print) == (PrinterState.UNKNOWN, None)


def test_a_slow_converter_is_waited_for_when_the_profile_says_so(printer):
    virtual, url = printer
    virtual.set_fault(PrinterFault.LATE)
    assert make(url, answer_within_s=1.5).status(timeout_s=8).state is PrinterState.OK


@pytest.fixture
def slow_line():
    """9600 baud over TCP, as behind a serial server."""
    virtual = VirtualPrinter(print_speed_mm_s=1500, line_bytes_per_s=960)
    host, port = virtual.start("127.0.0.1", 0)
    yield virtual, f"tcp://{host}:{port}"
    virtual.stop()


def test_a_short_ticket_gets_through_a_slow_line(slow_line, content):
    virtual, url = slow_line
    result = make(url, "generic-58mm", answer_within_s=3).print_ticket(content, timeout_s=25)
    assert result.outcome is PrintOutcome.CONFIRMED
    assert result.elapsed_s > 2
    assert virtual.wait_for_tickets(1, 10)  # without a cutter it ends with the connection


def test_a_line_too_slow_for_the_ticket_fails_in_time_and_leaves_nothing(slow_line, content):
    virtual, url = slow_line
    result = make(url, "generic-80mm", answer_within_s=3).print_ticket(content, timeout_s=2.5)
    assert result.outcome in (PrintOutcome.FAILED, PrintOutcome.UNKNOWN)
    assert result.elapsed_s < 8
    assert virtual.tickets() == []


def test_switched_off_within_a_ticket_and_back(printer, content):
    virtual, url = printer
    driver = make(url)
    virtual.set_fault(PrinterFault.GONE, after_mm=30)
    result = driver.print_ticket(content, timeout_s=5)
    assert result.outcome is not PrintOutcome.CONFIRMED
    assert result.status.state is PrinterState.OFFLINE
    assert driver.status().state is PrinterState.OFFLINE
    virtual.set_fault(PrinterFault.NONE)
    assert driver.status().state is PrinterState.OK
    assert driver.print_ticket(content).outcome is PrintOutcome.CONFIRMED
    assert len(virtual.tickets()) == 1


class DyingPrinter:
    """A line on which a printer loses its power within a ticket: one zero byte, then nothing."""

    fresh = two_way = True

    def __init__(self):
        self._answers, self._dead = b"", False

    def write(self, data, deadline):
        if data == ASK_PAPER_IN_ORDER:
            self._answers, self._dead = b"\x00", True
        elif data.startswith(b"\x10\x04") and not self._dead:
            self._answers = b"\x12"

    def read(self, deadline):
        answers, self._answers = self._answers, b""
        if not answers:
            time.sleep(max(0.0, deadline - time.monotonic()))
        return answers

    def close(self):
        """Nothing is open."""


def test_a_zero_byte_of_a_printer_that_dies_confirms_nothing(content):
    profile = dataclasses.replace(load_profile("generic-80mm"), answer_within_s=0.1)
    driver = EscPosTicketPrinter(lambda _: DyingPrinter(), profile, load_layout())
    assert driver.status().state is PrinterState.OK
    result = driver.print_ticket(content)
    assert (result.outcome, result.status.state) == (PrintOutcome.UNKNOWN, PrinterState.UNKNOWN)


def test_a_printer_asked_while_the_paper_may_still_move_confirms_nothing(printer, content):
    _, url = printer
    driver = make(url, end_of_ticket="none", print_speed_mm_s=10)
    result = driver.print_ticket(content, timeout_s=3)
    assert (result.outcome, result.status.state) == (PrintOutcome.UNKNOWN, PrinterState.OK)


def test_the_driver_tells_its_health(printer, content):
    virtual, url = printer
    driver = make(url, "epson-tm-80mm")
    assert isinstance(driver, TellsHealth)
    driver.status()
    assert driver.health().firmware == "SIMULATED VP-80 1.07 ESC/POS"
    driver.print_ticket(content)
    virtual.set_fault(PrinterFault.PAPER_OUT)
    driver.print_ticket(content)
    health = driver.health()
    assert (health.state, health.successes, health.tickets_left) == ("out", 1, 0)
    assert health.errors == {"ticket_out": 1}
    assert health.last_success_at is not None
    virtual.set_fault(PrinterFault.NONE)
    driver.status()
    assert driver.health().tickets_left > 300  # a new roll of 80 m


def test_a_printer_away_counts_once_however_often_it_is_asked(printer):
    virtual, url = printer
    driver = make(url)
    virtual.set_fault(PrinterFault.GONE)
    began = time.monotonic()
    for _ in range(5):
        assert driver.status().state is PrinterState.OFFLINE
    assert driver.health().errors == {"device_missing": 1}
    assert time.monotonic() - began < 5  # each of them may take 2
    virtual.set_fault(PrinterFault.NONE)
    assert driver.status().state is PrinterState.OK
