"""Lists of due and overdue pensioners as files, for home visits and telephone calls.

Names stand in them in full, because somebody will ring at that door; ID numbers stay masked.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from queue_server.pensions.people import Identity
from queue_server.pensions.sheet import Sheet, write_sheet, written_elsewhere
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
_SHORT = 500  # rows that are not worth a process
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


async def list_file(kind: str, found: Sequence[Listed]) -> bytes:
    """kind: csv (with a byte-order mark, for spreadsheets) or xlsx. A long sheet is written by a
    process of its own: it takes seconds of a processor, which this one owes to the hall."""
    if kind == CSV:
        return await asyncio.to_thread(_csv, found)
    sheet = await asyncio.to_thread(_sheet, found)
    if len(found) <= _SHORT:
        return await asyncio.to_thread(write_sheet, sheet)
    return await written_elsewhere(sheet)


def _sheet(found: Iterable[Listed]) -> Sheet:
    return Sheet("资格认证", _WIDTHS, [list(row) for row in rows_of(found)])


def _csv(found: Iterable[Listed]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows_of(found))
    return out.getvalue().encode("utf-8-sig")
