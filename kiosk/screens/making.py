"""Makes the stage for one view, language and size. Fonts, rules and texts are loaded once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path

from kiosk.flow.events import Language, View
from kiosk.flow.states import Manner
from kiosk.screens.base import Emit
from kiosk.screens.eligibility_face import Live
from kiosk.screens.stage import Stage
from kiosk.texts import Texts, load_texts
from kiosk.ui.fonts import find_fonts
from kiosk.ui.icons import IconSet
from kiosk.ui.look import Look, load_theme
from kiosk.ui.rules import load_rules, register_fonts, set_running_view


class StageMaker:
    """Raises FontMissing, SettingsError or OSError when the assets cannot be used."""

    def __init__(
        self,
        assets: Path,
        follow_base: str,
        now: Callable[[tzinfo | None], datetime],
        live: Live | None = None,
    ) -> None:
        self._follow_base, self._now, self._live = follow_base, now, live
        self._icons = IconSet(assets / "icons")
        self._themes = {view: load_theme(view.value, assets) for view in View}
        self._texts = {language: load_texts(language, assets) for language in Language}
        register_fonts(find_fonts(), self._icons)
        load_rules(assets.parent / "kiosk" / "ui", assets.parent / "kiosk" / "screens")

    def texts(self, language: Language) -> Texts:
        return self._texts[language]

    def make(self, manner: Manner, size_px: tuple[float, float], emit: Emit) -> Stage:
        look = Look(self._themes[manner.view], size_px, manner.low)
        texts = self._texts[manner.language]
        set_running_view(look, self._icons, texts)
        return Stage(
            texts,
            emit,
            self._follow_base,
            self._now,
            self._live,
            size_hint=(None, None),
            size=size_px,
        )
