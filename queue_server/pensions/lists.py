"""Lists of due and overdue pensioners as files, for home visits and telephone calls.

Names stand in them in full, because somebody will ring at that door; ID numbers stay masked.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from queue_server.pensions.people import Identity
from queue_server.wire import pensions as shapes

CSV, XLSX = "csv", "xlsx"
MEDIA = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_HEADING = (
    "姓名",
    "证件号码（隐去中间）",
    "行政区划",
    "到期日",
    "逾期天数",
    "联系电话",
    "需要上门",
    "上次认证",
    "核查情况",
    "办理结果",
    "办理人",
    "办理日期",
)
_WIDTHS = (12, 22, 24, 12, 10, 16, 10, 22, 14, 14, 10, 12)
_WAYS = {
    "kiosk": "自助终端",
    "window": "窗口",
    "home_visit": "上门",
    "data": "数据比对",
    "proxy": "代报",
}
_FINDINGS = {
    "unreachable": "联系不上",
    "ill": "患病",
    "moved": "迁居",
    "abroad": "在境外",
    "deceased": "疑似去世",
    "other": "其他",
}


@dataclass(frozen=True, slots=True)
class Listed:
    pensioner: shapes.Pensioner
    identity: Identity | None
    phone: str | None


def rows_of(found: Iterable[Listed]) -> Iterable[Sequence[str]]:
    yield _HEADING
    for one in found:
        yield tuple(_harmless(cell) for cell in _cells(one))


def _cells(one: Listed) -> tuple[str, ...]:
    pensioner = one.pensioner
    late = -pensioner["days_left"]
    last = pensioner["passes"][0] if pensioner["passes"] else None
    return (
        one.identity.name if one.identity else "",
        one.identity.id_masked if one.identity else "",
        pensioner["region"],
        pensioner["due_date"],
        str(late) if late > 0 else "",
        one.phone or "",
        "是" if pensioner["home_visit"] else "",
        f"{last['day']} {_WAYS.get(last['way'], last['way'])}" if last else "",
        _FINDINGS.get(pensioner["finding"] or "", ""),
        "",
        "",
        "",
    )


def _harmless(cell: str) -> str:
    """No spreadsheet must take a name for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def as_file(kind: str, found: Iterable[Listed]) -> bytes:
    """kind: csv (with a byte-order mark, for spreadsheets) or xlsx."""
    rows = rows_of(found)
    return _xlsx(rows) if kind == XLSX else _csv(rows)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = "资格认证"
    for row in rows:
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
