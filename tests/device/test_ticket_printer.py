"""The printer driver against a printer that speaks ESC/POS: every outcome, fault and link."""

import os
import pty
import select
import socket
import threading
import time
import tty
from pathlib import Path

import cv2
import numpy as np
import pytest

from hardware.errors import DeviceMissing, SettingsUnusable
from hardware.ports import PrinterState, PrintOutcome
from hardware.simulators.printer import PrinterFault
from hardware.ticket_printer.profile import load_profile
from hardware.ticket_printer.render import render
from hardware.wiring import PrinterSettings, make_printer


def make(url: str, profile: str = "generic-80mm"):
    return make_printer(PrinterSettings(url, profile))


@pytest.mark.parametrize("profile", ["generic-80mm", "generic-80mm-text", "generic-58mm"])
def test_a_good_ticket_is_confirmed_and_on_paper(printer, content, profile):
    virtual, url = printer
    result = make(url, profile).print_ticket(content)
    assert result.outcome is PrintOutcome.CONFIRMED
    assert result.status.state is PrinterState.OK
    assert virtual.wait_for_tickets(1, 10)
    (ticket,) = virtual.tickets()
    text, *_ = cv2.QRCodeDetector().detectAndDecode(np.array(ticket.picture))
    assert text == content.follow_url


def test_confirmed_means_that_the_paper_has_come_out(printer, content):
    virtual, url = printer
    make(url).print_ticket(content)
    assert len(virtual.tickets()) == 1


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (PrinterFault.PAPER_OUT, PrinterState.OUT),
        (PrinterFault.COVER_OPEN, PrinterState.COVER_OPEN),
        (PrinterFault.OFFLINE, PrinterState.OFFLINE),
        (PrinterFault.CUTTER, PrinterState.CUTTER),
        (PrinterFault.OVERHEATED, PrinterState.OVERHEATED),
    ],
)
def test_a_fault_beforehand_prints_nothing(printer, content, fault, state):
    virtual, url = printer
    virtual.set_fault(fault)
    driver = make(url)
    assert (driver.status().state, driver.status().can_print) == (state, False)
    result = driver.print_ticket(content)
    assert (result.outcome, result.status.state, result.bytes_sent) == (
        PrintOutcome.FAILED, state, 0,
    )  # fmt: skip
    assert virtual.tickets() == []


def test_near_end_still_prints_and_says_so(printer, content):
    virtual, url = printer
    virtual.set_fault(PrinterFault.NEAR_END)
    result = make(url).print_ticket(content)
    assert (result.outcome, result.status.state) == (
        PrintOutcome.CONFIRMED, PrinterState.NEAR_END,
    )  # fmt: skip


@pytest.mark.parametrize("fault", [PrinterFault.PAPER_OUT, PrinterFault.COVER_OPEN])
def test_a_fault_in_the_middle_of_a_ticket_is_a_failure(printer, content, fault):
    virtual, url = printer
    virtual.set_fault(fault, after_mm=30)
    result = make(url).print_ticket(content, timeout_s=5)
    assert result.outcome is PrintOutcome.FAILED
    assert result.status.can_print is False
    assert result.elapsed_s < 4


def test_the_rest_of_a_failed_ticket_never_comes_out_later(printer, content):
    virtual, url = printer
    virtual.set_fault(PrinterFault.PAPER_OUT, after_mm=30)
    make(url).print_ticket(content, timeout_s=5)
    virtual.set_fault(PrinterFault.NONE)
    second = make(url).print_ticket(content)
    assert second.outcome is PrintOutcome.CONFIRMED
    assert len(virtual.tickets()) == 1


class BreakingLink:
    """A real link that is pulled out once: shortly before the end of a ticket, or after it."""

    fresh = True
    two_way = True

    def __init__(self, link, whole: bool) -> None:
        self._link, self._whole, self.broken = link, whole, False

    def write(self, data: bytes, deadline: float) -> None:
        if len(data) < 100:  # a question
            self._link.write(data, deadline)
            return
        sent = len(data) if self._whole else len(data) - 3  # its cut
        self._link.write(data[:sent], deadline)
        self.broken = True
        if not self._whole:
            raise DeviceMissing("the printer is gone", sent=sent)

    def read(self, deadline: float) -> bytes:
        if self.broken:
            raise DeviceMissing("the printer is gone")
        return self._link.read(deadline)

    def close(self) -> None:
        self._link.close()


