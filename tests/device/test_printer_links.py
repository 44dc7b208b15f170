"""The printer on a serial line, on USB and behind a spooler: found, unplugged and back again."""

import os
import stat
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import usb.core

from hardware.errors import SettingsUnusable
from hardware.ports import PrinterState, PrintOutcome
from hardware.simulators.printer import PrinterFault, VirtualPrinter
from hardware.simulators.printer_usb import PRODUCT, VENDOR, VirtualUsbPrinter
from hardware.ticket_printer.link import open_link
from hardware.ticket_printer.profile import load_profile
from hardware.ticket_printer.render import render
from hardware.ticket_printer.spool import status_of_reasons
from hardware.wiring import PrinterSettings, make_printer

USB_URL = f"usb://{VENDOR:04x}:{PRODUCT:04x}"


@pytest.fixture
def virtual():
    printer = VirtualPrinter(print_speed_mm_s=1500)
    yield printer
    printer.stop()
    assert printer.rejected == []


@pytest.fixture
def port(virtual, tmp_path: Path) -> Path:
    virtual.start_pty(tmp_path / "printer")
    return tmp_path / "printer"


def serial(port: Path, profile: str = "generic-80mm-text", more: str = ""):
    return make_printer(PrinterSettings(f"serial://{port}?baud=115200{more}", profile))


@pytest.mark.parametrize("profile", ["generic-80mm-text", "old-58mm", "generic-58mm"])
def test_a_serial_printer_confirms(virtual, port, content, profile):
    assert serial(port, profile).status().state is PrinterState.OK
    result = serial(port, profile).print_ticket(content)
    assert result.outcome is PrintOutcome.CONFIRMED
    assert virtual.wait_for_tickets(1, 10)


def test_a_printer_that_another_program_has_is_waited_for_and_then_refused(port, content):
    other = open_link(f"serial://{port}?baud=115200", time.monotonic() + 1)
    status = serial(port).status(timeout_s=0.3)
    assert (status.state, status.can_print) == (PrinterState.OFFLINE, False)
    assert "in use by another program" in status.detail
    threading.Timer(0.5, other.close).start()
    assert serial(port).print_ticket(content).outcome is PrintOutcome.CONFIRMED


def test_a_serial_adapter_pulled_out_within_a_ticket_and_back(virtual, port, content, eventually):
    driver = serial(port)
    virtual.set_fault(PrinterFault.GONE, after_mm=30)
    result = driver.print_ticket(content, timeout_s=6)
    assert result.outcome is not PrintOutcome.CONFIRMED
    assert not port.exists()
    assert driver.status().state is PrinterState.OFFLINE
    virtual.set_fault(PrinterFault.NONE)
    eventually(lambda: driver.status(10).state is PrinterState.OK)  # however slow the machine
    assert driver.print_ticket(content, timeout_s=30).outcome is PrintOutcome.CONFIRMED
    assert len(virtual.tickets()) == 1


def test_the_end_of_a_ticket_that_was_given_up_confirms_no_other(virtual, port, content):
    """On a line that stays, GS r of the slow ticket is answered while the next is under way."""
    driver = serial(port)
    virtual.set_fault(PrinterFault.OVERHEATED, after_mm=30)
    first = driver.print_ticket(content, timeout_s=1.0)
    assert first.outcome is PrintOutcome.UNKNOWN
    assert driver._unanswered == 1
    virtual._speed_dots_s = 1_500
    virtual.set_fault(PrinterFault.NONE)
    second = driver.print_ticket(content, timeout_s=8)
    assert second.outcome is PrintOutcome.CONFIRMED
    assert len(virtual.tickets()) == 2
    assert driver._unanswered == 0


def test_answers_lost_by_switching_off_are_not_waited_for_for_ever(virtual, port, content):
    driver = serial(port)
    driver._unanswered = 2  # of tickets that a printer forgot when it was switched off
    result = driver.print_ticket(content, timeout_s=8)
    assert result.outcome is PrintOutcome.CONFIRMED
    assert driver._unanswered == 0


@pytest.mark.parametrize("flow", ["none", "xonxoff"])
def test_flow_control_is_a_setting(port, flow):
    assert serial(port, more=f"&flow={flow}").status().state is PrinterState.OK


