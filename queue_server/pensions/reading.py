"""Reads a register that an office hands over, CSV or XLSX: rows checked one by one, bad ones named
with their line, their column and what is wrong. Nothing personal is in the report.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from foundation.id_number import is_plausible_id_number
from queue_server.domain.pension_commands import Listed
from queue_server.domain.pensions import Way
from queue_server.pensions.people import Identity

ROWS_AT_MOST = 50_000
BAD_SHOWN = 500

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id_number": ("身份证号", "身份证号码", "公民身份号码", "证件号码", "id_number"),
    "name": ("姓名", "name"),
    "region": ("行政区划", "所属区划", "地区", "村社区", "region"),
    "due": ("到期日", "认证到期日", "下次认证日期", "due"),
    "phone": ("手机", "手机号", "联系电话", "电话", "phone"),
    "last_day": ("上次认证日期", "最近认证日期", "last_pass_day"),
    "last_way": ("上次认证方式", "最近认证方式", "last_pass_way"),
    "home_visit": ("上门服务", "需要上门", "home_visit"),
}
_NEEDED = ("id_number", "name", "region")
_WAYS: Mapping[str, Way] = {
    **{way.value: way for way in Way},
    "自助终端": Way.KIOSK,
    "窗口": Way.WINDOW,
    "上门": Way.HOME_VISIT,
    "数据比对": Way.DATA,
    "静默认证": Way.DATA,
    "代报": Way.PROXY,
    "代办": Way.PROXY,
}
_YES = frozenset({"是", "要", "1", "y", "yes", "true"})
_NO = frozenset({"", "否", "不", "0", "n", "no", "false"})


class RegisterUnreadable(Exception):
    """The file as a whole cannot be read; code is stable, detail names what is missing."""

    def __init__(self, code: str, **detail: Any) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class Bad:
    """line: as a spreadsheet counts, the heading is line 1. code: what is wrong, a text's key."""

    line: int
    column: str
    code: str


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    identity: Identity
    phone: str | None
    region: str
    due: str | None
    home_visit: bool
    passed: tuple[str, Way] | None

    def listed(self, person: str) -> Listed:
        return Listed(person, self.region, self.due, self.home_visit, self.passed)


@dataclass(frozen=True, slots=True)
class ReadRegister:
    rows: list[Row] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)


class _Wrong(Exception):
    """One field of one row. code, column."""


def read_register(content: bytes, today: date) -> ReadRegister:
    """Raises RegisterUnreadable. Dates may be written as 2026-11-30, 2026/11/30, 20261130,
    2026年11月30日, as a spreadsheet's own date, or as +30: days from today."""
    lines = _xlsx(content) if content[:4] == b"PK\x03\x04" else _csv(content)
    heading = next(lines, None)
    if heading is None:
        raise RegisterUnreadable("register_empty")
    where = _columns(heading)
    found, seen = ReadRegister(), set[str]()
    for number, cells in enumerate(lines, start=2):
        if not any(_text(cell) for cell in cells):
            continue
        if len(found.rows) + len(found.bad) >= ROWS_AT_MOST:
            raise RegisterUnreadable("register_too_long", at_most=ROWS_AT_MOST)
        try:
            row = _row(
                number, {n: cells[i] if i < len(cells) else None for n, i in where.items()}, today
            )
            if row.identity.id_number in seen:
                raise _Wrong("twice", "id_number")
            seen.add(row.identity.id_number)
            found.rows.append(row)
        except _Wrong as wrong:
            code, column = wrong.args
            found.bad.append(Bad(number, column, code))
    return found


def _columns(heading: Sequence[Any]) -> dict[str, int]:
    named = [_text(cell).lower().replace(" ", "") for cell in heading]
    found = {
        name: next((i for i, cell in enumerate(named) if cell in aliases), None)
        for name, aliases in _COLUMNS.items()
    }
    missing = [_COLUMNS[name][0] for name in _NEEDED if found[name] is None]
    if found["due"] is None and found["last_day"] is None:
        missing.append(_COLUMNS["due"][0])
    if missing:
        raise RegisterUnreadable("columns_missing", missing=missing)
    return {name: index for name, index in found.items() if index is not None}


