"""Tables as files: CSV for any program, XLSX with a sheet for each table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from queue_server.statistics.tables import Table

_WIDTH = 12
_WIDE = 28
_WIDE_COLUMNS = frozenset(
    {"service", "matter", "missing", "note", "closed_note", "reasons", "clerk", "contact"}
)
_DAY_COLUMNS = frozenset(
    {"day", "promised_day", "opened_day", "due_day", "answered_day", "closed_day"}
)
# A cell that begins so would be taken for a formula by a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HOUR = re.compile(r"\d\d")
# What the first cell of a line without a name says, as on the page.
_NAMELESS = {"services": "total", "ratings": "total", "staff": "no_clerk"}


def as_csv(table: Table, words: Mapping[str, Any]) -> bytes:
    """UTF-8 with a byte-order mark, without which spreadsheets misread Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_heads(table, words))
    writer.writerows(_rows(table, words))
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(tables: Sequence[Table], words: Mapping[str, Any], title: str) -> bytes:
    """Days are days to it, and shares percentages, so that they can be sorted and counted with."""
    # here, because it takes numpy along: a quarter of a server's start
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for table in tables:
        sheet = book.create_sheet(str(words["table"][table.id])[:31])
        sheet.append([title])
        sheet.append(_heads(table, words))
        for row in _rows(table, words):
            sheet.append([_dated(x, name) for name, x in zip(table.columns, row, strict=True)])
        _dress(sheet, table.columns)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _dress(sheet: Any, columns: Sequence[str]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet["A1"].font = Font(bold=True, size=14)
    for cell in sheet[2]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for index, name in enumerate(columns, 1):
        width = _WIDE if name in _WIDE_COLUMNS else _WIDTH
        sheet.column_dimensions[get_column_letter(index)].width = width
        shape = "yyyy-mm-dd" if name in _DAY_COLUMNS else "0.0%" if name == "satisfied" else None
        for (cell,) in sheet.iter_rows(3, sheet.max_row, index, index) if shape else ():
            cell.number_format = shape
    sheet.freeze_panes = "B3"
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(columns))}{max(2, sheet.max_row)}"


def _heads(table: Table, words: Mapping[str, Any]) -> list[str]:
    """An hour is its own word."""
    return [
        f"{name}:00" if _HOUR.fullmatch(name) else str(words["column"].get(name, name))
        for name in table.columns
    ]


def _rows(table: Table, words: Mapping[str, Any]) -> list[list[Any]]:
    nameless = str(words[_NAMELESS[table.id]]) if table.id in _NAMELESS else ""
    return [[_safe(row[0]) or nameless, *map(_safe, row[1:])] for row in table.rows]


def _safe(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _dated(value: Any, column: str) -> Any:
    return date.fromisoformat(value) if column in _DAY_COLUMNS and value else value
