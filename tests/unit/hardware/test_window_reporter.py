"""What the server is told of the devices at the windows: lasting changes, and every so often."""

import threading

import pytest

from hardware.errors import DeviceMissing
from hardware.hall_line import ServerAway
from hardware.health import HealthLog
from hardware.window_devices.api import HallApi
from hardware.window_devices.reporter import Reporter
from hardware.window_devices.settings import ServerSettings


class Api(HallApi):
    """Keeps what it is told instead of sending it; `away` as when the server is."""

    def __init__(self):
        super().__init__(ServerSettings("http://127.0.0.1:1", "demo", "token"))
        self.told, self.away = [], False

    def report_health(self, device, kind, health):
        if self.away:
            raise ServerAway("away")
        self.told.append((device, kind, health.state, health.figures()["errors"]))


def wait_for(condition):
    pause = threading.Event()
    for _ in range(300):
        if condition():
            return
        pause.wait(0.01)
    pytest.fail("did not happen in time")


@pytest.fixture
def api():
    return Api()


@pytest.fixture
def reporter(api):
    made = Reporter(api, repeat_s=30, settle_s=0.1)
    yield made
    made.close()


def test_first_word_change_and_what_was_counted(api, reporter):
    health = HealthLog()
    health.state("ok")
    reporter.add("strips", "window_sign", health.snapshot)
    wait_for(lambda: api.told == [("strips", "window_sign", "ok", 0)])
    health.failed(DeviceMissing.code)
    health.state("offline", "unplugged")
    reporter.changed("strips")
    wait_for(lambda: api.told[1:] == [("strips", "window_sign", "offline", 1)])


def test_what_came_and_went_at_once_is_never_told_as_a_change(api, reporter):
    health = HealthLog()
    health.state("ok")
    reporter.add("pads", "keypad", health.snapshot)
    wait_for(lambda: api.told)
    health.state("offline")
    reporter.changed("pads")
    health.state("ok")
    reporter.changed("pads")
    wait_for(lambda: len(api.told) == 2)
    assert {state for _, _, state, _ in api.told} == {"ok"}


def test_everything_is_said_again_every_so_often(api):
    reporter = Reporter(api, repeat_s=0.05, settle_s=0.01)
    reporter.add("speaker", "speaker", HealthLog().snapshot)
    wait_for(lambda: len(api.told) >= 3)
    reporter.close()


def test_a_server_that_is_away_stops_nothing_and_a_stranger_is_ignored(api, reporter):
    api.away = True
    reporter.add("strips", "window_sign", HealthLog().snapshot)
    reporter.changed("nobody")
    pause = threading.Event()
    pause.wait(0.3)
    assert api.told == []
