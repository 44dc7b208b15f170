"""Every screen in every view, language and shape: nothing cut off, nothing too small to touch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from kiosk.flow.events import View
from kiosk.flow.states import Manner
from kiosk.samples import manners, sample_states

SIZES = [(540, 960), (1080, 1920), (1920, 1080)]
TOUCH_DP = {View.NORMAL: 44, View.ELDER: 60, View.CONTRAST: 44}
# A kiosk's 1080 pixels are 27 inches' short side: one of Android's dp is about 1.6 of them.
PX_PER_DP_AT_1080 = 1.25


def seen(widget: Any, opacity: float = 1.0) -> Iterator[Any]:
    """Widgets that are really drawn."""
    opacity *= widget.opacity
    if opacity < 0.05 or widget.width < 1 or widget.height < 1:
        return
    yield widget
    for child in widget.children:
        yield from seen(child, opacity)


def every_stage(studio: Any, manner: Manner, size: tuple[int, int]) -> Iterator[tuple[str, Any]]:
    for name, state in sample_states().items():
        yield name, studio.show(replace(state, manner=manner), size)


ALL = [
    pytest.param(manner, size, id=f"{manner.view}-{manner.language}-{size[0]}x{size[1]}")
    for size in SIZES
    for manner in manners()
]


@pytest.mark.parametrize(("manner", "size"), ALL)
def test_no_text_is_cut_off_or_leaves_its_place(studio: Any, manner: Manner, size: Any) -> None:
    from kivy.uix.label import Label

    from kiosk.ui.typesetting import Words

    wrong = []
    for name, stage in every_stage(studio, manner, size):
        for label in seen(stage):
            if not isinstance(label, Label) or not label.text:
                continue
            width, height = label.texture_size
            # A line's texture has room above and below the signs that may lie outside the box.
            spare = label.font_size * 0.36
            if width > label.width + 2 or height > label.height + spare:
                wrong.append(f"{name}: {label.text!r} {label.texture_size} in {label.size}")
            if label.x < -1 or label.right > stage.width + 1 or label.y < -1:
                wrong.append(f"{name}: {label.text!r} leaves the picture")
            if isinstance(label, Words):
                shown = "".join(label.text.split())
                assert shown == "".join(label.words.split()), f"{name}: words lost"
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("manner", "size"), ALL)
def test_whatever_can_be_touched_is_large_enough_and_apart(
    studio: Any, manner: Manner, size: Any
) -> None:
    from kiosk.ui.look import DESIGN_LOW_DP, DESIGN_WIDTH_DP
    from kiosk.ui.widgets import Pressable, Veil

    unit = size[0] / DESIGN_WIDTH_DP if size[1] > size[0] else size[1] / DESIGN_LOW_DP
    least_px = TOUCH_DP[manner.view] * PX_PER_DP_AT_1080 * unit
    wrong = []
    for name, stage in every_stage(studio, manner, size):
        veil = next((c for c in stage.children if isinstance(c, Veil)), stage)
        targets = [w for w in seen(veil) if isinstance(w, Pressable)]
        assert targets, name
        wrong += [
            f"{name}: {t.slot} {t.size}" for t in targets if min(t.width, t.height) < least_px
        ]
        for one, target in enumerate(targets):
            for other in targets[one + 1 :]:
                if overlap(target, other):
                    wrong.append(f"{name}: {target.slot} lies over {other.slot}")
    assert not wrong, "\n".join(wrong)


def overlap(a: Any, b: Any) -> bool:
    return bool(a.x + 1 < b.right and b.x + 1 < a.right and a.y + 1 < b.top and b.y + 1 < a.top)


def test_elder_type_is_never_below_its_floor(studio: Any) -> None:
    """18 dp of body text: 22 pixels of a 1080-wide picture."""
    from kiosk.ui.typesetting import Words

    for manner in manners():
        if manner.view is not View.ELDER:
            continue
        for name, stage in every_stage(studio, manner, (1080, 1920)):
            for label in seen(stage):
                if isinstance(label, Words) and label.text:
                    assert label.font_size >= 18 * PX_PER_DP_AT_1080, f"{name}: {label.text!r}"


def test_no_widget_has_kivys_own_look(studio: Any) -> None:
    from kivy.uix.button import Button

    for manner in manners():
        for name, stage in every_stage(studio, manner, (540, 960)):
            assert not [w for w in stage.walk() if isinstance(w, Button)], name
