"""Draws every screen in every view and language to PNG files. Needs no server and no device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.flow.events import View
from kiosk.flow.states import Manner, State
from kiosk.gateway.pairing import Shown
from kiosk.samples import manners, refusals, sample_states
from kiosk.texts import SHIPPED, load_texts
from kiosk.ui.environment import assets_folder, prepare_kivy

if TYPE_CHECKING:
    from kivy.uix.floatlayout import FloatLayout

    from kiosk.screens.pairing import PairingPicture

Size = tuple[int, int]


def sample_now(zone: tzinfo | None) -> datetime:
    return datetime(2026, 3, 2, 10, 8, tzinfo=zone)


def pictures(sizes: list[Size], only: str = "") -> Iterator[tuple[str, State, Size]]:
    """Name, state and size of each picture, in the order drawn."""
    for size in sizes:
        for manner in (*manners(), *manners(low=True)):
            view = f"{manner.view.value}{'-low' if manner.low else ''}"
            for name, state in sample_states().items():
                full = f"{name}.{view}.{manner.language.value}.{size[0]}x{size[1]}"
                if only in full:
                    yield full, replace(state, manner=manner), size
    yield from _refusals(sizes[:1], only)


def _refusals(sizes: list[Size], only: str) -> Iterator[tuple[str, State, Size]]:
    """One layout and many texts: only where least fits."""
    for size in sizes:
        for manner in manners():
            if manner.view is View.ELDER:
                for name, state in refusals().items():
                    full = f"{name}.elder.{manner.language.value}.{size[0]}x{size[1]}"
                    if only in full:
                        yield full, replace(state, manner=manner), size


def draw_gallery(folder: Path, sizes: list[Size], only: str = "") -> int:
    """Writes the pictures to `folder`; returns how many. Once a process: Kivy has one window."""
    prepare_kivy((540, 960), offscreen=True, frames_per_s=0)
    from kivy.base import EventLoop
    from kivy.core.window import Window
    from kivy.uix.floatlayout import FloatLayout

    from kiosk.screens.making import StageMaker

    folder.mkdir(parents=True, exist_ok=True)
    maker = StageMaker(assets_folder(), "http://192.168.1.10:8701", sample_now)
    ground = FloatLayout()
    Window.add_widget(ground)
    EventLoop.window = Window
    count, stage, shown = 0, None, (Manner(), (0, 0))
    for name, state, size in pictures(sizes, only):
        if stage is None or shown != (state.manner, size):
            ground.clear_widgets()
            stage, shown = maker.make(state.manner, size, lambda _event: None), (state.manner, size)
            ground.add_widget(stage)
        stage.show(state)
        settle()
        stage.export_to_png(str(folder / f"{name}.png"))
        count += 1
    count += _draw_pairing(folder, ground, [s for s in sizes if only in _pairing_name(s)])
    Window.close()
    return count


def _pairing_name(size: Size) -> str:
    return f"pairing.{size[0]}x{size[1]}"


def _draw_pairing(folder: Path, ground: FloatLayout, sizes: list[Size]) -> int:
    """The screen of a kiosk that no hall knows yet, while the server is away; how many."""
    for size in sizes:
        ground.clear_widgets()
        picture = pairing_picture(size)
        ground.add_widget(picture)
        settle()
        picture.export_to_png(str(folder / f"{_pairing_name(size)}.png"))
    return len(sizes)


def pairing_picture(size: Size) -> PairingPicture:
    from kiosk.screens.pairing import PairingPicture
    from kiosk.ui.fonts import find_fonts

    texts = [load_texts(language) for language in SHIPPED]
    address = "http://192.168.1.10:8701/admin"
    picture = PairingPicture(texts, find_fonts(), address, (float(size[0]), float(size[1])))
    picture.show(Shown("571663", reachable=False))
    return picture


def settle(rounds: int = 6) -> None:
    """Runs what waits for the next frame, without waiting for one."""
    from kivy.clock import Clock
    from kivy.lang import Builder

    for _ in range(rounds):
        Clock.tick()
        Builder.sync()
        Clock.tick_draw()
        Builder.sync()
