"""Reaching everything with a keyboard: Tab moves on, Shift+Tab back, Enter or Space presses."""

from __future__ import annotations

from kivy.core.window import Keyboard
from kivy.uix.widget import Widget

from kiosk.ui.mirror import is_mirrored
from kiosk.ui.widgets import Pressable, Veil

_TAB = Keyboard.keycodes["tab"]
ENTER_KEYS = (Keyboard.keycodes["enter"], Keyboard.keycodes["numpadenter"])
_PRESS = (Keyboard.keycodes["enter"], Keyboard.keycodes["spacebar"])


def handle_key(root: Widget, key: int, modifiers: list[str]) -> bool:
    """True when the key meant something."""
    reachable = pressables(root)
    if key == _TAB and reachable:
        _move(reachable, -1 if "shift" in modifiers else 1)
        return True
    focused = next((p for p in reachable if p.focused), None)
    if key in _PRESS and focused is not None:
        focused.dispatch("on_release")
        return True
    return False


def pressables(root: Widget) -> list[Pressable]:
    """All that can be pressed, in reading order; below a veil only what is on it."""
    veil = next((child for child in root.children if isinstance(child, Veil)), None)
    found = [w for w in (veil or root).walk(restrict=True) if isinstance(w, Pressable)]
    usable = [p for p in found if not p.disabled and p.width > 1 and p.height > 1]
    return sorted(
        usable, key=lambda p: (-round(p.center_y / 8), -p.right if is_mirrored() else p.x)
    )


def clear_focus(root: Widget) -> None:
    """A touch takes the focus ring away: it is for keyboards."""
    for widget in root.walk(restrict=True):
        if isinstance(widget, Pressable):
            widget.focused = False


def _move(reachable: list[Pressable], by: int) -> None:
    now = next((i for i, p in enumerate(reachable) if p.focused), None)
    following = (0 if by > 0 else -1) if now is None else (now + by) % len(reachable)
    for place, pressable in enumerate(reachable):
        pressable.focused = place == following % len(reachable)
