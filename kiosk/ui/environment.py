"""Kivy's own surroundings, set before it is first imported. Imports no Kivy itself."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from kiosk.ui.fonts import cache_folder


def prepare_kivy(
    size_px: tuple[int, int], offscreen: bool, fullscreen: bool = False, frames_per_s: int = 30
) -> None:
    """Environment and configuration for one window of this size. Must run before Kivy is imported.

    frames_per_s: at most; 0 never waits for a frame.
    """
    home = cache_folder() / "kivy"
    home.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        KIVY_NO_ARGS="1",
        KIVY_HOME=str(home),
        KIVY_NO_FILELOG="1",
        KIVY_NO_CONSOLELOG="1",
        KIVY_NO_CONFIG="1",
    )
    os.environ["KIVY_LOG_MODE"] = "PYTHON"  # leaves standard error and our own logs alone
    if offscreen:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
    # Kivy tries every way of reading touches and complains of those the system lacks; SDL is ours.
    logging.getLogger("kivy").setLevel(logging.WARNING)
    logging.getLogger("kivy").addFilter(lambda record: "not supported" not in str(record.msg))
    from kivy.config import Config

    Config.set("graphics", "width", str(size_px[0]))
    Config.set("graphics", "height", str(size_px[1]))
    Config.set("graphics", "resizable", "0" if fullscreen else "1")
    Config.set("graphics", "fullscreen", "auto" if fullscreen else "0")
    Config.set("graphics", "maxfps", str(frames_per_s))
    # Shapes are smoothed by lines of their own. Four samples for each pixel change nothing to be
    # seen, and without a graphics chip they take two thirds of a frame's time.
    Config.set("graphics", "multisamples", "0")
    Config.set("kivy", "exit_on_escape", "0")
    # Touches come through SDL; probing the system's devices besides would report each twice.
    Config.remove_option("input", "%(name)s")
    # A right click must not draw a red dot for a second finger.
    Config.set("input", "mouse", "mouse,disable_multitouch")


def assets_folder() -> Path:
    return Path(__file__).resolve().parents[2] / "assets"
