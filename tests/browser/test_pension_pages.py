"""The pension pages in a real browser: comparing two pictures, the register, enrolment, imports."""

from __future__ import annotations

import base64
import io
import json
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.browser.conftest import KIOSK, Pages
from tests.support.pensions import number, pension_config
from tests.support.server import ServerProcess

pytestmark = pytest.mark.browser

ZHANG = "990101193803123069"
CONFIRM = "/pension/demo/confirm"
REGISTER = "/pension/demo"


# What a maker's decoder does: here the record's first bytes choose the colour of the picture.
DECODER = """
import struct, sys
wlt = open(sys.argv[1], "rb").read()
head = struct.pack("<2sIHHIIiiHHII", b"BM", 0, 0, 0, 54, 40, 102, 126, 1, 24, 0, 0)
open(sys.argv[2], "wb").write(head.ljust(54, b"\\0") + (wlt[:3] * 102 + b"\\0\\0") * 126)
"""


def decoding(folder: Path) -> str:
    """The line for hall.toml: our own command line with a stand-in for the maker's program."""
    (folder / "decoder.py").write_text(DECODER, "utf-8")
    settings = folder / "photo-decoder.toml"
    settings.write_text(f'command = "{sys.executable} -I {folder}/decoder.py"\ntimeout_s = 12\n')
    words = "hardware", "device", "card", "decode", "-", "--json", "--settings", str(settings)
    return json.dumps(["{python}", "-m", *words])


def settings(folder: Path) -> Path:
    return pension_config(folder, decode=decoding(folder), evidence_days=3)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("pension")
    with ServerProcess(folder, config=settings(folder)) as running:
        yield running


def drawn_face(colour: str) -> bytes:
    """A drawing, of nobody."""
    picture = Image.new("RGB", (480, 600), "#c8d2d8")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((110, 90, 370, 470), fill=colour)
    for left in (170, 260):
        pen.ellipse((left, 230, left + 50, 255), fill="#20262c")
    pen.arc((180, 320, 300, 400), 20, 160, fill="#7a2a20", width=8)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


LIVE, ENROLLED = drawn_face("#e0b48c"), drawn_face("#e6bd98")


class Hall:
    """The kiosk's and the clerk's calls that a test needs beside the page."""

    def __init__(self, server: ServerProcess) -> None:
        self._url = f"{server.api}/pension"
        self.manager = {"Authorization": f"Bearer {server.token('manager')}"}
        self._names = iter(range(100, 900))

    def call(self, path: str, headers: dict[str, str], **body: Any) -> Any:
        body.setdefault("request_id", str(uuid.uuid4()))
        answer = httpx.post(f"{self._url}/{path}", json=body, headers=headers, timeout=30)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def enrolled(self, id_number: str = ZHANG) -> str:
        found = self.call("find", KIOSK, id_number=id_number)
        person: str = found["person"]
        self.call("consents", KIOSK, person=person, version="2026-1")
        photo = base64.b64encode(ENROLLED).decode()
        self.call(f"people/{person}/face", self.manager, source="camera", picture=photo)
        return person

    def in_doubt(self, person: str) -> str:
        check: str = self.call("checks", KIOSK, person=person)["check"]
        self.call(
            f"checks/{check}/result",
            KIOSK,
            decision="grey",
            score=0.66,
            threshold=0.7,
            reasons=["nearly_alike"],
            live_picture=base64.b64encode(LIVE).decode(),
        )
        return check

    def status(self, check: str) -> Any:
        answer = httpx.get(f"{self._url}/checks/{check}", headers=KIOSK, timeout=10)
        return answer.json()


@pytest.fixture(scope="module")
def hall(server: ServerProcess) -> Hall:
    return Hall(server)


def both_seen(page: Page) -> None:
    expect(page.locator("#same")).to_be_enabled()
    page.wait_for_timeout(900)  # a key pressed at once would be a slip


