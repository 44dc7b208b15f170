"""Draws every screen in every view and language to PNG files. Needs no server and no device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path

from kiosk.flow.states import Manner, State
from kiosk.samples import manners, sample_states
from kiosk.ui.environment import assets_folder, prepare_kivy

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
    Window.close()
    return count


def settle(rounds: int = 6) -> None:
    """Runs what waits for the next frame, without waiting for one."""
    from kivy.clock import Clock
    from kivy.lang import Builder

    for _ in range(rounds):
        Clock.tick()
        Builder.sync()
        Clock.tick_draw()
        Builder.sync()
