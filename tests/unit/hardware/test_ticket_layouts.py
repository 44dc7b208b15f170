"""Layouts with logo, stub and large letters on paper; the commands that older boards need."""

import dataclasses
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from PIL import Image

from foundation.settings_file import SettingsError
from hardware.errors import SettingsUnusable
from hardware.ports import TicketContent
from hardware.ticket_printer.commands import (
    AskIdentity,
    AskJobInOrder,
    ClearBuffers,
    Columns,
    Cut,
    MotionUnits,
    Raster,
    Text,
    UnknownEscPos,
)
from hardware.ticket_printer.compose import compose
from hardware.ticket_printer.fonts import load_font, load_font_for, runs
from hardware.ticket_printer.layout import LAYOUTS_FOLDER, Logo, Tear, arrange, load_layout
from hardware.ticket_printer.profile import PROFILES_FOLDER, load_profile
from hardware.ticket_printer.reader import read_commands
from hardware.ticket_printer.render import paper_length_mm, render

LAYOUTS = sorted(path.stem for path in LAYOUTS_FOLDER.glob("*.toml"))
PROFILES = sorted(path.stem for path in PROFILES_FOLDER.glob("*.toml"))
CONTENT = TicketContent(
    hall_name="示范县人力资源和社会保障服务大厅",
    number="D023",
    service_name="退休人员社会化管理",
    issued_at=datetime(2026, 3, 9, 9, 41, tzinfo=ZoneInfo("Asia/Shanghai")),
    people_ahead=6,
    wait_text="约 12–20 分钟",
    window_text="4、7、8 号窗口",
    follow_url="http://hall.invalid/t/Zk3v9QmX2bLw8RtA",
    class_label="老年人优先",
    note="养老待遇资格认证：请工作人员当面看一看",
    materials=("身份证或社会保障卡",),
    footer="过号可扫码重新排队",
)


def commands_of(layout: str, profile: str, content=CONTENT):
    return read_commands(compose(content, load_layout(layout), load_profile(profile)))


def words_of(commands) -> str:
    return "".join(each.character for each in commands if isinstance(each, Text))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("profile", ["generic-80mm", "old-58mm", "letters-only"])
def test_every_layout_on_every_kind_of_printer_is_drawn_within_its_paper(layout, profile):
    made = load_profile(profile)
    picture = render(compose(CONTENT, load_layout(layout), made), made.paper_width_dots)
    length_mm = picture.height / made.dots_per_mm
    assert picture.width == made.paper_width_dots
    assert 40 < length_mm < 270
    assert np.array(picture).min() == 0


# A list of materials and a slip of the yearly check are nobody's ticket, and carry no code.
@pytest.mark.parametrize("layout", sorted({*LAYOUTS} - {"materials", "slip"}))
@pytest.mark.parametrize("profile", ["generic-80mm", "old-58mm", "epson-tm-t88"])
def test_the_code_is_read_from_the_paper_of_every_layout(layout, profile):
    made = load_profile(profile)
    picture = render(compose(CONTENT, load_layout(layout), made), made.paper_width_dots)
    text, *_ = cv2.QRCodeDetector().detectAndDecode(np.array(picture))
    assert text == CONTENT.follow_url


@pytest.mark.parametrize(
    ("profile", "cuts"),
    [
        ("generic-80mm", [True, False]),
        ("generic-80mm-text", [True, False]),
        ("kiosk-80mm", [True, True]),
        ("generic-58mm", []),
    ],
)
def test_the_stub_is_cut_into_where_there_is_a_cutter(profile, cuts):
    commands = commands_of("with-stub", profile)
    assert [each.partial for each in commands if isinstance(each, Cut)] == cuts


def test_without_a_cutter_the_stub_stands_below_a_line_and_says_whose_it_is():
    words = words_of(commands_of("with-stub", "generic-58mm"))
    assert "- - - -" in words
    assert words.index("此联交窗口") < words.rindex("D023")


def test_a_stub_repeats_the_number_in_the_words_of_the_window_not_of_the_person():
    english = dataclasses.replace(CONTENT, language="en")
    words = words_of(commands_of("with-stub", "generic-80mm-text", english))
    assert "Window stub" in words
    assert words.count("D023") == 1  # the first one is drawn


def test_the_bilingual_ticket_is_the_same_in_both_languages():
    english = dataclasses.replace(CONTENT, language="en")
    layout, profile = load_layout("bilingual"), load_profile("generic-80mm-text")
    assert compose(english, layout, profile) == compose(CONTENT, layout, profile)
    assert "Your number" in words_of(commands_of("bilingual", "generic-80mm-text"))


def test_the_logo_is_printed_first_and_in_black():
    plain = dataclasses.replace(
        load_layout("with-stub"), blocks=load_layout("with-stub").blocks[:1]
    )
    made = load_profile("generic-80mm")
    picture = np.array(render(compose(CONTENT, plain, made), made.paper_width_dots))
    rows, columns = np.nonzero(picture < 128)
    assert rows.max() - rows.min() + 1 == pytest.approx(made.dots(12.0), abs=12)
    assert abs((columns.min() + columns.max()) / 2 - made.paper_width_dots / 2) < 3


def test_a_printer_of_letters_alone_leaves_logo_and_code_out():
    commands = commands_of("with-stub", "letters-only")
    assert not any(isinstance(each, Raster | Columns) for each in commands)
    assert CONTENT.follow_url.split("/")[-1] in words_of(commands)
    assert "手机扫" not in words_of(commands)  # an address is typed