def test_a_clerk_answers_in_seconds_with_one_key(pages: Pages, hall: Hall, wide: Any) -> None:
    page = pages.log_in("clerk4", CONFIRM)
    expect(page.locator("#nobody")).to_be_visible()
    person = hall.enrolled()
    first = hall.in_doubt(person)
    expect(page.locator("#who")).to_contain_text("样例·张*英")
    expect(page.locator("#reasons")).to_have_text("和登记照片有些像，拿不准")
    expect(page).to_have_title("(1) 人工核对：是不是同一个人")
    both_seen(page)
    assert page.evaluate("document.getElementById('live').naturalWidth") == 480
    assert wide(page) == 0
    second = hall.in_doubt(person)
    page.keyboard.press("1")
    expect(page.locator("#words")).to_contain_text("已通过")
    assert hall.status(first)["status"] == "passed"
    both_seen(page)
    page.keyboard.press("2")
    expect(page.locator("#words")).to_contain_text("已请本人到窗口")
    expect(page.locator("#nobody")).to_be_visible()
    done = hall.status(second)
    assert (done["status"], done["reasons"]) == ("window", ["clerk_saw_another_person"])
    assert done["ticket"]["number"].startswith("D")
    assert page.get_attribute("#live", "src") is None
    register = pages.log_in("manager", REGISTER)
    look_up(register, ZHANG)
    register.get_by_text("存证照片", exact=True).click()
    register.get_by_role("button", name="查看存证照片").click()
    expect(register.locator("#evidence li").nth(1)).to_be_visible()
    for picture in register.locator("#evidence img").all():
        expect(picture).to_have_js_property("naturalWidth", 480)


def test_a_page_that_comes_too_late_says_so(
    pages: Pages, hall: Hall, server: ServerProcess
) -> None:
    check = hall.in_doubt(hall.enrolled())
    server.stop()
    server.start()  # what was in memory is gone, the check is not
    page = pages.log_in("clerk4", CONFIRM)
    expect(page.locator("#gone")).to_contain_text("另一台服务器")
    expect(page.locator("#same")).to_be_disabled()
    page.keyboard.press("1")
    page.locator("#other").click()
    expect(page.locator("#words")).to_contain_text("已请本人到窗口")
    assert hall.status(check)["status"] == "window"


def look_up(page: Page, id_number: str) -> None:
    page.fill("#find-number", id_number)
    page.keyboard.press("Enter")


def test_a_clerk_looks_somebody_up_and_writes_down_a_pass(pages: Pages, wide: Any) -> None:
    page = pages.log_in("clerk4", REGISTER)
    expect(page.locator("#figures .sum")).to_contain_text("60")
    look_up(page, number(7))
    expect(page.locator("#words")).to_contain_text("名册里没有这个人")
    look_up(page, "990101195907304015")
    expect(page.locator("#person-name")).to_contain_text("样例·马*海")
    expect(page.locator("#person-tags")).to_contain_text("逾期 20 天，待核查")
    page.select_option("[name=way]", "home_visit")
    page.get_by_role("button", name="登记通过").click()
    expect(page.locator("#words")).to_contain_text("下次到期日")
    expect(page.locator("#person-tags")).to_contain_text("还不用认证")
    expect(page.locator("#person-passes li").first).to_contain_text("上门")
    assert page.locator("#list").count() == 0  # lists and imports are the manager's
    assert wide(page) == 0


def test_a_photo_is_enrolled_and_withdrawn(pages: Pages, tmp_path: Path) -> None:
    page = pages.log_in("clerk4", REGISTER)
    look_up(page, "990101195101188051")
    page.get_by_text("人脸同意书 · 登记照片").click()
    page.get_by_role("button", name="本人已签纸质同意书").click()
    expect(page.locator("#person-tags")).to_contain_text("已同意（2026-1")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(ENROLLED)
    page.set_input_files("#photo-file", photo)
    page.get_by_role("button", name="检查并登记").click()
    expect(page.locator("#words")).to_contain_text("照片已登记")
    expect(page.locator("#person-tags")).to_contain_text("已登记照片（照片文件")
    expect(page.locator("#photo-work")).to_be_hidden()
    withdraw = page.get_by_role("button", name="撤回同意并删除人脸")
    withdraw.click()
    withdraw.click()
    expect(page.locator("#words")).to_contain_text("人脸已删除")
    expect(page.locator("#person-tags")).to_contain_text("没有登记照片")


def test_the_photo_of_a_card_goes_through_the_halls_decoder(pages: Pages, tmp_path: Path) -> None:
    page = pages.log_in("clerk4", REGISTER)
    look_up(page, "990101195101188051")
    page.get_by_text("人脸同意书 · 登记照片").click()
    page.get_by_role("button", name="本人已签纸质同意书").click()
    expect(page.locator("#person-tags")).to_contain_text("已同意（2026-1")
    photo = tmp_path / "zp.wlt"
    photo.write_bytes(b"\x20\x60\xe0".ljust(1024, b"\x07"))
    page.set_input_files("#photo-card", photo)
    expect(page.locator("#photo-preview")).to_be_visible(timeout=30_000)
    pixel = "[...document.getElementById('photo-preview').getContext('2d')"
    assert page.evaluate(pixel + ".getImageData(50, 60, 1, 1).data]") == [0xE0, 0x60, 0x20, 255]
    page.get_by_role("button", name="检查并登记").click()
    expect(page.locator("#words")).to_contain_text("照片已登记")
    expect(page.locator("#person-tags")).to_contain_text("已登记照片（证件照片")
    photo.write_bytes(b"no photo at all")
    page.set_input_files("#photo-card", photo)
    expect(page.locator("#words")).to_contain_text("这不是能打开的照片")
    expect(page.locator("#photo-work")).to_be_hidden()


