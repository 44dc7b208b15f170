"""A press is valid for so long: behind a slow server it is dropped before it does anything late."""

import threading
from types import SimpleNamespace

import pytest

from hardware.errors import DeviceProtocolError
from hardware.hall_line import HallLine
from hardware.ports import PadKey
from hardware.window_devices import desk as module
from hardware.window_devices.api import Answer, HallApi
from hardware.window_devices.desk import Desk, DeskParts
from hardware.window_devices.settings import Habits, PadSettings, ServerSettings, Texts
from hardware.window_devices.view import HallView, TicketView, WindowView

CALLED = WindowView("3", "3号窗口", "open", TicketView("t", "A001", "called", 1), 4)
VALID_S = Habits().press_valid_s


class Api(HallApi):
    """One window with a called ticket. The first act is held until it may go on."""

    def __init__(self):
        super().__init__(ServerSettings("http://127.0.0.1:1", "demo", "token"))
        self.acts, self.begun, self.may_go_on = [], threading.Event(), threading.Event()

    def hall(self):
        return HallView(1, {"3": CALLED}, ())

    def act(self, window, name, body, request_id):
        self.acts.append(name)
        self.begun.set()
        assert self.may_go_on.wait(30)
        return Answer(None)


@pytest.fixture
def clock(monkeypatch):
    """[seconds on the monotonic clock], moved by the test alone."""
    now = [100.0]
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


@pytest.mark.parametrize(
    ("keys", "late_s", "acts"),
    [
        ([PadKey.CALL], VALID_S - 1, ["start", "finish", "call-next"]),
        ([PadKey.CALL], VALID_S, ["start"]),
        ([PadKey.RECALL, PadKey.CONFIRM], VALID_S - 1, ["recall", "start"]),
        ([PadKey.RECALL, PadKey.CONFIRM], VALID_S, ["recall"]),
    ],
    ids=["a slow act", "an act too slow", "a press that waits", "a press that waits too long"],
)
def test_nothing_is_begun_after_a_press_has_lost_its_validity(clock, keys, late_s, acts):
    api, shown, ended = Api(), [], threading.Event()

    def show(text):
        shown.append(text)
        if text == Texts().pad_no_server or len(api.acts) == len(acts):
            ended.set()

    parts = DeskParts(api, ServerSettings("http://x", "demo", "t"), Habits(), Texts(), show)
    desk = Desk(PadSettings(bus="pads", address=1, window="3"), False, parts)
    for key in keys:
        desk.key(key)
    assert api.begun.wait(30)
    clock[0] += late_s
    api.may_go_on.set()
    assert ended.wait(30)
    desk.close()
    assert api.acts == acts
    assert (Texts().pad_no_server in shown) == (late_s >= VALID_S)


def test_an_answer_of_another_shape_is_the_devices_trouble_and_no_error_of_the_program(monkeypatch):
    api = HallApi(ServerSettings("http://x", "demo", "t"))
    monkeypatch.setattr(HallLine, "ask", lambda *_: ["no", "ticket"])
    with pytest.raises(DeviceProtocolError):
        api.act("3", "call-next", {}, "r")
