"""The ticket on paper: both modes, every profile, read back from the bytes by drawing them."""

import dataclasses
import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from foundation.settings_file import SettingsError
from hardware.errors import SettingsUnusable
from hardware.ports import TicketContent
from hardware.ticket_printer.commands import Raster, Size, Text
from hardware.ticket_printer.compose import compose
from hardware.ticket_printer.compose_bitmap import draw_number
from hardware.ticket_printer.layout import arrange, load_layout
from hardware.ticket_printer.profile import PROFILES_FOLDER, load_profile
from hardware.ticket_printer.reader import read_commands
from hardware.ticket_printer.render import render
from hardware.ticket_printer.wrap import balanced, wrap

PROFILES = sorted(path.stem for path in PROFILES_FOLDER.glob("*.toml"))
DRAWING = [name for name in PROFILES if load_profile(name).draws_images]
URL = "http://hall.invalid/t/Zk3v9QmX2bLw8RtA"
CONTENT = TicketContent(
    hall_name="示范县人力资源和社会保障服务大厅",
    number="D023",
    service_name="退休人员社会化管理",
    issued_at=datetime(2026, 3, 9, 9, 41, tzinfo=ZoneInfo("Asia/Shanghai")),
    people_ahead=6,
    wait_text="约 12–20 分钟",
    window_text="4、7、8 号窗口",
    follow_url=URL,
    class_label="老年人优先",
    materials=("身份证或社会保障卡", "养老金领取银行卡"),
    footer="过号可扫码重新排队",
)


def paper(profile, content=CONTENT) -> Image.Image:
    return render(compose(content, load_layout(), profile), profile.paper_width_dots)


def find_number(picture: Image.Image, number: str, profile) -> float:
    """How well the drawn number is found on the paper: 1.0 is dot for dot."""
    wanted = np.array(draw_number(number, 22.0, profile))
    found = cv2.matchTemplate(np.array(picture), wanted, cv2.TM_CCOEFF_NORMED)
    return float(found.max())


def tallest_ink_dots(picture: Image.Image) -> int:
    """Height of the tallest run of rows that all have a long black stretch: the number."""
    _, _, boxes, _ = cv2.connectedComponentsWithStats(255 - np.array(picture))
    return int(boxes[1:, cv2.CC_STAT_HEIGHT].max())


@pytest.mark.parametrize("name", DRAWING)
def test_qr_code_is_read_back_from_the_bytes(name):
    text, *_ = cv2.QRCodeDetector().detectAndDecode(np.array(paper(load_profile(name))))
    assert text == URL


@pytest.mark.parametrize("name", DRAWING)
def test_the_number_on_paper_is_this_number_and_no_other(name):
    profile = load_profile(name)
    picture = paper(profile)
    assert find_number(picture, "D023", profile) > 0.95  # text mode draws it at half density
    for other in ("D028", "D029", "D022", "B023"):
        assert find_number(picture, other, profile) < 0.93


@pytest.mark.parametrize("name", DRAWING)
def test_the_number_is_at_least_20_mm_high(name):
    profile = load_profile(name)
    assert tallest_ink_dots(paper(profile)) >= profile.dots(20)


def test_text_mode_prints_all_words():
    commands = read_commands(compose(CONTENT, load_layout(), load_profile("generic-80mm-text")))
    text = "".join(command.character for command in commands if isinstance(command, Text))
    for words in ("退休人员社会化管理", "4、7、8", "6 人", "12-20", "老年人优先", "09:41"):
        assert words in text


@pytest.mark.parametrize("name", ["generic-80mm-text", "generic-58mm"])
def test_text_mode_is_short_enough_for_a_slow_line(name):
    seconds_at_9600_baud = len(compose(CONTENT, load_layout(), load_profile(name))) / 960
    assert seconds_at_9600_baud < 6


def test_text_mode_without_images_still_prints_the_number_as_large_as_it_can():
    profile = dataclasses.replace(load_profile("generic-80mm-text"), images="none", native_qr=False)
    commands = read_commands(compose(CONTENT, load_layout(), profile))
    assert Size(8, 8) in commands
    assert not any(isinstance(command, Raster) for command in commands)


