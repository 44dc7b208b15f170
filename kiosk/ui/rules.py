"""Loads the .kv files and gives them `look`, `icon` and `t`: the one user of Kivy's globals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kivy.core.text import LabelBase
from kivy.lang import Builder
from kivy.lang.parser import global_idmap

from kiosk.ui import mirror, shaping, typesetting, widgets
from kiosk.ui.fonts import FontFiles
from kiosk.ui.icons import IconSet
from kiosk.ui.look import Look


def register_fonts(fonts: FontFiles, icons: IconSet, more: tuple[FontFiles, ...] = ()) -> None:
    """more: of languages whose letters the Chinese font does not hold."""
    shaping.use_fonts(shaping.Fonts(fonts, more))
    LabelBase.register("Hall", fn_regular=str(fonts.regular), fn_bold=str(fonts.bold))
    LabelBase.register("HallIcons", fn_regular=str(icons.font_file))


def set_running_view(
    look: Look, icons: IconSet, words: Callable[..., str], mirrored: bool = False
) -> None:
    """What every widget made from now on is drawn with. mirrored: from right to left."""
    mirror.set_mirrored(mirrored)
    global_idmap.update(look=look, icon=lambda name: icons(mirror.turned_icon(name)), t=words)


# Rules name widgets by class; importing these modules makes the classes known to them.
WIDGET_MODULES = (typesetting, widgets)


def load_rules(*folders: Path) -> None:
    """Once a process; the files of one folder in alphabetical order."""
    for folder in folders:
        for file in sorted(folder.glob("*.kv")):
            if str(file) not in Builder.files:
                Builder.load_file(str(file))
