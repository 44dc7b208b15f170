"""The paper forecast: what it learns from a roll, what it never guesses, how it survives."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.ports import PrinterState
from hardware.ticket_printer.forecast import Lesson, PaperForecast, about, first_forecast
from hardware.ticket_printer.roll_file import RollFile

OK, NEAR, OUT = PrinterState.OK, PrinterState.NEAR_END, PrinterState.OUT
COVER, UNKNOWN = PrinterState.COVER_OPEN, PrinterState.UNKNOWN
TICKET_MM = 150.0


def run_roll(forecast: PaperForecast, before_near_end: int, after: int) -> PaperForecast:
    """From a fresh roll to its end, told as the printer tells it."""
    for number in range(before_near_end + after):
        forecast = forecast.saw(OK if number < before_near_end else NEAR).printed(TICKET_MM)
    return forecast.saw(OUT)


def fresh(forecast: PaperForecast) -> PaperForecast:
    return forecast.saw(OUT).saw(COVER).saw(OK)


def test_nothing_is_known_of_a_roll_that_nobody_saw_put_in():
    forecast = first_forecast(80, 3).saw(OK).printed(TICKET_MM)
    assert forecast.tickets_left is None


def test_a_new_roll_is_counted_from_the_profile():
    forecast = fresh(first_forecast(80, 3)).printed(TICKET_MM)
    assert forecast.tickets_left == int((80_000 - 150) / 150)


def test_near_end_to_out_is_learned():
    forecast = run_roll(fresh(first_forecast(80, 3)), 400, 30)
    assert forecast.reserve == Lesson(30 * TICKET_MM, 1)
    assert forecast.roll == Lesson(430 * TICKET_MM, 1)
    assert forecast.tickets_left == 0
    forecast = forecast.saw(COVER).saw(OK)
    assert forecast.tickets_left == 430
    for _ in range(400):
        forecast = forecast.saw(OK).printed(TICKET_MM)
    forecast = forecast.saw(NEAR)
    assert forecast.tickets_left == 30
    for left in range(29, 20, -1):
        forecast = forecast.printed(TICKET_MM).saw(NEAR)
        assert forecast.tickets_left == left


def test_later_rolls_are_averaged_in():
    forecast = run_roll(fresh(first_forecast(0, 0)), 400, 30)
    forecast = run_roll(forecast.saw(COVER).saw(OK), 400, 40)
    assert forecast.reserve.times == 2
    assert forecast.reserve.mm == pytest.approx(35 * TICKET_MM)


def test_an_implausible_lesson_is_not_learned():
    """Somebody swapped the roll half-way and nobody saw it."""
    forecast = run_roll(fresh(first_forecast(0, 0)), 400, 30).saw(COVER).saw(OK)
    assert run_roll(forecast, 100, 2).roll == forecast.roll
    assert run_roll(forecast, 100, 2).reserve == forecast.reserve


def test_the_near_end_sensor_may_tremble():
    forecast = fresh(first_forecast(80, 3))
    for state in (NEAR, OK, NEAR, OK, NEAR):
        forecast = forecast.saw(state).printed(TICKET_MM)
    assert forecast.past_near_end_mm == 5 * TICKET_MM


def test_a_roll_changed_before_it_was_empty_is_a_new_roll():
    forecast = fresh(first_forecast(80, 3)).saw(NEAR).printed(TICKET_MM)
    forecast = forecast.saw(COVER).saw(OK)
    assert forecast.used_mm == 0
    assert forecast.tickets_left > 500


def test_opening_the_cover_in_the_middle_of_a_roll_changes_nothing():
    forecast = fresh(first_forecast(80, 3)).printed(TICKET_MM)
    assert forecast.saw(COVER).saw(OK).used_mm == TICKET_MM


def test_while_near_end_is_silent_at_least_the_reserve_is_left():
    forecast = fresh(first_forecast(10, 3))
    for _ in range(100):
        forecast = forecast.saw(OK).printed(TICKET_MM)
    assert forecast.tickets_left == 20


def test_without_a_near_end_sensor_the_roll_is_learned_all_the_same():
    forecast = run_roll(fresh(first_forecast(0, 0)), 200, 0).saw(OK)
    assert forecast.tickets_left == 200


def test_a_mute_printer_has_no_forecast():
    forecast = first_forecast(80, 3).saw(UNKNOWN).printed(TICKET_MM).saw(UNKNOWN)
    assert forecast.tickets_left is None


@pytest.mark.parametrize(
    ("tickets", "told"),
    [(None, None), (0, 0), (7, 7), (13, 10), (99, 95), (187, 180), (333, 320), (655, 650)],
)
def test_about_is_rounded_down(tickets, told):
    assert about(tickets) == told


STATES = st.sampled_from(PrinterState)
STEPS = st.lists(st.one_of(STATES, st.floats(1, 500)), max_size=60)


@given(STEPS)
def test_whatever_happens_the_forecast_stays_sound_and_survives(steps):
    forecast = first_forecast(80, 3)
    for step in steps:
        forecast = forecast.saw(step) if isinstance(step, PrinterState) else forecast.printed(step)
        assert forecast.left_mm is None or forecast.left_mm >= 0
        assert forecast.tickets_left is None or forecast.tickets_left >= 0
        if forecast.out:
            assert forecast.tickets_left == 0


def test_it_is_kept_over_a_restart(tmp_path: Path):
    file = RollFile(tmp_path / "new" / "roll.json")
    forecast = run_roll(fresh(first_forecast(80, 3)), 20, 3).saw(COVER).saw(OK).printed(TICKET_MM)
    file.save(forecast)
    assert file.load(first_forecast(1, 1)) == forecast


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"roll": 1}', "\x00", '{"used_mm": "x"}'])
def test_a_spoiled_file_costs_the_forecast_alone(tmp_path: Path, text):
    file = tmp_path / "roll.json"
    file.write_text(text)
    assert RollFile(file).load(first_forecast(80, 3)) == first_forecast(80, 3)


def test_an_impossible_length_is_not_believed(tmp_path: Path):
    file = tmp_path / "roll.json"
    RollFile(file).save(first_forecast(80, 3))
    data = json.loads(file.read_text())
    data["used_mm"] = -5
    file.write_text(json.dumps(data))
    assert RollFile(file).load(PaperForecast()) == PaperForecast()


def test_a_place_that_cannot_be_written_stops_no_work(tmp_path: Path):
    (tmp_path / "file").touch()
    RollFile(tmp_path / "file" / "roll.json").save(PaperForecast())
    RollFile(None).save(PaperForecast())