@pytest.mark.parametrize("more", ["?flow=magic", "?baud=fast"])
def test_a_wrong_serial_option_is_refused_at_wiring(port, more):
    with pytest.raises(SettingsUnusable):
        make_printer(PrinterSettings(f"serial://{port}{more}"))


@pytest.fixture
def bus(virtual) -> VirtualUsbPrinter:
    virtual.start_engine()
    return VirtualUsbPrinter(virtual)


def on_usb(bus: VirtualUsbPrinter, url: str = USB_URL):
    return make_printer(PrinterSettings(url), bus)


def test_a_usb_printer_is_found_by_its_descriptors_and_confirms(virtual, bus, content):
    driver = on_usb(bus)
    assert driver.status().state is PrinterState.OK
    assert driver.print_ticket(content).outcome is PrintOutcome.CONFIRMED
    assert len(virtual.tickets()) == 1
    assert bus.claimed == []  # given back after each errand


def test_no_errand_resets_the_usb_printer(bus, content):
    driver = on_usb(bus)
    driver.status()
    driver.print_ticket(content)
    assert bus.resets == 0


def test_endpoints_may_be_named_by_the_settings(bus):
    named = f"{USB_URL}?interface=1&out=0x03&in=0x84"
    assert on_usb(bus, named).status().state is PrinterState.OK
    assert on_usb(bus, f"{USB_URL}?interface=0").status().state is PrinterState.OFFLINE


def test_usb_unplugged_within_a_ticket_and_back(virtual, bus, content):
    driver = on_usb(bus)
    virtual.set_fault(PrinterFault.GONE, after_mm=30)
    result = driver.print_ticket(content, timeout_s=6)
    assert result.outcome is not PrintOutcome.CONFIRMED
    assert result.status.state is PrinterState.OFFLINE
    assert driver.status().state is PrinterState.OFFLINE
    virtual.set_fault(PrinterFault.NONE)
    assert driver.status().state is PrinterState.OK
    assert driver.print_ticket(content).outcome is PrintOutcome.CONFIRMED
    assert len(virtual.tickets()) == 1


def test_a_usb_printer_of_another_serial_number_is_not_it(bus):
    assert on_usb(bus, f"{USB_URL}?serial=A1").status().state is PrinterState.OFFLINE


def test_the_stand_in_is_what_pyusb_takes_for_a_device(bus):
    device = usb.core.find(backend=bus, idVendor=VENDOR)
    assert [each.bInterfaceClass for each in device.get_active_configuration()] == [3, 7]


@pytest.mark.parametrize(
    "url",
    ["usb://0fe6", "usb://0fe6:811e?out=x", "usb://0fe6:811e?speed=1", "cups:///", "cups://h"],
)
def test_a_malformed_address_is_refused_at_wiring(url):
    with pytest.raises(SettingsUnusable):
        make_printer(PrinterSettings(url))


SPOOLER = """#!/bin/sh
# A spooler of files: $SPOOL/job is what waits, $SPOOL/printed what went out.
cd "$SPOOL" || exit 1
case "$(basename "$0")" in
  lp) cat > printed.new; [ -f refuse ] && { echo 'lp: Destination does not accept' >&2; exit 1; }
      echo "$@" >> words
      if [ -f held ]; then mv printed.new job; else mv printed.new printed; fi
      echo 'request id is tickets-7 (1 file(s))';;
  lpstat) [ -f silent ] && exec sleep 30
      case "$*" in
        *-o*) [ -f dumb ] && exit 1
            [ -f job ] && echo 'tickets-7  kiosk  1024  Mon 09 Mar 2026';;
        *) [ -f unknown ] && { echo 'lpstat: Invalid destination name' >&2; exit 1; }
           if [ -f stopped ]; then echo 'printer tickets disabled since Mon -'
           elif [ -f busy ]; then echo 'printer tickets now printing tickets-6.  enabled'
           elif [ -f begun ]; then echo 'printer tickets now printing tickets-7.  enabled'
           else echo 'printer tickets is idle.  enabled since Mon'; fi
           [ -f alerts ] && printf '\\tAlerts: %s\\n' "$(cat alerts)";;
      esac; exit 0;;
  cancel) rm -f job; echo "$1" >> cancelled;;
esac
"""


