"""Makes the stage for one view, language and size. Fonts, rules and texts are loaded once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo
from pathlib import Path

from kiosk.flow.events import Language, View
from kiosk.flow.states import Manner
from kiosk.screens.base import Emit
from kiosk.screens.eligibility_face import Live
from kiosk.screens.stage import Stage
from kiosk.texts import Texts, load_languages
from kiosk.ui.fonts import FontFiles, find_fonts, further_font
from kiosk.ui.icons import IconSet
from kiosk.ui.look import Look, load_theme
from kiosk.ui.rules import load_rules, register_fonts, set_running_view
from kiosk.ui.typesetting import keep_texts


class StageMaker:
    """Raises FontMissing, SettingsError or OSError when the assets cannot be used. texts: of the
    languages offered, in their order; those that are shipped without it."""

    def __init__(
        self,
        assets: Path,
        follow_base: str,
        now: Callable[[tzinfo | None], datetime],
        live: Live | None = None,
        texts: Mapping[Language, Texts] | None = None,
    ) -> None:
        self._follow_base, self._now, self._live = follow_base, now, live
        self._kept: tuple[tuple[Manner, tuple[float, float], Emit], Stage] | None = None
        self._icons = IconSet(assets / "icons")
        self._themes = {view: load_theme(view.value, assets) for view in View}
        self._texts = load_languages(assets=assets) if texts is None else texts
        register_fonts(find_fonts(), self._icons, further_fonts(self._texts.values(), assets))
        keep_texts(frozenset().union(*(texts.plain() for texts in self._texts.values())))
        load_rules(assets.parent / "kiosk" / "ui", assets.parent / "kiosk" / "screens")

    def texts(self, language: Language) -> Texts:
        return self._texts[language]

    def make(
        self, manner: Manner, size_px: tuple[float, float], emit: Emit, keep: bool = False
    ) -> Stage:
        """keep: the one that was made for it before is taken again, and kept for the next time."""
        look = Look(self._themes[manner.view], size_px, manner.low)
        texts = self._texts[manner.language]
        set_running_view(look, self._icons, texts, mirrored=texts.about.direction == "rtl")
        wanted = (manner, size_px, emit)
        if self._kept is not None and keep and self._kept[0] == wanted:
            return self._kept[1]
        stage = self._make(texts, size_px, emit)
        if keep:
            self._kept = (wanted, stage)
        return stage

    def _make(self, texts: Texts, size_px: tuple[float, float], emit: Emit) -> Stage:
        return Stage(
            texts,
            emit,
            self._follow_base,
            self._now,
            self._live,
            offered=tuple(self._texts.values()),
            size_hint=(None, None),
            size=size_px,
        )


def further_fonts(offered: Iterable[Texts], assets: Path) -> tuple[FontFiles, ...]:
    """Of the languages that need one of their own. Raises FontMissing."""
    wanted = dict.fromkeys(texts.about.font for texts in offered if texts.about.font)
    return tuple(further_font(font, assets / "i18n") for font in wanted)