def test_a_logo_that_is_no_picture_is_a_settings_error(tmp_path: Path):
    (tmp_path / "logo.png").write_text("no picture")
    layout = tmp_path / "x.toml"
    layout.write_text(
        'name = "x"\ndate_format = {}\ntime_format = {}\n'
        '[[blocks]]\nkind = "logo"\nimage = "logo.png"\nsize_mm = 10.0\n'
    )
    with pytest.raises(SettingsUnusable, match="logo"):
        compose(CONTENT, load_layout(layout), load_profile("generic-80mm"))


@pytest.mark.parametrize("block", ['kind = "logo"', 'kind = "line"\nimage = "logo.png"'])
def test_a_logo_needs_an_image_and_nothing_else_has_one(tmp_path: Path, block):
    layout = tmp_path / "x.toml"
    layout.write_text(f'name = "x"\ndate_format = {{}}\ntime_format = {{}}\n[[blocks]]\n{block}\n')
    with pytest.raises(SettingsError, match="logo needs an image"):
        load_layout(layout)


def test_a_layout_that_is_not_there_is_named():
    with pytest.raises(SettingsUnusable, match="none-such"):
        load_layout("none-such")


def test_parts_of_a_layout_are_plain_values():
    kinds = {type(part) for part in arrange(load_layout("with-stub"), CONTENT)}
    assert {Logo, Tear} <= kinds


def test_an_older_board_gets_its_images_in_columns_without_seams():
    commands = commands_of("standard", "old-58mm")
    assert any(isinstance(each, Columns) for each in commands)
    assert not any(isinstance(each, Raster) for each in commands)
    black = Image.new("L", (384, 300), 0)
    made = dataclasses.replace(load_profile("old-58mm"), mode="bitmap")
    drawn = _printed(black, made)
    assert (np.array(drawn)[:300] == 0).all()


def _printed(picture: Image.Image, made) -> Image.Image:
    from hardware.ticket_printer.compose import _dummy
    from hardware.ticket_printer.compose_text import print_image

    printer = _dummy(made)
    print_image(printer, picture, made)
    return render(printer.output, made.paper_width_dots)


def test_columns_are_drawn_dot_for_dot():
    data = b"\x1b*\x21\x02\x00" + b"\x80\x00\x01" + b"\x00\xff\x00" + b"\n"
    picture = np.array(render(data, 384))
    assert picture[0, 0] == 0
    assert picture[23, 0] == 0
    assert (picture[8:16, 1] == 0).all()
    assert (picture[:24, :2] == 0).sum() == 2 + 8


@pytest.mark.parametrize(
    ("data", "command"),
    [
        (b"\x1d(H\x06\x00\x30\x30ab12", AskJobInOrder(b"ab12")),
        (b"\x1dIA", AskIdentity(65)),
        (b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", ClearBuffers()),
        (b"\x1dP\xcb\xcb", MotionUnits(203, 203)),
    ],
)
def test_questions_and_settings_are_read(data, command):
    assert read_commands(data) == [command]
    for cut in range(1, len(data)):
        with pytest.raises(UnknownEscPos, match="inside a command"):
            read_commands(data[:cut])


@pytest.mark.parametrize(
    "data",
    [
        b"\x1dP\x64\x64",  # feeds that would not be dots
        b"\x10\x14\x01\x00\x01",  # opens a drawer
        b"\x1d(H\x06\x00\x31\x30ab12",
        b"\x1dI\x01",
        b"\x1b*\x05\x01\x00\x00",
        b"\x1b*\x00\x00\x00",
    ],
)
def test_what_the_layouts_do_not_use_is_refused(data):
    with pytest.raises(UnknownEscPos):
        read_commands(data)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_length_of_a_ticket_is_what_the_paper_moves(profile):
    made = load_profile(profile)
    data = compose(CONTENT, load_layout("with-stub"), made)
    picture = render(data, made.paper_width_dots)
    cuts = sum(isinstance(each, Cut) for each in read_commands(data))
    assert paper_length_mm(data, made) == (picture.height - 6 * cuts) / made.dots_per_mm


UYGHUR = "ئىشقا ئورۇنلىشىش"


def test_runs_keep_every_character_and_tell_the_scripts_apart():
    text = f"就业 {UYGHUR} A1"
    assert "".join(piece for piece, _ in runs(text)) == text
    assert [usual for _, usual in runs(text)] == [True, False, True]
    assert list(runs("")) == []


def test_another_script_is_drawn_with_a_font_of_its_own_and_joined():
    (piece, usual), *_ = runs(UYGHUR)
    own = load_font_for(piece, usual, "regular", 48)
    assert own.path != load_font("regular", 48).path
    apart = sum(own.getlength(character) for character in piece)
    assert own.getlength(piece) != apart  # letters join, so the word is not the sum of them


def test_a_script_that_no_font_has_is_drawn_as_boxes_and_stops_no_ticket():
    plain = load_font_for("\U00011600", False, "regular", 48)  # Modi, which nobody installs
    assert plain.path == load_font("regular", 48).path


def test_what_the_printers_own_letters_cannot_show_makes_the_ticket_a_picture():
    """GB18030 has a code of four bytes for it, but hardly a printer the letter."""
    for service in (UYGHUR, "𠮷服务"):
        other = dataclasses.replace(CONTENT, service_name=service)
        commands = commands_of("standard", "generic-80mm-text", other)
        assert not any(isinstance(each, Text) for each in commands)
        assert any(isinstance(each, Raster) for each in commands)
