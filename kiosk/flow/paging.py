"""How much of a list stands on one page, and what of it stands there now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from kiosk.flow.content import JobFacts, MatterFacts, NoticeFacts
from kiosk.flow.events import Language, View
from kiosk.flow.facts import ServiceFacts
from kiosk.flow.meant import matters_meant
from kiosk.flow.states import Manner, Place, State

T = TypeVar("T")

SERVICES_PER_PAGE = 8
SERVICES_PER_PAGE_LOW = 4
NOTICES_PER_PAGE = 6
# A page in signs, by view: what fits at the view's type size. Latin letters are about half as wide.
NARROW = 0.6
PAGE_SIGNS = {View.NORMAL: 360, View.ELDER: 222, View.CONTRAST: 360}
# A guide without a second page needs no keys for turning, which leaves large type a third more.
ALONE_SIGNS = {View.NORMAL: 360, View.ELDER: 300, View.CONTRAST: 360}
HEADING_SIGNS, LINE_SIGNS = 26, 12


def matters_per_page(state: State) -> int:
    """The keyboard takes the lower half; large type leaves room for fewer."""
    large = state.manner.view is View.ELDER
    return (2 if large else 3) if state.manner.low else (3 if large else 4)


def services_per_page(state: State) -> int:
    return SERVICES_PER_PAGE_LOW if state.manner.low else SERVICES_PER_PAGE


def page_of(state: State, items: Sequence[T], per_page: int) -> Sequence[T]:
    return items[state.page * per_page : (state.page + 1) * per_page]


def services_shown(state: State) -> Sequence[ServiceFacts]:
    hall = state.around.hall
    return page_of(state, hall.services if hall else (), services_per_page(state))


def notices_and_jobs(state: State) -> tuple[NoticeFacts | JobFacts, ...]:
    return (*state.around.content.notices, *state.around.content.jobs)


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of a guide and what stands under it. kind: a key of the words `section.…`."""

    kind: str
    lines: tuple[str, ...]

    @property
    def signs(self) -> int:
        """How much room it takes, in signs: a line that is begun counts as half a line more."""
        if self.kind == "procedure":  # one step behind the other, with an arrow between
            return HEADING_SIGNS + signs_in(" → ".join(self.lines)) + LINE_SIGNS
        return HEADING_SIGNS + sum(signs_in(line) + LINE_SIGNS for line in self.lines)


def signs_in(text: str) -> int:
    """How much room it takes, in Chinese signs; any blank may be where a line ends."""
    narrow = sum(sign.isascii() for sign in text)
    return len(text) - narrow + round(narrow * NARROW)


def signs_on_page(manner: Manner) -> int:
    """What one page holds at the view's type size; low controls leave three fifths of it."""
    most = PAGE_SIGNS[manner.view]
    return most * 3 // 5 if manner.low else most


def guide_pages(matter: MatterFacts, manner: Manner) -> tuple[tuple[Section, ...], ...]:
    """The guide (五公开) in pages, what to bring first; no section is torn apart."""
    sections = [
        Section("materials", matter.materials or ("",)),
        Section("promise", (str(matter.promised_working_days),)),
        Section("fee", (matter.fee,)),
        Section("procedure", matter.procedure),
        Section("result", (matter.result,)),
        Section("legal_basis", (matter.legal_basis,)),
    ]
    most = signs_on_page(manner)
    if not manner.low and sum(s.signs for s in sections) <= ALONE_SIGNS[manner.view]:
        most = ALONE_SIGNS[manner.view]
    pages: list[list[Section]] = [[]]
    for section in sections:
        if section.kind not in ("materials", "promise") and not any(section.lines):
            continue
        taken = sum(other.signs for other in pages[-1])
        if pages[-1] and taken + section.signs > most:
            pages.append([])
        pages[-1].append(section)
    return tuple(map(tuple, pages))


def notice_pages(text: str, manner: Manner) -> tuple[str, ...]:
    """The text in pages, cut after a paragraph or a sentence where that is possible."""
    rest = text.strip()
    alone = signs_on_page(manner) if manner.low else ALONE_SIGNS[manner.view]
    if signs_in(rest) <= alone - HEADING_SIGNS:
        return (rest,)
    # in letters, as wide as they are on the whole
    most = (signs_on_page(manner) - HEADING_SIGNS) * len(rest) // max(signs_in(rest), 1)
    pages: list[str] = []
    while len(rest) > most:
        cut = max(rest.rfind(mark, most // 2, most) for mark in "\n。；.")
        cut = cut + 1 if cut > 0 else most
        pages.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return (*pages, rest)


def pages_of(state: State) -> int:
    """How many pages the place has, at least one."""
    hall, content = state.around.hall, state.around.content
    counts = {
        Place.SERVICES: (len(hall.services) if hall else 0, services_per_page(state)),
        Place.GREETING: (len(hall.services) if hall else 0, services_per_page(state)),
        Place.NOTICES: (len(notices_and_jobs(state)), NOTICES_PER_PAGE),
    }
    if state.place is Place.MATTERS:
        found = matters_meant(state)
        return max(-(-len(found) // matters_per_page(state)), 1)
    if state.place is Place.GUIDE:
        matter = content.matter(state.session.matter)
        return len(guide_pages(matter, state.manner)) if matter else 1
    if state.place is Place.NOTICE:
        return _pages_of_notice(state)
    count, per_page = counts.get(state.place, (1, 1))
    return max(-(-count // per_page), 1)


def _pages_of_notice(state: State) -> int:
    found = state.around.content.notice(state.session.notice)
    if not isinstance(found, NoticeFacts):
        return 1
    english = state.manner.language == Language.ENGLISH and bool(found.text_en)
    return len(notice_pages(found.text_en if english else found.text, state.manner))
