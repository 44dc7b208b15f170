"""Registers as offices hand them over: formats, bad rows, words for each thing that is wrong."""

from __future__ import annotations

import ast
import io
import tomllib
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from queue_server.domain.pensions import Way
from queue_server.pensions import reading
from queue_server.pensions.people import Identity
from queue_server.pensions.reading import RegisterUnreadable, read_register
from tests.support.pensions import number

TODAY = date(2026, 11, 23)
I18N = Path(__file__).parents[3] / "assets" / "i18n"
HEAD = "身份证号,姓名,行政区划,到期日,手机,上次认证日期,上次认证方式,上门服务"


def read(*lines: str, encoding: str = "utf-8") -> reading.ReadRegister:
    return read_register("\n".join((HEAD, *lines)).encode(encoding), TODAY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_whole_row(encoding: str) -> None:
    line = (
        f"{number(1)},样例·王小芳,示范县/东村/,2026年12月1日, 139 0000-0001 ,2025/12/01,静默认证,是"
    )
    found = read(line, "", encoding=encoding)
    (row,) = found.rows
    assert found.bad == []
    assert (row.line, row.region, row.due, row.phone) == (
        2,
        "示范县/东村",
        "2026-12-01",
        "13900000001",
    )
    assert (row.home_visit, row.passed) == (True, ("2025-12-01", Way.DATA))
    assert row.identity.name_masked == "样例·王*芳"
    assert "王小芳" not in repr(row)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("2026-11-30", "2026-11-30"),
        ("20261130", "2026-11-30"),
        ("2026.11.30", "2026-11-30"),
        ("+7", "2026-11-30"),
        ("-1", "2026-11-22"),
    ],
)
def test_dates_as_they_are_written(text: str, due: str) -> None:
    assert read(f"{number(1)},样例·甲,村,{text},,,,").rows[0].due == due


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        (",样例·甲,村,+1,,,,", "id_number", "empty"),
        (f"{number(1)[:-1]}a,样例·甲,村,+1,,,,", "id_number", "id_number_check"),
        (f"{number(1)},,村,+1,,,,", "name", "empty"),
        (f"{number(1)},{'长' * 121},村,+1,,,,", "name", "too_long"),
        (f"{number(1)},样例·甲,,+1,,,,", "region", "empty"),
        (f"{number(1)},样例·甲,村,,,,,", "due", "empty"),
        (f"{number(1)},样例·甲,村,2026-02-30,,,,", "due", "date_unfit"),
        (f"{number(1)},样例·甲,村,0026-02-20,,,,", "due", "date_unfit"),
        (f"{number(1)},样例·甲,村,+²,,,,", "due", "date_unfit"),
        (f"{number(1)},样例·甲,村,+1,abc,,,", "phone", "phone_unfit"),
        (f"{number(1)},样例·甲,村,+1,１３８００１３８０００,,,", "phone", "phone_unfit"),
        (f"{number(1)},样例·甲,村,+1,,+1,,", "last_day", "in_the_future"),
        (f"{number(1)},样例·甲,村,+1,,-1,托梦,", "last_way", "way_unknown"),
        (f"{number(1)},样例·甲,村,+1,,,,也许", "home_visit", "yes_or_no"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_column(line: str, column: str, code: str) -> None:
    found = read(f"{number(2)},样例·乙,村,+1,,,,", line)
    assert len(found.rows) == 1
    assert [(b.line, b.column, b.code) for b in found.bad] == [(3, column, code)]


def test_one_number_stands_in_a_file_once() -> None:
    line = f"{number(1)},样例·甲,村,+1,,,,"
    assert [b.code for b in read(line, line).bad] == ["twice"]


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbooks_own_dates_and_numbers() -> None:
    content = workbook(
        ["name", "id_number", "region", "due", "phone"],
        ["样例·甲", number(1), "村", datetime(2026, 12, 1), 13900000001.0],
        [None, None, None, None, None],
        ["样例·乙", number(2), "村", date(2026, 12, 2), None],
    )
    found = read_register(content, TODAY)
    assert [(r.line, r.due, r.phone) for r in found.rows] == [
        (2, "2026-12-01", "13900000001"),
        (4, "2026-12-02", None),
    ]


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "register_empty"),
        (b"\xff\xfe\x00\x00", "register_unreadable"),
        (b"\x81", "register_unreadable"),
        (b"PK\x03\x04", "register_unreadable"),
        (zipped("a.txt", b"x"), "register_unreadable"),
        (zipped("[Content_Types].xml", b"<no"), "register_unreadable"),
        ("姓名,行政区划\n".encode(), "columns_missing"),
        ("身份证号,姓名,行政区划\n".encode(), "columns_missing"),
    ],
)
def test_a_file_that_is_none(content: bytes, code: str) -> None:
    with pytest.raises(RegisterUnreadable) as found:
        read_register(content, TODAY)
    assert found.value.code == code


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS_AT_MOST", 1)
    lines = [f"{number(n)},样例·甲,村,+1,,,," for n in (1, 2)]
    with pytest.raises(RegisterUnreadable, match="register_too_long"):
        read(*lines)
    monkeypatch.setattr(reading, "UNPACKED_AT_MOST", 100)
    with pytest.raises(RegisterUnreadable, match="register_too_long"):
        read_register(workbook(["name"]), TODAY)


def test_everything_that_can_be_wrong_has_words_in_both_languages() -> None:
    tree = ast.parse(Path(reading.__file__).read_text("utf-8"))
    raised = [
        n.exc for n in ast.walk(tree) if isinstance(n, ast.Raise) and isinstance(n.exc, ast.Call)
    ]
    codes: dict[str, set[str]] = {"_Wrong": set(), "RegisterUnreadable": set()}
    for call in raised:
        if isinstance(call.func, ast.Name) and isinstance(call.args[0], ast.Constant):
            codes[call.func.id].add(str(call.args[0].value))
    assert len(codes["_Wrong"]) == 9
    command = tomllib.loads((I18N / "pensions.toml").read_text("utf-8"))
    for language in ("zh-CN", "en"):
        page = tomllib.loads((I18N / f"web-pension.{language}.toml").read_text("utf-8"))["pension"]
        for words in (command, page):
            assert set(words["wrong"]) == codes["_Wrong"]
            assert set(words["unreadable"]) == codes["RegisterUnreadable"]
            assert set(words["column"]) == set(reading._COLUMNS)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王芳", "王*"),
        ("王小芳", "王*芳"),
        ("欧阳小芳", "欧**芳"),
        ("样例·李四", "样例·李*"),
        ("乙", "乙"),
    ],
)
def test_names_and_numbers_are_shown_masked(name: str, masked: str) -> None:
    who = Identity(name, "990101193803123069")
    assert who.name_masked == masked
    assert who.id_masked == "9901**********3069"
    assert who.age_years(date(2026, 3, 11)) == 87
    assert who.age_years(date(2026, 3, 12)) == 88
    assert Identity("x", "UTO990188040401").age_years(TODAY) is None
