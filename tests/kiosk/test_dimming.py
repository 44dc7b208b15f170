"""The screen's brightness: by hours, and at once when somebody is here; on a real frame, and by a
backlight's files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, tzinfo
from pathlib import Path
from typing import Any

import pytest

from kiosk.backlight import Backlight
from kiosk.dimming import BRIGHT, DimHours, Dimmer, percent_at
from kiosk.flow.states import RESTING, Around, Place, State
from kiosk.samples import sample_states

NIGHT = DimHours(time(18), time(8), 30)
NOON = DimHours(time(12), time(13, 30), 60)


@pytest.mark.parametrize(
    ("at", "percent"),
    [
        (time(17, 59, 59), BRIGHT),
        (time(18), 30),
        (time(23, 59, 59), 30),
        (time(0), 30),
        (time(7, 59, 59), 30),
        (time(8), BRIGHT),
        (time(12), 60),
        (time(13, 29), 60),
        (time(13, 30), BRIGHT),
    ],
)
def test_hours_begin_sharp_end_sharp_and_go_over_midnight(at: time, percent: int) -> None:
    assert percent_at((NIGHT, NOON), at) == percent


def test_where_hours_overlap_the_darkest_counts_and_without_hours_it_is_bright() -> None:
    assert percent_at((NIGHT, DimHours(time(22), time(6), 10)), time(23)) == 10
    assert percent_at((), time(23)) == BRIGHT


@pytest.mark.parametrize(("until", "percent"), [(time(18), 30), (time(8), 4), (time(8), 101)])
def test_hours_that_cannot_be_meant_are_refused(until: time, percent: int) -> None:
    with pytest.raises(ValueError, match="must"):
        DimHours(time(18), until, percent)


class Lamp:
    """Follows, or is not there; `told` is what it was set to."""

    def __init__(self, there: bool) -> None:
        self.there, self.told = there, list[int]()

    def set(self, percent: int) -> bool:
        self.told.append(percent)
        return self.there


class Night:
    """A dimmer at ten in the evening, by clocks that can be set."""

    def __init__(self, lamp: bool = False) -> None:
        self.lamp, self.now_s = Lamp(lamp), 1000.0
        self.utc = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)  # 22:00 in the hall
        self.dimmer = Dimmer((NIGHT,), self.lamp, self.local, lambda: self.now_s)
        self.state = State(Place.ATTRACT, around=Around(hall=sample_states()["home"].around.hall))

    def local(self, zone: tzinfo | None) -> datetime:
        return self.utc.astimezone(zone)

    def percent(self, **changed: Any) -> int:
        return self.dimmer.shade_percent(replace(self.state, **changed))


def test_a_touch_makes_it_bright_for_the_idle_time() -> None:
    night = Night()
    assert night.percent() == 30
    night.dimmer.touched()
    assert night.percent() == BRIGHT
    night.now_s += night.state.limits.home_reset_s - 0.1
    assert night.percent() == BRIGHT
    night.now_s += 0.2
    assert night.percent() == 30


def test_it_is_never_dark_on_a_journey_and_only_a_while_after_it() -> None:
    night = Night()
    for name, state in sample_states().items():
        night.now_s += 1000.0
        around = replace(state.around, card_lies=False, hall=night.state.around.hall)
        dark = state.place in RESTING and not state.help_open
        assert night.dimmer.shade_percent(replace(state, around=around)) == (
            30 if dark else BRIGHT
        ), name
    night.percent(place=Place.TICKET)
    night.now_s += 30.0
    assert night.percent(place=Place.HOME) == BRIGHT
    night.now_s += 31.0
    assert night.percent(place=Place.HOME) == 30


def test_a_card_makes_it_bright_also_where_it_is_not_read_but_not_one_that_is_forgotten() -> None:
    night = Night()
    lies = replace(night.state.around, card_lies=True)
    assert night.percent(place=Place.AWAY) == 30
    assert night.percent(place=Place.AWAY, around=lies) == BRIGHT
    night.now_s += 61.0
    assert night.percent(place=Place.AWAY, around=lies) == 30
    assert night.percent(place=Place.AWAY) == BRIGHT, "taken away: somebody is here"


def test_it_goes_by_the_halls_hour_and_a_clock_that_jumps_is_obeyed() -> None:
    night = Night()
    for hour, percent in ((14, 30), (2, BRIGHT), (23, 30), (0, BRIGHT)):
        night.utc = night.utc.replace(hour=hour)
        assert night.percent() == percent, f"{hour} h UTC"
    night.dimmer.touched()
    night.utc = night.utc.replace(hour=14, year=2020)
    assert night.percent() == BRIGHT, "who is here does not go by that clock"


def test_a_backlight_spares_the_picture_and_is_told_only_what_changes() -> None:
    night = Night(lamp=True)
    assert [night.percent(), night.percent()] == [BRIGHT, BRIGHT]
    night.dimmer.touched()
    night.percent()
    night.dimmer.bright()
    assert night.lamp.told == [30, BRIGHT]


def test_without_hours_no_light_is_ever_touched() -> None:
    lamp = Lamp(there=True)
    dimmer = Dimmer((), lamp, lambda _zone: datetime.now(UTC))
    assert dimmer.shade_percent(State()) == BRIGHT
    dimmer.bright()
    assert lamp.told == []


def lamp_folder(folder: Path, most: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "max_brightness").write_text(most)
    (folder / "brightness").write_text("7\n")
    return folder


def test_every_lamp_is_set_by_its_own_scale_and_never_quite_off(tmp_path: Path) -> None:
    assert not Backlight(tmp_path / "none").set(30)
    assert not Backlight(tmp_path).set(30), "a machine without a lamp"
    first = lamp_folder(tmp_path / "intel_backlight", "1500\n")
    second = lamp_folder(tmp_path / "acpi_video0", "7\n")
    assert Backlight(tmp_path).set(5)
    assert [(lamp / "brightness").read_text() for lamp in (first, second)] == ["75", "1"]
    assert Backlight(tmp_path).set(100)
    assert [(lamp / "brightness").read_text() for lamp in (first, second)] == ["1500", "7"]


def test_a_lamp_that_cannot_be_set_leaves_it_to_the_picture(tmp_path: Path) -> None:
    lamp = lamp_folder(tmp_path / "odd", "a lot")
    assert not Backlight(tmp_path).set(30)
    (lamp / "max_brightness").write_text("100")
    (lamp / "brightness").unlink()
    (lamp / "brightness").mkdir()  # refuses root too, as a read-only file would not
    assert not Backlight(tmp_path).set(30)


def test_at_night_the_whole_picture_is_dark_and_a_touch_counts_and_brightens_it(
    studio: Any,
) -> None:
    from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

    from kiosk.app import KioskApp
    from kiosk.runtime import Runtime

    def mean() -> float:
        """Of the picture that is drawn, and not yet shown: then the buffer is whole."""
        studio.settle()
        studio.window.dispatch("on_draw")
        width, height = studio.window.system_size
        data = bytes(glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE))
        return sum(data) / len(data)

    night = Night()
    runtime = Runtime(replace(sample_states()["attract"], now_s=night.now_s), lambda: None)
    app = KioskApp(runtime, studio.maker, lambda: None, lambda: None, None, dimmer=night.dimmer)
    studio.clear()
    studio.stage = None
    ground = app.build()
    studio.window.add_widget(ground)
    bright = mean()
    assert bright > 100, "the screen is light"
    app._draw()
    assert mean() == pytest.approx(bright * 0.3, abs=1.5)
    studio.touch(studio.window.width * 0.5, studio.window.height * 0.5)
    assert mean() > bright - 1.5, "at once, also where home is there already"
    runtime.drain()
    assert runtime.state.place is Place.HOME, "the veil lets touches through"
    studio.clear()