def test_a_character_that_the_encoding_lacks_makes_the_ticket_a_picture():
    profile = dataclasses.replace(load_profile("generic-80mm-text"), encoding="gbk")
    rare = dataclasses.replace(CONTENT, service_name="𠮷服务")
    commands = read_commands(compose(rare, load_layout(), profile))
    assert not any(isinstance(command, Text) for command in commands)
    assert any(isinstance(command, Raster) for command in commands)


def test_raster_bands_keep_to_the_profile():
    profile = load_profile("mute-58mm")
    bands = [
        c for c in read_commands(compose(CONTENT, load_layout(), profile)) if isinstance(c, Raster)
    ]
    assert len(bands) > 1
    assert max(band.rows for band in bands) <= profile.band_rows
    assert {band.row_bytes * 8 for band in bands} == {384}


def test_what_is_not_known_is_left_out_without_a_trace():
    bare = dataclasses.replace(
        CONTENT, people_ahead=None, wait_text="", follow_url=None, materials=(), class_label=""
    )
    text = "".join(
        c.character
        for c in read_commands(compose(bare, load_layout(), load_profile("generic-80mm-text")))
        if isinstance(c, Text)
    )
    for words in ("前面等候", "预计等候", "材料", "扫一扫", "【"):
        assert words not in text
    assert "办理窗口" in text


def test_nobody_ahead_is_printed_as_zero():
    parts = arrange(load_layout(), dataclasses.replace(CONTENT, people_ahead=0))
    assert any(getattr(part, "value", "") == "0 人" for part in parts)


def test_english_tickets_have_english_labels():
    parts = arrange(load_layout(), dataclasses.replace(CONTENT, language="en"))
    assert "Window" in [getattr(part, "label", "") for part in parts]


@settings(max_examples=12, deadline=None)
@given(
    service=st.text(
        st.characters(codec="gb18030", exclude_categories=("C", "Z")), min_size=1, max_size=40
    ),
    number=st.from_regex(r"[A-Z]{1,2}[0-9]{1,4}", fullmatch=True),
    name=st.sampled_from(PROFILES),
)
def test_any_content_stays_on_the_paper(service, number, name):
    profile = load_profile(name)
    content = dataclasses.replace(CONTENT, service_name=service, number=number)
    assert paper(profile, content).width == profile.paper_width_dots


@given(st.text(max_size=80), st.integers(1, 40))
def test_wrapping_loses_no_ink_and_overflows_only_for_closing_marks(text, width):
    lines = wrap(text, width, len)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert len(balanced(text, width, len)) <= len(lines)


def test_balanced_lines_leave_no_lonely_character():
    assert balanced("示范县人力资源和社会保障服务大厅", 12, len) == [
        "示范县人力资源和",
        "社会保障服务大厅",
    ]


def test_every_profile_bears_its_file_name():
    for name in PROFILES:
        assert load_profile(name).name == name


def test_an_unknown_profile_is_refused_with_the_known_ones():
    with pytest.raises(SettingsUnusable, match="generic-80mm"):
        load_profile("generic-80")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("paper_width_dots = 576", "paper_width_dots = 577", "multiple of 8"),
        ('cutter = "full"', 'cutter = "guillotine"', "must be one of"),
        ("band_rows = 480", "band_rows = 0", "at least 1"),
        ('images = "raster"', 'images = "none"', "needs images"),
    ],
)
def test_a_wrong_profile_is_refused(tmp_path: Path, old, new, complaint):
    text = (PROFILES_FOLDER / "generic-80mm.toml").read_text()
    assert old in text
    bad = tmp_path / "bad.toml"
    bad.write_text(text.replace(old, new))
    with pytest.raises(SettingsError, match=complaint):
        load_profile(bad)


def test_a_layout_with_an_unknown_field_is_refused(tmp_path: Path):
    bad = tmp_path / "bad.toml"
    bad.write_text(
        'name = "x"\ndate_format = {}\ntime_format = {}\n'
        '[[blocks]]\nkind = "line"\ntext = { zh-CN = "{id_number}" }\n'
    )
    with pytest.raises(SettingsError, match="id_number"):
        load_layout(bad)


def test_every_profile_documents_every_key():
    for path in PROFILES_FOLDER.glob("*.toml"):
        keys = tomllib.loads(path.read_text())
        lines = path.read_text().splitlines()
        undocumented = [
            key for key in keys if key != "name" and key != "dots_per_mm"
            and not any(line.startswith(key) and "#" in line for line in lines)
        ]  # fmt: skip
        assert undocumented == []
