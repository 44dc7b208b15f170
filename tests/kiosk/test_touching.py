"""Real touches and keys on real frames: what they emit, and that nothing else does."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from typing import Any

import pytest

from kiosk.flow import events as ev
from kiosk.flow import feedback as fb
from kiosk.flow import staff as st
from kiosk.flow.table import step
from kiosk.samples import sample_states

STATES = sample_states()


def find(stage: Any, slot: str) -> Any:
    return next(w for w in stage.walk() if getattr(w, "slot", "") == slot)


@pytest.mark.parametrize(
    ("name", "slot", "expected"),
    [
        ("greeting", "back", ev.BackTouched()),
        ("greeting", "home", ev.HomeTouched()),
        ("home", "help", ev.HelpTouched()),
        ("home", "number", ev.DoorTouched(ev.Door.NUMBER)),
        ("home", "eligibility", ev.DoorTouched(ev.Door.ELIGIBILITY)),
        ("home", "mine", ev.DoorTouched(ev.Door.MINE)),
        ("home", "guide", ev.DoorTouched(ev.Door.GUIDE)),
        ("home", "notices", ev.DoorTouched(ev.Door.NOTICES)),
        ("home", "low", ev.LowTouched()),
        ("home", "voice", ev.VoiceTouched()),
        ("attract", "wake", ev.StillHere()),
        ("services", "search", ev.DoorTouched(ev.Door.SEARCH)),
        ("services", "questions", ev.DoorTouched(ev.Door.QUESTIONS)),
        ("services", "claim", ev.DoorTouched(ev.Door.CLAIM)),
        ("claim", "class-pregnant", ev.ClassTouched("pregnant")),
        ("claim", "class-none", ev.ClassTouched("")),
        ("matters", "key-y", ev.KeyTouched("y")),
        ("matters", "erase", ev.EraseTouched()),
        ("matters", "more", ev.PageTouched()),
        ("matters-signs", "sign-保", ev.SignTouched("保")),
        ("write", "key-x", ev.KeyTouched("x")),
        ("write", "erase", ev.EraseTouched()),
        ("write", "mark-，", ev.SignTouched("，")),
        ("write-typing", "sign-座椅", ev.SignTouched("座椅")),
        ("write-typing", "signs-after", ev.SignsTurned(True)),
        ("write-full", "written-below", ev.BackTouched()),
        ("suggest", "tick-write", fb.WriteTouched()),
        ("matters-typed", "matter-F-04", ev.MatterTouched("F-04")),
        ("notices", "notice-job-fair", ev.NoticeTouched("job-fair")),
        ("notices", "job-warehouse", ev.NoticeTouched("job:warehouse")),
        ("mine", "key-D", ev.KeyTouched("D")),
        ("mine", "key-7", ev.KeyTouched("7")),
        ("found", "more", ev.PageTouched()),
        ("found", "done", ev.HomeTouched()),
        ("sure", "next", ev.KeepTouched()),
        ("sure", "other", ev.CancelTouched()),
        ("away-guide", "next", ev.DoorTouched(ev.Door.GUIDE)),
        ("home", "feedback", ev.DoorTouched(ev.Door.FEEDBACK)),
        ("feedback", "rate", fb.RateTouched()),
        ("feedback", "suggest", fb.SuggestTouched()),
        ("rate-who", "other", fb.SuggestTouched()),
        ("rate-which", "step-1", fb.StepTouched(1)),
        ("rate", "level-1", fb.LevelTouched(1)),
        ("reasons-bad", "tick-wait", fb.TickTouched("wait")),
        ("reasons-bad", "phone", fb.PhoneTouched()),
        ("phone", "send-below", fb.PhoneGiven()),
        ("sent-not-kept", "next", ev.BackTouched()),
        ("help", "close", ev.HelpTouched()),
        ("home", "view-elder", ev.ViewChosen(ev.View.ELDER)),
        ("home", "view-contrast", ev.ViewChosen(ev.View.CONTRAST)),
        ("home", "view-normal", ev.ViewChosen(ev.View.NORMAL)),
        ("home", "language", ev.LanguageChosen(ev.Language.ENGLISH)),
        ("no-paper", "next", ev.WithoutPaperTouched()),
        ("no-paper", "other", ev.BackTouched()),
        ("card-unreadable", "next", ev.BackTouched()),
        ("refused", "next", ev.BackTouched()),
        ("cancelled", "next", ev.HomeTouched()),
        ("issuing", "leave", ev.HomeTouched()),
        ("ticket", "stay", ev.StillHere()),
        ("ticket", "done", ev.HomeTouched()),
        ("unprinted", "keep", ev.KeepTouched()),
        ("unprinted", "cancel", ev.CancelTouched()),
        ("warning", "warning-stay", ev.StillHere()),
        ("warning", "warning-leave", ev.HomeTouched()),
        ("staff-pin", "key-7", ev.DigitTouched("7")),
        ("staff-pin", "erase", ev.EraseTouched()),
        ("staff-log", "more", ev.PageTouched()),
    ],
)
def test_a_touch_emits_its_event(studio: Any, name: str, slot: str, expected: ev.Event) -> None:
    button = find(studio.show(STATES[name]), slot)
    studio.touch(*button.center)
    assert studio.events == [expected]


def test_a_tile_emits_its_service_and_a_new_request_each_time(studio: Any) -> None:
    tile = find(studio.show(STATES["services"]), "service-D")
    studio.touch(*tile.center)
    studio.touch(*tile.center)
    services = [e.service for e in studio.events if isinstance(e, ev.ServiceTouched)]
    requests = {e.request_id for e in studio.events if isinstance(e, ev.ServiceTouched)}
    assert services == ["D", "D"]
    assert len(requests) == 2


@pytest.mark.parametrize(
    ("name", "slot", "kind"),
    [
        ("home", "check-in", ev.CheckInTouched),
        ("greeting", "check-in", ev.CheckInTouched),
        ("guide", "next", ev.TakeTouched),
        ("guide", "other", ev.ListPrintTouched),
        ("eligibility", "next", ev.TakeTouched),
        ("questions", "answer-1", ev.AnswerTouched),
        ("mine-typed", "find", ev.FindTouched),
        ("found", "act-defer", ev.ActTouched),
        ("help", "call-help", ev.CallHelpTouched),
        ("suggest-ticked", "send", fb.SendTouched),
        ("staff-pin", "send-below", st.PinTouched),
        ("staff", "panel-network", st.PanelTouched),
        ("staff-paper", "act-new_roll", st.ActAsked),
    ],
)
def test_what_asks_the_server_for_something_carries_an_id_of_its_own(
    studio: Any, name: str, slot: str, kind: type[ev.Event]
) -> None:
    button = find(studio.show(STATES[name]), slot)
    studio.touch(*button.center)
    studio.touch(*button.center)
    assert [type(event) for event in studio.events] == [kind, kind]
    first, second = (event.request_id for event in studio.events)
    assert first != second


@pytest.mark.parametrize(("view", "low"), [(ev.View.ELDER, False), (ev.View.CONTRAST, True)])
def test_a_sentence_is_written_by_touch_alone(studio: Any, view: ev.View, low: bool) -> None:
    """Every key and every character where it stands; nothing is known but what the screen shows."""
    state = STATES["write"]
    state = replace(state, manner=replace(state.manner, view=view, low=low))
    for word, letters in (("希望", "xw"), ("增加", "zengj"), ("座椅", "zuoyi"), ("把", "ba")):
        for slot in (*(f"key-{letter}" for letter in letters), f"sign-{word}"):
            studio.touch(*find(studio.show(state), slot).center)
            assert len(studio.events) == 1, slot
            state, _ = step(state, studio.events[0])
    assert state.session.feedback.written == "希望增加座椅把"
    stage = studio.show(state)
    assert "希望增加座椅把▏" in [getattr(widget, "words", "") for widget in stage.walk()]
    keys = [widget for widget in stage.walk() if getattr(widget, "slot", "").startswith("sign-")]
    studio.show(STATES["home"])
    assert not any(key.words for key in keys), "nothing of what was typed goes on to the next"


def test_where_a_finger_lands_on_the_board_of_marks_is_told_in_shares(studio: Any) -> None:
    from kiosk.screens.staff import MARKS, MarkBoard

    stage = studio.show(STATES["staff-touch"])
    board = next(w for w in stage.walk() if isinstance(w, MarkBoard))
    for mark in MARKS:
        studio.touch(*board.at(mark))
    told = [e for e in studio.events if isinstance(e, st.PointTouched)]
    assert [(round(e.x, 2), round(e.y, 2)) for e in told] == [*MARKS]


def test_only_a_finger_that_stays_in_the_corner_opens_the_staff_menu(studio: Any) -> None:
    import time

    from kivy.tests.common import UnitTestTouch

    from kiosk.ui.corner import CornerHold

    studio.show(STATES["home"])
    held: list[bool] = []
    corner = CornerHold(lambda: held.append(True), hold_s=0.05)
    width, height = studio.window.size
    inside, outside = (width * 0.1, height * 0.97), (width * 0.5, height * 0.97)

    def lie(x: float, y: float) -> None:
        corner.down(UnitTestTouch(x, y))
        time.sleep(0.06)
        studio.settle()

    lie(*outside)
    assert not held
    corner.down(UnitTestTouch(*inside))
    corner.up()
    corner.down(UnitTestTouch(*inside))
    corner.move(UnitTestTouch(*outside))
    time.sleep(0.06)
    studio.settle()
    assert not held
    lie(*inside)
    assert held == [True]


@pytest.mark.parametrize(
    ("name", "slot"),
    [("services", "service-E"), ("home", "back"), ("unprinted", "home"), ("suggest", "send")],
)
def test_what_is_not_offered_cannot_be_touched(studio: Any, name: str, slot: str) -> None:
    button = find(studio.show(STATES[name]), slot)
    studio.touch(*button.center)
    assert studio.events == []


def test_below_a_veil_nothing_can_be_touched(studio: Any) -> None:
    tile = find(studio.show(STATES["warning"]), "service-A")
    studio.touch(tile.x + 4, tile.top - 4)
    assert studio.events == []


def test_while_the_help_is_open_it_can_be_made_larger_or_left_and_nothing_below_is_touched(
    studio: Any,
) -> None:
    tile = find(studio.show(STATES["help"]), "number")
    studio.touch(tile.x + 4, tile.y + 4)
    assert studio.events == []
    for slot, expected in (
        ("view-elder", ev.ViewChosen(ev.View.ELDER)),
        ("language", ev.LanguageChosen(ev.Language.ENGLISH)),
        ("voice", ev.VoiceTouched()),
        ("help", ev.HelpTouched()),
    ):
        studio.touch(*find(studio.show(STATES["help"]), slot).center)
        assert studio.events == [expected]
    assert step(STATES["help"], ev.ViewChosen(ev.View.ELDER))[0].help_open, "larger, and still open"


def test_what_the_line_takes_away_keeps_its_place_on_the_first_screen(studio: Any) -> None:
    places = []
    for name in ("home", "offline-home"):
        stage = studio.show(STATES[name])
        places.append({t.slot: tuple(t.pos) for t in stage.walk() if isinstance(t, tile_class())})
    usual, dark = places
    assert {slot: x for slot, (x, _) in usual.items()} == {slot: x for slot, (x, _) in dark.items()}
    assert list(usual) == list(dark)
    studio.touch(*find(studio.show(STATES["offline-home"]), "check-in").center)
    assert studio.events == []


def tile_class() -> Any:
    from kiosk.ui.widgets import Tile

    return Tile


def test_the_number_is_nowhere_larger_than_in_large_type(studio: Any) -> None:
    from kiosk.ui.typesetting import Figure

    sizes = {}
    for view in (ev.View.NORMAL, ev.View.ELDER):
        state = STATES["ticket"]
        stage = studio.show(replace(state, manner=replace(state.manner, view=view)))
        sizes[view] = max(w.font_size for w in stage.walk() if isinstance(w, Figure))
    assert sizes[ev.View.ELDER] > sizes[ev.View.NORMAL]


def test_a_finger_that_slides_off_presses_nothing(studio: Any) -> None:
    from kivy.tests.common import UnitTestTouch

    tile = find(studio.show(STATES["services"]), "service-D")
    finger = UnitTestTouch(*tile.center)
    finger.touch_down()
    assert tile.state == "down"
    finger.touch_move(tile.center_x, tile.top + tile.height * 2)
    finger.touch_up()
    studio.settle()
    assert studio.events == []


def test_everything_can_be_reached_and_pressed_with_a_keyboard(studio: Any) -> None:
    from kiosk.ui.keyboard import handle_key, pressables

    stage = studio.show(STATES["services"])
    count = len(pressables(stage))
    reached = []
    for _ in range(count):
        assert handle_key(stage, 9, [])
        reached.append(next(p.slot for p in pressables(stage) if p.focused))
    assert len(set(reached)) == count
    assert {"service-A", "view-elder", "language", "help"} <= set(reached)
    handle_key(stage, 9, [])
    handle_key(stage, 13, [])
    assert len(studio.events) == 1


def test_figures_follow_the_hall_without_making_the_screen_anew(studio: Any) -> None:
    state = STATES["services"]
    stage = studio.show(state)
    tile = find(stage, "service-D")
    hall = state.around.hall
    assert hall is not None
    services = tuple(replace(s, waiting=s.waiting + 30) for s in hall.services)
    around = replace(state.around, hall=replace(hall, services=services))
    stage.show(replace(state, around=around))
    assert find(stage, "service-D") is tile
    assert "36" in tile.waiting


def test_the_screens_qr_code_can_be_read_back(studio: Any, tmp_path: Any) -> None:
    import cv2

    for view in ev.View:
        state = STATES["unprinted"]
        stage = studio.show(replace(state, manner=replace(state.manner, view=view)))
        file = tmp_path / f"{view}.png"
        stage.export_to_png(str(file))
        text, *_ = cv2.QRCodeDetector().detectAndDecode(cv2.imread(str(file)))
        assert text == "http://192.168.1.10:8701/t/3f9c1d7ab24e4c5f", view


def test_a_greeted_name_is_in_no_cache_once_home_is_shown(studio: Any) -> None:
    from kiosk.ui import typesetting

    stage = studio.show(STATES["greeting-elderly"])
    name = next(w.words for w in stage.walk() if "王*芳" in getattr(w, "words", ""))
    studio.show(STATES["home"])
    before = typesetting._width_of_passing.cache_info().misses
    typesetting.text_width(name, "Hall", True, 10.0)
    assert typesetting._width_of_passing.cache_info().misses == before + 1


def test_a_card_laid_down_while_searching_is_seen_to_count(studio: Any) -> None:
    stage = studio.show(STATES["matters-card"])
    shown = [getattr(widget, "words", "") for widget in stage.walk()]
    assert stage.texts("matters.title_known", name="张*伟") in shown


def test_a_keyboard_and_home_are_made_once_and_keep_nothing_of_who_was_there(studio: Any) -> None:
    """What was typed goes with its screen, though its keys go on to the next person's."""
    stage = studio.show(STATES["home"])
    home, first = stage._screen, studio.show(STATES["mine-typed"])._screen
    keys = [w for w in first.walk() if getattr(w, "slot", "").startswith("key-")]
    left = weakref.ref(first)
    del first
    assert studio.show(STATES["home"])._screen is home
    assert not any(widget.parent.parent.parent for widget in keys)
    gc.collect()
    assert left() is None
    again = [w for w in studio.show(STATES["mine"]).walk() if w in keys]
    assert again == keys


def test_a_stage_that_is_kept_comes_back_without_the_person_before(studio: Any) -> None:
    usual = STATES["ticket"]
    size = (float(studio.window.width), float(studio.window.height))
    stage = studio.maker.make(usual.manner, size, studio.events.append, keep=True)
    stage.show(usual)
    number = usual.session.ticket.number
    assert any(getattr(w, "words", "") == number for w in stage.walk())
    stage.leave()
    assert studio.maker.make(usual.manner, size, studio.events.append, keep=True) is stage
    assert not any(number in getattr(w, "words", "") for w in stage.walk())
