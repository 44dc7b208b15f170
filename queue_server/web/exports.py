"""Tables as files: CSV for any program, XLSX with a sheet for each table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from queue_server.statistics.tables import Table

_WIDTH_AT_LEAST = 11
# A cell that begins so would be taken for a formula by a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(table: Table, words: Mapping[str, Any]) -> bytes:
    """UTF-8 with a byte-order mark, without which spreadsheets misread Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_heads(table, words))
    writer.writerows([[_safe(value) for value in row] for row in table.rows])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(tables: Sequence[Table], words: Mapping[str, Any], title: str) -> bytes:
    # here, because it takes numpy along: a quarter of a server's start
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.active)
    for table in tables:
        sheet = book.create_sheet(str(words["table"][table.id])[:31])
        sheet.append([title])
        sheet.append(_heads(table, words))
        for row in table.rows:
            sheet.append([_safe(value) for value in row])
        sheet["A1"].font = Font(bold=True, size=14)
        for cell in sheet[2]:
            cell.font = Font(bold=True)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        for index in range(1, len(table.columns) + 1):
            sheet.column_dimensions[get_column_letter(index)].width = _WIDTH_AT_LEAST
        sheet.column_dimensions["A"].width = 3 * _WIDTH_AT_LEAST
        sheet.freeze_panes = "B3"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _heads(table: Table, words: Mapping[str, Any]) -> list[str]:
    return [str(words["column"].get(name, name)) for name in table.columns]


def _safe(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