@pytest.mark.parametrize("only_asked", [True, False])
@pytest.mark.parametrize(
    ("whole", "outcome"), [(False, PrintOutcome.FAILED), (True, PrintOutcome.UNKNOWN)]
)
def test_what_a_broken_link_left_in_the_printer_never_comes_out_with_the_new_roll(
    printer, content, eventually, whole, outcome, only_asked
):
    virtual, url = printer
    driver = make(url)
    open_link = driver._open_link
    driver._open_link = lambda deadline: BreakingLink(open_link(deadline), whole)
    virtual.set_fault(PrinterFault.PAPER_OUT, after_mm=30)
    assert driver.print_ticket(content).outcome is outcome
    driver._open_link = open_link
    eventually(lambda: make(url).status().state is PrinterState.OUT)
    if only_asked:
        assert driver.status().state is PrinterState.OUT
    else:
        assert driver.print_ticket(content).outcome is PrintOutcome.FAILED
    virtual.set_fault(PrinterFault.NONE)
    assert driver.print_ticket(content).outcome is PrintOutcome.CONFIRMED
    (ticket,) = virtual.tickets()
    text, *_ = cv2.QRCodeDetector().detectAndDecode(np.array(ticket.picture))
    assert text == content.follow_url


def test_a_hot_head_is_waited_for(printer, content):
    virtual, url = printer
    virtual.set_fault(PrinterFault.OVERHEATED, after_mm=30)
    threading.Timer(1.0, virtual.set_fault, [PrinterFault.NONE]).start()
    result = make(url).print_ticket(content, timeout_s=8)
    assert result.outcome is PrintOutcome.CONFIRMED
    assert result.elapsed_s > 0.9


def test_a_mute_printer_is_unknown_never_out_of_paper(printer, content):
    virtual, url = printer
    virtual.set_fault(PrinterFault.MUTE)
    driver = make(url)
    assert (driver.status().state, driver.status().can_print) == (PrinterState.UNKNOWN, None)
    result = driver.print_ticket(content, timeout_s=1.2)
    assert (result.outcome, result.status.state) == (PrintOutcome.UNKNOWN, PrinterState.UNKNOWN)
    assert result.elapsed_s < 4  # its limit is 1.2, the rest is for a busy machine
    assert virtual.wait_for_tickets(1, 10)


def test_a_printer_known_to_be_mute_is_never_waited_for(printer, content):
    virtual, url = printer
    result = make(url, "mute-58mm").print_ticket(content)
    assert result.outcome is PrintOutcome.UNKNOWN
    assert result.elapsed_s < 5  # it may take 10
    assert virtual.wait_for_tickets(1, 10)  # without a cutter the ticket ends with the connection


def test_without_ordered_replies_the_word_of_the_printer_counts(printer, content, tmp_path: Path):
    text = (Path(__file__).parents[2] / "config/printers/generic-80mm.toml").read_text()
    profile = tmp_path / "plain.toml"
    text = text.replace('end_of_ticket = "paper"', 'end_of_ticket = "none"')
    profile.write_text(text.replace("print_speed_mm_s = 150", "print_speed_mm_s = 600"))
    virtual, url = printer
    assert make(url, str(profile)).print_ticket(content).outcome is PrintOutcome.CONFIRMED
    virtual.set_fault(PrinterFault.PAPER_OUT, after_mm=30)
    late = make(url, str(profile)).print_ticket(content)
    assert (late.outcome, late.status.state) == (PrintOutcome.UNKNOWN, PrinterState.OUT)


def test_a_printer_that_is_away_is_offline_and_not_an_exception(content):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    driver = make(f"tcp://127.0.0.1:{port}")
    assert driver.status().state is PrinterState.OFFLINE
    result = driver.print_ticket(content)
    assert (result.outcome, result.bytes_sent) == (PrintOutcome.FAILED, 0)


def test_a_printer_that_takes_no_data_is_given_up_in_time(content):
    with socket.create_server(("127.0.0.1", 0)) as server:  # accepts in the kernel, never reads
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        driver = make(f"tcp://127.0.0.1:{server.getsockname()[1]}", "mute-58mm")
        began = time.monotonic()
        for _ in range(40):  # until the buffers of the connection are full
            result = driver.print_ticket(content, timeout_s=0.2)
            if result.outcome is PrintOutcome.FAILED:
                break
        assert time.monotonic() - began < 30
        assert result.outcome in (PrintOutcome.FAILED, PrintOutcome.UNKNOWN)


def test_a_printer_that_hangs_up_in_the_middle_is_no_confirmation(content):
    def half_a_printer(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            seen = b""
            while len(seen) < 5000:
                data = connection.recv(500)
                seen += data
                if len(data) == 3 and data.startswith(b"\x10\x04"):
                    connection.sendall(b"\x12")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=half_a_printer, args=(server,), daemon=True)
        thread.start()
        result = make(f"tcp://127.0.0.1:{server.getsockname()[1]}").print_ticket(content, 3)
        thread.join()
    assert result.outcome in (PrintOutcome.FAILED, PrintOutcome.UNKNOWN)
    assert result.status.state is PrinterState.OFFLINE


