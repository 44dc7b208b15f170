"""What each key asks of the server in each state of the window, and keys typed together."""

import pytest

from hardware.ports import PadKey
from hardware.window_devices.console import TYPING_S, Act, KeyInput, Press, acts_for
from hardware.window_devices.settings import Habits, PadSettings, Texts
from hardware.window_devices.view import (
    TicketView,
    WindowView,
    pad_text,
    sign_call,
    sign_idle,
    window_view,
)

PAD = PadSettings(bus="pads", address=1, window="3", transfer_service="B")
CLOSED = WindowView("3", "3号窗口", "closed", None, 5)
PAUSED = WindowView("3", "3号窗口", "paused", None, 5)
FREE = WindowView("3", "3号窗口", "open", None, 5)
CALLED = WindowView("3", "3号窗口", "open", TicketView("t", "A001", "called", 1), 4)
CALLED_OFTEN = WindowView("3", "3号窗口", "open", TicketView("t", "A001", "called", 3), 4)
SERVING = WindowView("3", "3号窗口", "open", TicketView("t", "A001", "serving", 1), 4)
PAUSED_SERVING = WindowView("3", "3号窗口", "paused", TicketView("t", "A001", "serving", 1), 4)


def names(key, view, target="", pad=PAD):
    return [act.name for act in acts_for(Press(key, target), view, pad, Habits())]


@pytest.mark.parametrize(
    ("key", "view", "acts"),
    [
        (PadKey.CALL, FREE, ["call-next"]),
        (PadKey.CALL, CLOSED, ["open", "call-next"]),
        (PadKey.CALL, PAUSED, ["resume", "call-next"]),
        (PadKey.CALL, SERVING, ["finish", "call-next"]),
        (PadKey.CALL, PAUSED_SERVING, ["finish", "resume", "call-next"]),
        (PadKey.CALL, CALLED, ["start", "finish", "call-next"]),
        (PadKey.CALL, CALLED_OFTEN, ["miss", "call-next"]),
        (PadKey.RECALL, CALLED, ["recall"]),
        (PadKey.RECALL, SERVING, []),
        (PadKey.RECALL, FREE, []),
        (PadKey.CONFIRM, CALLED, ["start"]),
        (PadKey.CONFIRM, SERVING, ["finish"]),
        (PadKey.CONFIRM, FREE, []),
        (PadKey.START, CALLED, ["start"]),
        (PadKey.START, SERVING, []),
        (PadKey.FINISH, SERVING, ["finish"]),
        (PadKey.FINISH, CALLED, ["start", "finish"]),
        (PadKey.INVITE_RATING, SERVING, ["finish"]),
        (PadKey.INVITE_RATING, FREE, []),
        (PadKey.MISS, CALLED, ["miss"]),
        (PadKey.MISS, SERVING, []),
        (PadKey.TRANSFER, SERVING, ["transfer"]),
        (PadKey.TRANSFER, FREE, []),
        (PadKey.PAUSE, FREE, ["pause"]),
        (PadKey.PAUSE, SERVING, ["pause"]),
        (PadKey.PAUSE, PAUSED, ["resume"]),
        (PadKey.PAUSE, CLOSED, []),
    ],
)
def test_what_a_key_means(key, view, acts):
    assert names(key, view) == acts


def test_where_a_transfer_leads():
    press = Press(PadKey.TRANSFER)
    assert acts_for(press, SERVING, PAD, Habits()) == (
        Act("transfer", {"ticket": "t", "service": "B"}),
    )
    to_window = PadSettings(bus="pads", address=1, window="3", transfer_window="7")
    assert acts_for(press, SERVING, to_window, Habits()) == (
        Act("transfer", {"ticket": "t", "window": "7"}),
    )
    typed = Press(PadKey.TRANSFER, "12")
    assert acts_for(typed, SERVING, to_window, Habits()) == (
        Act("transfer", {"ticket": "t", "window": "12"}),
    )
    nowhere = PadSettings(bus="pads", address=1, window="3")
    assert acts_for(press, SERVING, nowhere, Habits()) == ()


def test_acts_on_a_ticket_name_it():
    acts = acts_for(Press(PadKey.CALL), SERVING, PAD, Habits())
    assert acts == (Act("finish", {"ticket": "t"}), Act("call-next"))
    missed = acts_for(Press(PadKey.MISS), CALLED, PAD, Habits(key_reason="by key"))
    assert missed == (Act("miss", {"ticket": "t", "reason": "by key"}),)


def feed(keys, has_digits=True, each_s=1.0):
    pad, made = KeyInput(has_digits), []
    for number, key in enumerate(keys):
        if press := pad.feed(key, number * each_s):
            made.append((press.key, press.target))
    return made


TRANSFER, CONFIRM, ONE, TWO, CALL = (
    PadKey.TRANSFER, PadKey.CONFIRM, PadKey.DIGIT_1, PadKey.DIGIT_2, PadKey.CALL,
)  # fmt: skip


def test_transfer_digits_confirm_are_one_press():
    assert feed([TRANSFER, ONE, TWO, CONFIRM]) == [(TRANSFER, "12")]
    assert feed([TRANSFER, PadKey.DIGIT_0, TWO, CONFIRM]) == [(TRANSFER, "2")]
    assert feed([TRANSFER, CONFIRM]) == [(TRANSFER, "")]
    assert feed([TRANSFER, TRANSFER]) == [(TRANSFER, "")]


def test_another_key_gives_up_what_was_typed():
    assert feed([TRANSFER, ONE, CALL, CONFIRM]) == [(CALL, ""), (CONFIRM, "")]


def test_digits_alone_mean_nothing_and_typing_ends_by_itself():
    assert feed([ONE, TWO, CONFIRM]) == [(CONFIRM, "")]
    assert feed([TRANSFER, ONE, CONFIRM], each_s=TYPING_S + 1) == [(CONFIRM, "")]


def test_a_pad_without_digits_transfers_at_once():
    assert feed([TRANSFER], has_digits=False) == [(TRANSFER, "")]


def test_what_strips_and_pads_show():
    texts = Texts()
    assert sign_call(CALLED, texts) == "请A001号"
    assert sign_call(SERVING, texts) is None
    assert sign_idle(SERVING, texts) == "A001"
    assert sign_idle(FREE, texts) == "3号窗口"
    assert sign_idle(PAUSED, texts) == sign_idle(CLOSED, texts) == "暂停服务"
    assert pad_text(FREE, texts) == "等候5"
    assert pad_text(CALLED, texts) == "A001"
    with pytest.raises(ValueError, match="unknown"):
        Texts(called="{name_of_person}")


def test_a_window_that_is_none_is_the_rooms_error():
    from hardware.errors import DeviceProtocolError

    with pytest.raises(DeviceProtocolError):
        window_view({"id": "1"})
