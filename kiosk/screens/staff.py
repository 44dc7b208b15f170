"""The staff menu's screens: the PIN, and its pages with buttons, log or marks to touch."""

from __future__ import annotations

import uuid
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, Ellipse, Line
from kivy.graphics.texture import Texture
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.widget import Widget

from kiosk.flow import staff as st
from kiosk.flow.events import PageTouched
from kiosk.flow.staff_moves import entries_per_page, pages
from kiosk.flow.states import State
from kiosk.screens.base import Emit, PlaceScreen
from kiosk.screens.code import CodeScreen
from kiosk.screens.eligibility_face import Live
from kiosk.screens.staff_rows import Row, entries, offset_words, rows, summary
from kiosk.texts import Texts
from kiosk.ui.mirror import BoxLayout

# Where the marks lie, as shares of the page from its lower left; they are touched in this order.
MARKS = ((0.1, 0.9), (0.9, 0.9), (0.5, 0.5), (0.1, 0.1), (0.9, 0.1))


class StaffPinScreen(CodeScreen):
    """The PIN is shown as dots."""

    def show(self, state: State) -> None:
        staff, gate, t = state.session.staff, state.gate, self.texts
        locked_s = gate.locked_s(state.now_s)
        self.title, self.send_words = t("staff_pin.title"), t("staff_pin.send")
        self.digits = " ".join("●" * len(staff.pin)) or "–"
        self.ready = gate.set_up and not locked_s and len(staff.pin) in st.PIN_DIGITS
        if not gate.set_up:
            self.lead = t("staff_pin.none")
        elif locked_s:
            self.lead = t("staff_pin.locked", seconds=int(locked_s) + 1)
        else:
            self.lead = t("staff_pin.wrong" if staff.misdialled else "staff_pin.text")

    def send(self) -> None:
        self.emit(st.PinTouched(str(uuid.uuid4())))


class ActRow(BoxLayout):
    """A button, and beside it what became of it; looks stand in staff.kv."""

    slot = StringProperty("")
    words = StringProperty("")
    icon_name = StringProperty("")
    answer = StringProperty("")
    verdict = StringProperty("")
    by_hand = BooleanProperty(False)
    alone = BooleanProperty(False)
    pressed: Any = ObjectProperty(None, allownone=True)

    def fill(self, row: Row) -> None:
        self.slot, self.words, self.icon_name = row.slot, row.words, row.icon
        self.answer, self.verdict = row.answer, row.verdict
        self.by_hand, self.alone = row.act is None, row.alone


class LogRow(BoxLayout):
    """One line of the log."""

    at = StringProperty("")
    what = StringProperty("")
    more = StringProperty("")
    loud = BooleanProperty(False)


