"""Something to read: a matter's guide, a notice, a job. In pages that hold at the view's size."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.flow import events as ev
from kiosk.flow.choices import Language
from kiosk.flow.content import JobFacts, MatterFacts
from kiosk.flow.paging import Section, guide_pages, notice_pages, signs_in
from kiosk.flow.states import Paper, Place, State
from kiosk.screens.base import Emit, PlaceScreen
from kiosk.screens.hints import as_of_words
from kiosk.screens.pager import Pager
from kiosk.texts import Texts
from kiosk.ui.mirror import BoxLayout
from kiosk.words import in_language, job_lines, section_words

TYPE_DP, SHORT_TYPE_DP = 42.0, 56.0
SHORT_SIGNS = 90


@dataclass(frozen=True, slots=True)
class Reading:
    """next_words: the one thing to do from here, empty for none; other_words: a second one."""

    icon: str
    title: str
    lead: str
    sections: tuple[Section, ...]
    pages: int
    next_words: str = ""
    next_off: bool = False
    other_words: str = ""
    other_off: bool = False


def guide(state: State, t: Texts) -> Reading:
    matter = state.around.content.matter(state.session.matter)
    if matter is None:
        return Reading("file-text", t("page.gone"), "", (), 1)
    pages = guide_pages(matter, state.manner)
    open_now = state.around.accepts(matter.service)
    return Reading(
        icon="book-open",
        title=in_language(matter.name, matter.name_en, t.language),
        lead=_list_news(state, t) or _foreign(t),
        sections=pages[state.page % len(pages)],
        pages=len(pages),
        next_words=t("guide.take" if open_now else "guide.closed"),
        next_off=not open_now,
        other_words=t("guide.print") if matter.materials else "",
        other_off=state.session.list_request is not None,
    )


def _foreign(t: Texts) -> str:
    """Materials, fees and laws are the hall's, in Chinese: who reads nothing of them is told so."""
    return "" if t.language == Language.CHINESE else t("guide.in_chinese")


def _list_news(state: State, t: Texts) -> str:
    if state.session.list_request is not None:
        return t("guide.printing")
    return {
        Paper.PRINTED: t("guide.printed"),
        Paper.UNSURE: t("guide.printed"),
        Paper.FAILED: t("guide.not_printed"),
    }.get(state.session.list_paper, as_of_words(state.around, t))


def notice(state: State, t: Texts) -> Reading:
    found = state.around.content.notice(state.session.notice)
    if found is None or isinstance(found, MatterFacts):
        return Reading("megaphone", t("page.gone"), "", (), 1)
    if isinstance(found, JobFacts):
        lines = tuple(Section(kind, (text,)) for kind, text in job_lines(found, t))
        lead = as_of_words(state.around, t) or found.employer
        return Reading("briefcase", found.title, lead, lines, 1)
    pages = notice_pages(in_language(found.text, found.text_en, t.language), state.manner)
    title = in_language(found.title, found.title_en, t.language)
    shown = (Section("text", (pages[state.page % len(pages)],)),)
    return Reading("megaphone", title, as_of_words(state.around, t), shown, len(pages))


READINGS: dict[Place, Callable[[State, Texts], Reading]] = {
    Place.GUIDE: guide,
    Place.NOTICE: notice,
}


def _is_short(sections: tuple[Section, ...]) -> bool:
    """One text that would be lost on its sheet: it is drawn larger."""
    return len(sections) == 1 and sum(map(signs_in, sections[0].lines)) <= SHORT_SIGNS


def in_columns(sections: tuple[Section, ...], count: int) -> list[tuple[Section, ...]]:
    """In their order, as even as can be; one section alone has all the width."""
    if count == 1 or len(sections) < 2:
        return [sections]
    parted = [(sections[:first], sections[first:]) for first in range(1, len(sections))]
    return list(min(parted, key=lambda two: max(sum(s.signs for s in part) for part in two)))


class Column(BoxLayout):
    """Sections one below the other. room_px: the height of the sheet; what the sections leave of it
    goes between them, up to most_gap_px each."""

    room_px = NumericProperty(0)
    gap_px = NumericProperty(0)
    most_gap_px = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._spread = Clock.create_trigger(self._spread_out, -1)
        for name in ("room_px", "gap_px", "most_gap_px", "height", "children"):
            self.fbind(name, lambda *_: self._spread())

    def _spread_out(self, *_: object) -> None:
        """By the sections' own heights, so that doing it again changes nothing."""
        between = len(self.children) - 1
        if between > 0:
            left_px = self.room_px - sum(child.height for child in self.children)
            self.spacing = max(self.gap_px, min(left_px / between, self.most_gap_px))


class SectionBox(BoxLayout):
    """One heading and what stands under it; looks stand in reading.kv."""

    heading = StringProperty("")
    body = StringProperty("")
    type_dp = NumericProperty(42)


class ReadingScreen(PlaceScreen):
    """Draws one Reading. room_px: the height of the sheet."""

    room_px = NumericProperty(0)
    columns = NumericProperty(1)
    icon_name = StringProperty("file-text")
    title = StringProperty("")
    lead = StringProperty("")
    next_words = StringProperty("")
    next_off = BooleanProperty(False)
    other_words = StringProperty("")
    other_off = BooleanProperty(False)
    sections: BoxLayout = ObjectProperty(None)
    pager: Pager = ObjectProperty(None)

    def __init__(self, texts: Texts, emit: Emit, **kwargs: Any) -> None:
        self._shown: tuple[Section, ...] | None = None
        super().__init__(texts, emit, **kwargs)

    def show(self, state: State) -> None:
        told = READINGS[state.place](state, self.texts)
        self.icon_name, self.title, self.lead = told.icon, told.title, told.lead
        self.next_words, self.next_off = told.next_words, told.next_off
        self.other_words, self.other_off = told.other_words, told.other_off
        self.pager.show(state)
        if told.sections != self._shown:
            self._shown = told.sections
            self._show_sections(told.sections, _is_short(told.sections) and not state.manner.low)

    def _show_sections(self, sections: tuple[Section, ...], short: bool) -> None:
        self.sections.clear_widgets()
        for part in in_columns(sections, self.columns):
            column = Column(room_px=self.room_px)
            for section in part:
                heading, body = section_words(section.kind, section.lines, self.texts)
                type_dp = SHORT_TYPE_DP if short else TYPE_DP
                column.add_widget(SectionBox(heading=heading, body=body, type_dp=type_dp))
            self.sections.add_widget(column)

    def on_room_px(self, *_: object) -> None:
        if self.sections is None:
            return  # the rules are still being read
        for column in self.sections.children:
            column.room_px = self.room_px

    def go_on(self) -> None:
        self.emit(ev.TakeTouched(str(uuid.uuid4())))

    def go_other(self) -> None:
        self.emit(ev.ListPrintTouched(str(uuid.uuid4())))
