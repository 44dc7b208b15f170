"""A thread that breaks ends the process, and a bus that is closed ends at once."""

import threading

import pytest

from hardware.window_devices.last_resort import LastResort, WorkerBroke
from hardware.window_sign.bus import SignBus


def test_a_thread_that_breaks_brings_the_program_to_its_end_and_its_exit_status(monkeypatch):
    ended = threading.Event()
    last_resort = LastResort(ended)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)  # put back afterwards
    last_resort.watch()
    last_resort.tell()
    thread = threading.Thread(target=lambda: [].get, name="desk-3")  # an error of our own
    thread.start()
    thread.join()
    assert ended.is_set()
    with pytest.raises(WorkerBroke, match="desk-3"):
        last_resort.tell()


class Link:
    def close(self):
        """Nothing is open."""


def test_a_bus_that_is_closed_while_it_looks_for_work_does_not_wait_for_more():
    """Else the end of the program waits for the next refresh: a minute."""
    opening, may_open = threading.Event(), threading.Event()

    def open_link():
        opening.set()
        assert may_open.wait(30)
        return Link()

    bus = SignBus(open_link, {}, refresh_s=600)
    assert opening.wait(30)
    closing = threading.Thread(target=bus.close, daemon=True)
    closing.start()
    while not bus._closing:
        closing.join(0.01)
    may_open.set()
    closing.join(30)
    assert not closing.is_alive()