class MarkBoard(Widget):
    """Shows marks and where touches landed. landed: points as shares; next_mark: the number of the
    mark to touch; reach: half a mark's width, in pixels."""

    landed = ListProperty([])
    next_mark = NumericProperty(0)
    reach = NumericProperty(20)
    calm = ColorProperty("#888888")
    wanted = ColorProperty("#0000ff")
    dot = ColorProperty("#ff0000")
    emit: Any = ObjectProperty(None, allownone=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._redraw = Clock.create_trigger(self._draw, -1)
        for name in ("landed", "next_mark", "size", "pos"):
            self.fbind(name, self._redraw)

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        with self.canvas:
            for number, mark in enumerate(MARKS):
                Color(*(self.wanted if number == self.next_mark else self.calm))
                self._cross(*self.at(mark), self.reach)
            for point in self.landed:
                Color(*self.dot)
                x, y = self.at(point)
                side = self.reach * 0.7
                Ellipse(pos=(x - side / 2, y - side / 2), size=(side, side))

    @staticmethod
    def _cross(x: float, y: float, reach: float) -> None:
        width = max(reach / 10, 1.1)
        Line(points=(x - reach, y, x + reach, y), width=width)
        Line(points=(x, y - reach, x, y + reach), width=width)
        Line(circle=(x, y, reach * 0.6), width=width)

    def on_touch_down(self, touch: Any) -> bool:
        if not self.collide_point(*touch.pos) or self.emit is None:
            return False
        x, y = (touch.x - self.x) / self.width, (touch.y - self.y) / self.height
        self.emit(st.PointTouched(x, y))
        return True

    def at(self, share: Any) -> tuple[float, float]:
        return self.x + share[0] * self.width, self.y + share[1] * self.height


class ActsPage(BoxLayout):
    """Buttons with their answers; below or beside them the camera's one picture."""

    texture = ObjectProperty(None, allownone=True)
    rows: BoxLayout = ObjectProperty(None)

    def __init__(self, emit: Emit, **kwargs: Any) -> None:
        self._emit = emit
        self._made: dict[str, ActRow] = {}
        super().__init__(**kwargs)

    def fill(self, told: tuple[Row, ...]) -> None:
        for row in told:
            if row.slot not in self._made:
                self._made[row.slot] = self._row(row)
                self.rows.add_widget(self._made[row.slot])
            self._made[row.slot].fill(row)

    def _row(self, row: Row) -> ActRow:
        act, made = row.act, ActRow()
        if act is not None:
            made.pressed = lambda: self._emit(st.ActAsked(act, str(uuid.uuid4())))
        return made

    def picture(self, live: Live | None) -> None:
        """Taken over once; live None: none is to be seen."""
        if live is None:
            self.texture = None
        elif self.texture is None and (picture := live.take(-1)[1]):
            side = round((len(picture) / 3) ** 0.5)
            texture = Texture.create(size=(side, side), colorfmt="rgb")
            texture.blit_buffer(picture, colorfmt="rgb", bufferfmt="ubyte")
            self.texture = texture


class LogPage(BoxLayout):
    """Some lines of the log, the newest first."""

    more_words = StringProperty("")
    rows: BoxLayout = ObjectProperty(None)

    def __init__(self, emit: Emit, **kwargs: Any) -> None:
        self._emit = emit
        self._shown: tuple[st.LogEntry, ...] | None = None
        super().__init__(**kwargs)

    def fill(self, found: tuple[st.LogEntry, ...], lines: int) -> None:
        """lines: how many a full page has; a shorter one keeps their height."""
        if found == self._shown:
            return
        self._shown = found
        self.rows.clear_widgets()
        for e in found:
            loud = e.level in ("warning", "error", "critical")
            self.rows.add_widget(LogRow(at=e.at, what=e.what, more=e.more, loud=loud))
        for _ in range(lines - len(found)):
            self.rows.add_widget(Widget())

    def turned(self) -> None:
        self._emit(PageTouched())


class StaffScreen(PlaceScreen):
    """One page of the menu, made when it is opened."""

    title = StringProperty("")
    lead = StringProperty("")
    verdict = StringProperty("")

    def __init__(self, texts: Texts, emit: Emit, live: Live | None = None, **kwargs: Any) -> None:
        self._live = live
        self._page: Any = None
        self._panel: st.Panel | None = None
        super().__init__(texts, emit, **kwargs)

    def show(self, state: State) -> None:
        panel = state.session.staff.panel
        if panel is not self._panel:
            self._open(panel)
        self.title = self.texts(f"staff.{panel.value}")
        self.verdict, self.lead = summary(state, self.texts)
        if panel is st.Panel.LOG:
            self._show_log(state)
        elif panel is st.Panel.TOUCH:
            self._show_marks(state)
        else:
            self._show_acts(state)

    def _open(self, panel: st.Panel) -> None:
        if self._page is not None:
            self.remove_widget(self._page)
        if panel is st.Panel.LOG:
            self._page = LogPage(self.emit)
        else:
            touch = panel is st.Panel.TOUCH
            self._page = MarkBoard(emit=self.emit) if touch else ActsPage(self.emit)
        self._panel = panel
        self.add_widget(self._page)

    def _show_acts(self, state: State) -> None:
        self._page.fill(rows(state, self.texts))
        told = state.session.staff.of(st.Act.CAMERA)
        there = told is not None and told.verdict is st.Verdict.GOOD
        self._page.picture(self._live if there else None)

    def _show_log(self, state: State) -> None:
        count = pages(state)
        page = state.page % count + 1
        self._page.more_words = self.texts("page.next", page=page, pages=count) if count > 1 else ""
        self._page.fill(entries(state, self.texts), entries_per_page(state))

    def _show_marks(self, state: State) -> None:
        points = state.session.staff.points
        self.lead = offset_words(state, MARKS, self.texts)
        self._page.landed = [list(point) for point in points]
        self._page.next_mark = len(points)