@pytest.fixture
def spool(tmp_path: Path, monkeypatch) -> Path:
    """lp, lpstat and cancel on PATH, as one shell script."""
    for name in ("lp", "lpstat", "cancel"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(SPOOLER)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SPOOL", str(tmp_path))
    return tmp_path


def queue(url: str = "cups:///tickets"):
    return make_printer(PrinterSettings(url))


def test_a_queue_takes_the_ticket_and_is_never_believed_more_than_it_says(spool, content):
    result = queue().print_ticket(content)
    assert (result.outcome, result.status.state) == (PrintOutcome.UNKNOWN, PrinterState.UNKNOWN)
    printed = (spool / "printed").read_bytes()
    assert len(printed) == result.bytes_sent
    width = load_profile("generic-80mm").paper_width_dots
    text, *_ = cv2.QRCodeDetector().detectAndDecode(np.array(render(printed, width)))
    assert text == content.follow_url
    words = (spool / "words").read_text()
    assert "-o raw" in words
    assert "-h" not in words


def test_a_queue_of_another_machine_is_named_to_the_commands(spool, content):
    queue("cups://spooler:631/tickets").print_ticket(content)
    assert "-h spooler:631 -d tickets" in (spool / "words").read_text()


@pytest.mark.parametrize(
    ("mark", "state"),
    [("stopped", PrinterState.OFFLINE), ("unknown", PrinterState.OFFLINE)],
)
def test_a_queue_that_is_stopped_or_not_there_gets_nothing(spool, content, mark, state):
    (spool / mark).touch()
    result = queue().print_ticket(content)
    assert (result.outcome, result.status.state, result.bytes_sent) == (
        PrintOutcome.FAILED, state, 0,
    )  # fmt: skip
    assert not (spool / "words").exists()


def test_what_the_queue_says_of_the_paper_is_believed(spool, content):
    (spool / "alerts").write_text("media-empty-error")
    result = queue().print_ticket(content)
    assert (result.outcome, result.status.state) == (PrintOutcome.FAILED, PrinterState.OUT)


def test_a_refused_ticket_is_a_failure(spool, content):
    (spool / "refuse").touch()
    assert queue().print_ticket(content).outcome is PrintOutcome.FAILED


@pytest.mark.parametrize(
    ("mark", "outcome"), [("idle", "unknown"), ("begun", "unknown"), ("busy", "failed")]
)
def test_a_ticket_that_the_queue_keeps_is_taken_back(spool, content, mark, outcome):
    """It is certainly not on paper only where another job stood before it all the time: an idle
    queue may have begun it while it was being cancelled."""
    (spool / "held").touch()
    (spool / mark).touch()
    result = queue().print_ticket(content, timeout_s=2)
    assert result.outcome.value == outcome
    assert (spool / "cancelled").read_text() == "tickets-7\n"
    assert not (spool / "job").exists()


def test_a_ticket_in_the_hands_of_a_spooler_that_falls_silent_is_cancelled(spool, content):
    for mark in ("held", "dumb"):
        (spool / mark).touch()
    result = queue().print_ticket(content, timeout_s=2)
    assert result.outcome is PrintOutcome.UNKNOWN
    assert (spool / "cancelled").read_text() == "tickets-7\n"


def test_a_spooler_that_hangs_is_given_up_in_time(spool):
    (spool / "silent").touch()
    began = time.monotonic()
    assert queue().status(timeout_s=0.5).state is PrinterState.OFFLINE
    assert time.monotonic() - began < 3


def test_no_spooler_on_the_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    status = queue().status()
    assert status.state is PrinterState.OFFLINE
    assert "cups-client" in status.detail


@pytest.mark.parametrize(
    ("reasons", "state", "can_print"),
    [
        (["none"], PrinterState.UNKNOWN, None),
        ([], PrinterState.UNKNOWN, None),
        (["media-low-warning"], PrinterState.NEAR_END, True),
        (["media-low-report", "cover-open-error"], PrinterState.COVER_OPEN, False),
        (["media-jam-error,"], PrinterState.ERROR, False),
        (["connecting-to-device"], PrinterState.OFFLINE, False),
    ],
)
def test_reasons_of_a_queue_become_a_state(reasons, state, can_print):
    status = status_of_reasons(reasons)
    assert (status.state, status.can_print) == (state, can_print)