def _row(line: int, cells: Mapping[str, Any], today: date) -> Row:
    number = _text(cells.get("id_number")).upper()
    if not number:
        raise _Wrong("empty", "id_number")
    if not is_plausible_id_number(number):
        raise _Wrong("id_number_check", "id_number")
    name = _text(cells.get("name"))
    region = "/".join(p for p in _text(cells.get("region")).replace("\\", "/").split("/") if p)
    for column, value, at_most in (("name", name, 120), ("region", region, 120)):
        if not value:
            raise _Wrong("empty", column)
        if len(value) > at_most:
            raise _Wrong("too_long", column)
    due = _date(cells.get("due"), "due", today)
    day = _date(cells.get("last_day"), "last_day", today)
    if due is None and day is None:
        raise _Wrong("empty", "due")
    if day is not None and day > today:
        raise _Wrong("in_the_future", "last_day")
    return Row(
        line,
        Identity(name, number),
        _phone(cells.get("phone")),
        region,
        due.isoformat() if due else None,
        _yes(cells.get("home_visit")),
        (day.isoformat(), _way(cells.get("last_way"))) if day else None,
    )


def _way(cell: Any) -> Way:
    text = _text(cell)
    if not text:
        return Way.WINDOW
    if text.lower() not in _WAYS:
        raise _Wrong("way_unknown", "last_way")
    return _WAYS[text.lower()]


def _yes(cell: Any) -> bool:
    text = _text(cell).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise _Wrong("yes_or_no", "home_visit")


def _phone(cell: Any) -> str | None:
    digits = _text(cell).replace(" ", "").replace("-", "")
    if not digits:
        return None
    if not _DIGITS.fullmatch(digits.removeprefix("+")) or not 6 <= len(digits) <= 20:
        raise _Wrong("phone_unfit", "phone")
    return digits


_DIGITS = re.compile("[0-9]+")
_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")


def _date(cell: Any, column: str, today: date) -> date | None:
    if isinstance(cell, date):
        return _in_time(cell.date() if isinstance(cell, datetime) else cell, column)
    text = _text(cell)
    if not text:
        return None
    if text[0] in "+-" and _DIGITS.fullmatch(text[1:]) and len(text) <= 5:
        return today + timedelta(days=int(text))
    for form in _FORMS:
        try:
            return _in_time(datetime.strptime(text, form).date(), column)
        except ValueError:
            continue
    raise _Wrong("date_unfit", column)


def _in_time(found: date, column: str) -> date:
    if not 1990 <= found.year <= 2100:
        raise _Wrong("date_unfit", column)
    return found


def _text(cell: Any) -> str:
    """A number that a spreadsheet took for one is written without its `.0`."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip().lstrip("'\ufeff")


# --- the two formats ------------------------------------------------------------------------


def _csv(content: bytes) -> Iterator[Sequence[Any]]:
    if b"\0" in content:
        raise RegisterUnreadable("register_unreadable")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return _csv_lines(text)
    raise RegisterUnreadable("register_unreadable")


def _csv_lines(text: str) -> Iterator[Sequence[Any]]:
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        raise RegisterUnreadable("register_unreadable") from error


def _xlsx(content: bytes) -> Iterator[Sequence[Any]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _refuse_bombs(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        yield from book.worksheets[0].iter_rows(values_only=True)
        book.close()
    except RegisterUnreadable:
        raise
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        SyntaxError,
        AttributeError,
    ) as error:
        # the library has no tree of errors: these are what it raises for damaged workbooks
        raise RegisterUnreadable("register_unreadable") from error


UNPACKED_AT_MOST = 200 * 1024 * 1024


def _refuse_bombs(content: bytes) -> None:
    """A workbook unpacks to a few times its size, not to gigabytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if sum(part.file_size for part in package.infolist()) > UNPACKED_AT_MOST:
            raise RegisterUnreadable("register_too_long", at_most=ROWS_AT_MOST)


def identities(
    rows: Iterable[Row], person_of: Callable[[str], str]
) -> Iterator[tuple[str, Identity, str | None]]:
    """For the vault: reference, who it is, phone."""
    for row in rows:
        yield person_of(row.identity.id_number), row.identity, row.phone
