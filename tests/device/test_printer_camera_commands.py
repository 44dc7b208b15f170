"""`device printer recover`, layouts by name and `device camera preview` on the command line."""

import json
import signal
import threading
import time
import urllib.request

import pytest

from hardware.cli import main
from hardware.simulators.camera import VirtualCamera
from hardware.simulators.printer import PrinterFault


def run(capfd, *words: str) -> tuple[int, dict]:
    code = main([*words, "--json"])
    return code, json.loads(capfd.readouterr().out.splitlines()[-1])


def test_status_looks_and_changes_nothing(printer, capfd):
    virtual, url = printer
    virtual.set_fault(PrinterFault.CUTTER_SLIP)
    code, answer = run(capfd, "device", "printer", "status", "--printer", url)
    assert (code, answer["state"]) == (0, "cutter")
    assert virtual.recoveries == []


def test_status_of_a_printer_that_cannot_be_reached_is_an_error(capfd):
    code, answer = run(capfd, "device", "printer", "status", "--printer", "tcp://127.0.0.1:1")
    assert (code, answer["error"]["code"]) == (1, "device_missing")


def test_a_ticket_that_broke_off_is_said_to_have_a_piece_outside(printer, capfd):
    virtual, url = printer
    virtual.set_fault(PrinterFault.PAPER_OUT, after_mm=20)
    assert main(["device", "printer", "print-test", "--printer", url]) == 1
    chinese, english = capfd.readouterr().err.splitlines()
    assert "已有一截纸打出来" in chinese
    assert "纸用完了" in chinese
    assert "used up" not in chinese
    assert "a piece of it is out: The paper is used up" in english


@pytest.mark.parametrize(("how", "n"), [("--resume", 1), ("--clear", 2)])
def test_recover(printer, capfd, how, n):
    virtual, url = printer
    virtual.set_fault(PrinterFault.CUTTER_SLIP)
    code, answer = run(capfd, "device", "printer", "recover", how, "--printer", url)
    assert (code, answer["state"]) == (0, "ok")
    assert virtual.recoveries == [n]


def test_a_spooler_cannot_recover(capfd):
    words = ("device", "printer", "recover", "--clear", "--printer", "cups:///tickets")
    code, answer = run(capfd, *words)
    assert (code, answer["error"]["code"]) == (1, "device_refused")


def test_print_test_takes_a_layout_by_name(printer, capfd):
    _, url = printer
    words = ("device", "printer", "print-test", "--printer", url, "--layout", "compact")
    code, answer = run(capfd, *words)
    assert (code, answer["outcome"]) == (0, "confirmed")
    words = (*words[:-1], "none-such")
    code, answer = run(capfd, *words)
    assert (code, answer["error"]["code"]) == (1, "settings_unusable")


@pytest.fixture
def own_signals():
    """A command that runs until it is ended takes the process's signals."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def source():
    virtual = VirtualCamera(64, 48, frames_per_s=30)
    yield virtual.start("127.0.0.1", 0)
    virtual.stop()


@pytest.mark.usefixtures("own_signals")
def test_preview_serves_pictures_and_ends_by_itself(source, capfd):
    taken = []

    def look(address: str) -> None:
        with urllib.request.urlopen(address, timeout=5) as stream:
            taken.append(stream.read(4000))

    def when_it_stands() -> None:
        for _ in range(100):
            if lines := capfd.readouterr().out.splitlines():
                look(json.loads(lines[0])["address"])
                return
            time.sleep(0.05)

    thread = threading.Thread(target=when_it_stands, daemon=True)
    thread.start()
    words = ("device", "camera", "preview", "--camera", source, "--for", "2.5", "--json")
    before = threading.active_count()
    assert main(words) == 0
    thread.join(30)
    assert b"Content-Type: image/jpeg" in taken[0]
    assert json.loads(capfd.readouterr().out)["pictures"] > 3
    assert threading.active_count() <= before


@pytest.mark.usefixtures("own_signals")
def test_a_preview_of_no_camera_is_one_error(capfd):
    assert main(["device", "camera", "preview", "--camera", "/none.avi", "--json"]) == 1
    (line,) = capfd.readouterr().out.splitlines()
    assert json.loads(line)["error"]["code"] == "device_missing"


def test_window_devices_refuse_the_token_that_the_settings_come_with(root, capfd):
    file = root / "config/devices/window-devices.toml"
    assert main(["window-devices", "--config", str(file)]) == 1
    assert "./hall token --role clerk" in capfd.readouterr().err


@pytest.mark.usefixtures("own_signals")
def test_a_preview_that_finds_its_place_taken_says_so(source, capfd):
    taken = source.split("/")[2]
    words = ("device", "camera", "preview", "--camera", source, "--listen", taken)
    code, answer = run(capfd, *words)
    assert (code, answer["error"]["code"]) == (1, "device_missing")