def test_chatter_on_the_line_never_becomes_a_status():
    def chatterbox(server: socket.socket, stop: threading.Event) -> None:
        connection, _ = server.accept()
        connection.setblocking(False)
        while not stop.is_set():
            try:
                connection.send(b"\xff\x00\x80" * 50)
            except BlockingIOError:
                time.sleep(0.01)
            except OSError:
                break
        connection.close()

    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=chatterbox, args=(server, stop), daemon=True)
        thread.start()
        began = time.monotonic()
        status = make(f"tcp://127.0.0.1:{server.getsockname()[1]}").status(timeout_s=2)
        stop.set()
        thread.join()
    assert status.state is PrinterState.UNKNOWN
    assert time.monotonic() - began < 4


def test_a_file_gets_the_bytes_and_is_never_asked(tmp_path: Path, content):
    target = tmp_path / "ticket.bin"
    result = make(f"file://{target}").print_ticket(content)
    assert (result.outcome, result.bytes_sent) == (PrintOutcome.UNKNOWN, target.stat().st_size)
    assert result.elapsed_s < 5  # it may take 10
    width = load_profile("generic-80mm").paper_width_dots
    text, *_ = cv2.QRCodeDetector().detectAndDecode(np.array(render(target.read_bytes(), width)))
    assert text == content.follow_url


def test_serial_line_confirms_through_a_pty(printer, content):
    """The virtual printer behind a pty: bytes are carried both ways as a cable would."""
    virtual, url = printer
    master, slave = pty.openpty()
    tty.setraw(slave)
    stop = threading.Event()
    cable = threading.Thread(target=_carry, args=(master, url, stop), daemon=True)
    cable.start()
    try:
        driver = make(f"serial://{os.ttyname(slave)}?baud=115200", "generic-80mm-text")
        assert driver.status().state is PrinterState.OK
        assert driver.print_ticket(content).outcome is PrintOutcome.CONFIRMED
        assert len(virtual.tickets()) == 1
    finally:
        stop.set()
        cable.join()
        os.close(slave)
        os.close(master)


def test_a_slow_serial_printer_gets_the_whole_ticket_before_the_port_is_closed(content, tmp_path):
    file = tmp_path / "whole.bin"
    make(f"file://{file}", "mute-58mm").print_ticket(content)
    master, slave = pty.openpty()
    tty.setraw(slave)
    received = bytearray()

    def read_slowly() -> None:
        while len(received) < file.stat().st_size:
            time.sleep(0.005)
            received.extend(os.read(master, 512))

    printer = threading.Thread(target=read_slowly, daemon=True)
    printer.start()
    result = make(f"serial://{os.ttyname(slave)}", "mute-58mm").print_ticket(content)
    printer.join(timeout=5)
    os.close(slave)
    os.close(master)
    assert result.outcome is PrintOutcome.UNKNOWN
    assert bytes(received) == file.read_bytes()


def test_a_serial_printer_that_reads_nothing_is_a_failure_in_time(content):
    master, slave = pty.openpty()
    tty.setraw(slave)
    driver = make(f"serial://{os.ttyname(slave)}", "mute-58mm")
    result = driver.print_ticket(content, timeout_s=1)
    os.close(slave)
    os.close(master)
    assert result.outcome is PrintOutcome.FAILED
    assert result.elapsed_s < 3


def _carry(master: int, url: str, stop: threading.Event) -> None:
    host, port = url.removeprefix("tcp://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        while not stop.is_set():
            for ready in select.select([master, connection], [], [], 0.05)[0]:
                if ready is connection:
                    os.write(master, connection.recv(4096))
                else:
                    connection.sendall(os.read(master, 4096))


def test_a_serial_port_that_is_not_there_is_offline():
    assert make("serial:///dev/ttyNONE?baud=9600").status().state is PrinterState.OFFLINE


def test_a_usb_printer_that_is_not_there_is_offline():
    assert make("usb://dead:beef").status(timeout_s=3).state is PrinterState.OFFLINE


@pytest.mark.parametrize(
    "url",
    ["", "tcp://host", "ftp://x", "serial://ttyS0", "usb://zz:1", "file://relative", "tcp://a:b"],
)
def test_a_malformed_address_is_refused_at_wiring(url):
    with pytest.raises(SettingsUnusable):
        make(url)
