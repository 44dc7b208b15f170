"""What stands on the pages of the staff menu, in words. Pure; the screen only draws it."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.flow import staff as st
from kiosk.flow.events import Language, View
from kiosk.flow.staff_moves import entries_per_page
from kiosk.flow.states import Link, State
from kiosk.screens.offers import Choice, Choices, fresh_id
from kiosk.texts import Texts

ICONS = {
    st.Panel.DEVICES: "plug",
    st.Panel.PAPER: "scroll-text",
    st.Panel.SOUND: "volume-2",
    st.Panel.NETWORK: "network",
    st.Panel.LOG: "file-text",
    st.Panel.TOUCH: "pointer",
    st.Panel.RESTART: "rotate-cw",
}
# The acts of each page, in the order in which they are wanted.
ACTS: dict[st.Panel, tuple[st.Act, ...]] = {
    st.Panel.DEVICES: (st.Act.PRINT, st.Act.SPEAK, st.Act.CAMERA),
    st.Panel.PAPER: (st.Act.NEW_ROLL, st.Act.RESUME, st.Act.CLEAR),
    st.Panel.SOUND: (st.Act.LOUDER, st.Act.QUIETER, st.Act.SPEAK),
    st.Panel.NETWORK: (st.Act.NETWORK,),
    st.Panel.LOG: (),
    st.Panel.TOUCH: (),
    st.Panel.RESTART: (st.Act.RESTART,),
}
# The page whose buttons each have an answer of their own; elsewhere the newest stands above all.
_APART = st.Panel.DEVICES
MORE_SIGNS, MORE_SIGNS_LARGE = 52, 34  # of one line of the log


@dataclass(frozen=True, slots=True)
class Row:
    """One act of the menu and what became of it. verdict: "", good, bad, unsure or running; act:
    None for what staff do by hand; alone: the answer stands elsewhere."""

    slot: str
    words: str
    icon: str
    act: st.Act | None
    answer: str = ""
    verdict: str = ""
    alone: bool = False


def menu(_state: State, t: Texts) -> Choices:
    def touched(panel: st.Panel) -> Choice:
        return Choice(
            f"panel-{panel.value}",
            ICONS[panel],
            t(f"staff.{panel.value}"),
            lambda: st.PanelTouched(panel, fresh_id()),
        )

    return Choices(t("staff.title"), t("staff.lead"), tuple(touched(p) for p in st.Panel))


def rows(state: State, t: Texts) -> tuple[Row, ...]:
    staff = state.session.staff
    return (*(_row(act, state, t) for act in ACTS[staff.panel]), *_card(state, t))


def _row(act: st.Act, state: State, t: Texts) -> Row:
    staff, slot, name = state.session.staff, f"act-{act.value}", t(f"staff_act.{act.value}")
    alone = staff.panel is not _APART
    if staff.running is act:
        return Row(slot, name, _ICON[act], act, t("staff.running"), "running", alone)
    told = staff.of(act)
    if alone or told is None:
        return Row(slot, name, _ICON[act], act, alone=alone)
    return Row(slot, name, _ICON[act], act, told_words(told, t), told.verdict.value)


_ICON = {
    st.Act.PRINT: "printer",
    st.Act.SPEAK: "volume",
    st.Act.CAMERA: "camera",
    st.Act.NEW_ROLL: "scroll-text",
    st.Act.RESUME: "play",
    st.Act.CLEAR: "trash-2",
    st.Act.LOUDER: "volume-2",
    st.Act.QUIETER: "volume-1",
    st.Act.NETWORK: "refresh-cw",
    st.Act.RESTART: "rotate-cw",
}


def _card(state: State, t: Texts) -> tuple[Row, ...]:
    """Cards need no button: one that is laid down is read anyway."""
    staff = state.session.staff
    if staff.panel is not st.Panel.DEVICES:
        return ()
    seen = staff.card or ("lost" if state.around.reader is Link.DOWN else "")
    verdict = {"read": "good", "unreadable": "bad", "lost": "bad", "laid": "running"}.get(seen, "")
    answer = t(f"staff_card.{seen or 'none'}")
    return (Row("card", t("staff_card.title"), "id-card", None, answer, verdict),)


def told_words(told: st.Told, t: Texts) -> str:
    """The act's own words, and what the device says."""
    detail = told.detail[1 if t.language == Language.ENGLISH else 0]
    return t(f"staff_told.{told.key}", **dict(told.figures), detail=detail).strip()


def summary(state: State, t: Texts) -> tuple[str, str]:
    """What stands above the buttons of a page that has one answer: verdict and words."""
    staff = state.session.staff
    if staff.panel is _APART:
        return "", ""
    if staff.running is not None:
        return "running", t("staff.running")
    if staff.told:
        told = staff.told[-1][1]
        return told.verdict.value, told_words(told, t)
    return "", t("staff.restart_text") if staff.panel is st.Panel.RESTART else ""


def entries(state: State, t: Texts) -> tuple[st.LogEntry, ...]:
    """Those of this page, shortened to what one line holds."""
    per_page = entries_per_page(state)
    large = state.manner.view is View.ELDER or state.manner.low
    signs = MORE_SIGNS_LARGE if large else MORE_SIGNS
    found = state.session.staff.entries[state.page * per_page :][:per_page]
    return tuple(
        st.LogEntry(e.at, e.level, _short(_event_words(e.what, t), signs), _short(e.more, signs))
        for e in found
    )


def _event_words(what: str, t: Texts) -> str:
    """What staff can do something about stands in words, the rest by its name in the log."""
    return t(f"staff_log.{what}") if t.has(f"staff_log.{what}") else what


def _short(text: str, signs: int) -> str:
    return text if len(text) <= signs else f"{text[: signs - 1]}…"


def offset_words(state: State, targets: tuple[tuple[float, float], ...], t: Texts) -> str:
    """How far touches land from the marks, in hundredths of the picture's width or height."""
    points = state.session.staff.points
    if len(points) < len(targets):
        return t("staff_touch.next", number=len(points) + 1, count=len(targets))
    newest = points[-len(targets) :]
    far = max(
        max(abs(x - tx), abs(y - ty)) for (x, y), (tx, ty) in zip(newest, targets, strict=True)
    )
    return t(
        "staff_touch.good" if far <= GOOD_SHARE else "staff_touch.far", percent=f"{far * 100:.1f}"
    )


GOOD_SHARE = 0.02  # of the picture: half a finger
