"""How a ticket is laid out: blocks from `config/tickets/*.toml`, filled from a TicketContent.

Pure but for reading the file; knows neither printer commands nor pixels. Lengths in millimetres.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from foundation.settings_file import load_settings
from hardware.named_files import named_file
from hardware.ports import TicketContent

LAYOUTS_FOLDER = Path(__file__).resolve().parents[2] / "config" / "tickets"
STANDARD_LAYOUT = LAYOUTS_FOLDER / "standard.toml"

Align = Literal["left", "center", "right"]
_FIELDS = frozenset(
    {
        "hall_name",
        "number",
        "service_name",
        "people_ahead",
        "wait_text",
        "window_text",
        "class_label",
        "note",
        "review_code",
        "footer",
        "date",
        "time",
    }
)


@dataclass(frozen=True, slots=True)
class Block:
    """One entry of the layout file. `text`/`label`: words by language with {fields}; a block whose
    field is empty on this ticket is left out. size_mm: height of a Chinese character (or of the
    number, or the side of the QR code, or the blank of a space, or the logo). image: the logo's
    file. cut: a tear is cut into where the printer has a cutter; else it is a dashed line."""

    kind: Literal["line", "pair", "number", "rule", "space", "materials", "qr", "logo", "tear"]
    text: Mapping[str, str] = field(default_factory=dict)
    label: Mapping[str, str] = field(default_factory=dict)
    size_mm: float = 3.0
    bold: bool = False
    align: Align = "center"
    image: Path | None = None
    cut: bool = True

    def __post_init__(self) -> None:
        if (self.kind == "logo") != (self.image is not None):
            raise ValueError("a logo needs an image, and nothing else has one")
        if not 0 < self.size_mm <= 60:
            raise ValueError("size_mm must be above 0 and at most 60")
        for words in (*self.text.values(), *self.label.values()):
            unknown = set(_named_fields(words)) - _FIELDS
            if unknown:
                raise ValueError(f"unknown field {{{unknown.pop()}}}; there are {sorted(_FIELDS)}")


@dataclass(frozen=True, slots=True)
class TicketLayout:
    """date_format, time_format: as for strftime, by language; "" stands for every other one."""

    name: str
    blocks: tuple[Block, ...]
    date_format: Mapping[str, str]
    time_format: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """below_code: says what the code above it is for."""

    text: str
    size_mm: float
    bold: bool
    align: Align
    below_code: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A label at the left edge and its value at the right one."""

    label: str
    value: str
    size_mm: float
    bold: bool


@dataclass(frozen=True, slots=True)
class Number:
    """The ticket number; `height_mm` of its digits, not of the line."""

    text: str
    height_mm: float


@dataclass(frozen=True, slots=True)
class Rule:
    pass


@dataclass(frozen=True, slots=True)
class Space:
    height_mm: float


@dataclass(frozen=True, slots=True)
class Qr:
    data: str
    side_mm: float


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture from a file, `height_mm` high, or narrower where the paper is narrow."""

    image: Path
    height_mm: float


@dataclass(frozen=True, slots=True)
class Tear:
    """Where the ticket is torn in two: what follows is the stub that the window keeps."""

    words: str
    cut: bool


Part = Line | Pair | Number | Rule | Space | Qr | Logo | Tear


def load_layout(name_or_file: str | Path = STANDARD_LAYOUT) -> TicketLayout:
    """A TOML file, or the name of one in `config/tickets`.

    Raises SettingsUnusable for a name that no layout has, SettingsError for a bad file."""
    return load_settings(named_file(name_or_file, LAYOUTS_FOLDER, "layout_absent"), TicketLayout)


def arrange(layout: TicketLayout, content: TicketContent) -> tuple[Part, ...]:
    """The parts of this one ticket from top to bottom, empty ones and doubled rules left out."""
    values = _values(layout, content)
    parts: list[Part] = []
    for block in layout.blocks:
        for part in _BUILD[block.kind](block, content, values):
            if not (isinstance(part, Rule) and (not parts or isinstance(parts[-1], Rule))):
                parts.append(part)
    return tuple(parts)


def _values(layout: TicketLayout, content: TicketContent) -> dict[str, str]:
    ahead = content.people_ahead
    return {
        "hall_name": content.hall_name,
        "number": content.number,
        "service_name": content.service_name,
        "people_ahead": "" if ahead is None else str(ahead),
        "wait_text": content.wait_text,
        "window_text": content.window_text,
        "class_label": content.class_label,
        "note": content.note,
        "review_code": content.review_code,
        "footer": content.footer,
        "date": content.issued_at.strftime(_in_language(layout.date_format, content.language)),
        "time": content.issued_at.strftime(_in_language(layout.time_format, content.language)),
    }


def _in_language(words: Mapping[str, str], language: str) -> str:
    """The person's language, else the same without its region, else Chinese, else nothing."""
    for key in (language, language.partition("-")[0], "zh-CN"):
        if key in words:
            return words[key]
    return ""


def _named_fields(words: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(words) if name is not None]


def _filled(words: str, values: Mapping[str, str]) -> str:
    """The words with their fields; "" if any of the fields is empty."""
    if any(not values[name] for name in _named_fields(words)):
        return ""
    return words.format_map(values)


_Values = Mapping[str, str]


def _line(block: Block, content: TicketContent, values: _Values) -> Iterator[Part]:
    if text := _filled(_in_language(block.text, content.language), values):
        yield Line(text, block.size_mm, block.bold, block.align)


def _pair(block: Block, content: TicketContent, values: _Values) -> Iterator[Part]:
    if text := _filled(_in_language(block.text, content.language), values):
        label = _filled(_in_language(block.label, content.language), values)
        yield Pair(label, text, block.size_mm, block.bold)


def _number(block: Block, content: TicketContent, _values: _Values) -> Iterator[Part]:
    yield Number(content.number, block.size_mm)


def _rule(_block: Block, _content: TicketContent, _values: _Values) -> Iterator[Part]:
    yield Rule()


def _space(block: Block, _content: TicketContent, _values: _Values) -> Iterator[Part]:
    yield Space(block.size_mm)


def _materials(block: Block, content: TicketContent, values: _Values) -> Iterator[Part]:
    """A heading and one bullet each; nothing at all when no materials are known."""
    if not content.materials:
        return
    if heading := _filled(_in_language(block.label, content.language), values):
        yield Line(heading, block.size_mm, True, "left")
    for material in content.materials:
        yield Line(f"·{material}", block.size_mm, block.bold, "left")


def _qr(block: Block, content: TicketContent, values: _Values) -> Iterator[Part]:
    if not content.follow_url:
        return
    yield Qr(content.follow_url, block.size_mm)
    if caption := _filled(_in_language(block.text, content.language), values):
        yield Line(caption, 3.0, False, "center", below_code=True)


def _logo(block: Block, _content: TicketContent, _values: _Values) -> Iterator[Part]:
    if block.image is not None:
        yield Logo(block.image, block.size_mm)


def _tear(block: Block, content: TicketContent, values: _Values) -> Iterator[Part]:
    yield Tear(_filled(_in_language(block.text, content.language), values), block.cut)


_BUILD: Mapping[str, Callable[[Block, TicketContent, _Values], Iterator[Part]]] = {
    "line": _line,
    "pair": _pair,
    "number": _number,
    "rule": _rule,
    "space": _space,
    "materials": _materials,
    "qr": _qr,
    "logo": _logo,
    "tear": _tear,
}