def test_a_manager_imports_lists_and_exports(
    pages: Pages, tmp_path: Path, wide: Callable[[Page], int]
) -> None:
    register = tmp_path / "register.csv"
    register.write_text(
        "身份证号,姓名,行政区划,到期日,手机\n"
        f"{number(31)},样例·钱小红,示范县/新村,-15,13900001111\n"
        f"{number(32)},,示范县/新村,2027-01-01,\n",
        "utf-8",
    )
    page = pages.log_in("manager", REGISTER)
    page.set_input_files("#import-file", __file__)
    page.get_by_role("button", name="检查文件").click()
    expect(page.locator("#import-words")).to_contain_text("第一行缺少这些列")
    page.set_input_files("#import-file", register)
    expect(page.locator("#import-words")).to_have_text("")
    page.get_by_role("button", name="检查文件").click()
    expect(page.locator("#import-words")).to_contain_text("1 行可以导入，1 行有误")
    expect(page.locator("#import-words")).to_contain_text("新增 1 人，更新 0 人")
    expect(page.locator("#import-bad")).to_contain_text("第 3 行 · 姓名：没有填写")
    page.get_by_role("button", name="只导入正确的 1 行").click()
    expect(page.locator("#words")).to_contain_text("新增 1 人")
    expect(page.locator("#list-region option", has_text="示范县/新村")).to_be_attached()
    page.select_option("#list-region", "示范县/新村")
    page.get_by_role("button", name="显示").click()
    expect(page.locator("#list-rows tbody tr")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 CSV").click()
    assert "样例·钱小红" in download.value.path().read_text("utf-8-sig")
    reminds_once(page)
    page.get_by_role("button", name="查看").click()
    expect(page.locator("#person-name")).to_contain_text("样例·钱*红")
    assert wide(page) == 0
    page.set_viewport_size({"width": 390, "height": 844})
    assert wide(page) == 0


def reminds_once(page: Page) -> None:
    """It is asked first, and a double press sends once."""
    page.get_by_role("button", name="发送提醒").click()
    expect(page.locator("#remind-title")).to_have_text("给 1 人发短信提醒吗？")
    expect(page.locator("#remind-facts")).to_contain_text("逾期待核查 · 示范县/新村")
    expect(page.locator("#remind-regions")).to_contain_text("示范县/新村")
    page.get_by_role("button", name="不发").click()
    expect(page.locator("#reminding")).to_be_hidden()
    page.get_by_role("button", name="发送提醒").click()
    page.get_by_role("button", name="发给 1 人").dblclick()
    expect(page.locator("#words")).to_contain_text("已把 1 条提醒交给短信通道")
    page.get_by_role("button", name="发送提醒").click()
    expect(page.locator("#remind-title")).to_have_text("现在没有人要提醒")
    expect(page.locator("#remind-facts")).to_contain_text("1 人在 7 天内已提醒过")
    page.get_by_role("button", name="关闭").click()


def test_the_clerk_who_calls_sees_why_somebody_was_sent(pages: Pages, hall: Hall) -> None:
    """Whoever was rejected at the kiosk comes with a number; the window knows the reason."""
    person = hall.enrolled("990101195101188051")
    check = hall.call("checks", KIOSK, person=person)["check"]
    fields = {"decision": "reject", "reasons": ["not_alike"]}
    ticket = hall.call(f"checks/{check}/result", KIOSK, **fields)["ticket"]
    page = pages.log_in("clerk4", "/window/demo/4")
    hall.call("../windows/4/call-ticket", hall.manager, ticket=ticket["id"], reason="测试")
    expect(page.locator("#number")).to_have_text(ticket["number"])
    expect(page.locator("#service")).to_contain_text(" · 养老待遇资格认证")
    expect(page.locator("#sent-here-title")).to_have_text("自助认证没有认出本人。")
    expect(page.locator("#sent-here-text")).to_contain_text("和登记照片不像")
