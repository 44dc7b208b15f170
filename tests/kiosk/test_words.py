"""Words and looks: languages alike, every asked key there, none in code, contrasts as promised."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageFont

import kiosk
from foundation.masking import masked_name
from kiosk.flow.content import ContentFacts, FaceTermsFacts
from kiosk.flow.eligibility import SENT
from kiosk.flow.events import Language, View
from kiosk.flow.facts import WaitFacts, age_on
from kiosk.flow.states import CardTrouble, Paper, Place
from kiosk.paper import ticket_content
from kiosk.samples import beyond, sample_hall, sample_states, sample_ticket
from kiosk.screens.eligibility_consent import consent_points
from kiosk.screens.notice import NEWS
from kiosk.screens.ticket import _PAPER_TEXT
from kiosk.texts import ASSETS, SHIPPED, TextMissing, load_texts
from kiosk.ui.icons import IconSet
from kiosk.ui.look import load_theme, rgba
from kiosk.ui.wrapping import balanced, break_lines
from kiosk.words import in_language, ticket_news, ticket_where, wait_words, windows_words

ROOM = Path(kiosk.__file__).parent
TEXTS = {language: load_texts(language) for language in SHIPPED}
CHINESE, ENGLISH = TEXTS[Language.CHINESE], TEXTS[Language.ENGLISH]
HAN = re.compile(r"[\u4e00-\u9fff]")
KEY = re.compile(r"""(?:\bt|texts)\(\s*["']([a-z_0-9]+(?:\.[a-z_0-9]+)+)["']""")


def test_every_key_that_a_screen_names_is_there() -> None:
    named = set()
    for file in [*ROOM.rglob("*.py"), *ROOM.rglob("*.kv")]:
        named |= set(KEY.findall(file.read_text(encoding="utf-8")))
    named |= set(_PAPER_TEXT.values())
    for status in ("called", "serving", "parked"):
        named |= {f"ticket.{status}", f"ticket.{status}_guidance"}
    named |= {"ticket.called_somewhere", "ticket.serving_somewhere"}
    named |= {f"card_trouble.{why.value}" for why in CardTrouble}
    for busy in ("starting", "reading", "checking", "issuing", "printing", "cancelling"):
        named |= {f"{Place(busy).value}.title", f"{busy}.text"}
    assert len(named) > 60
    assert named <= CHINESE.keys()
    assert set(Paper) == set(_PAPER_TEXT)


def test_a_missing_key_or_value_names_language_and_key() -> None:
    with pytest.raises(TextMissing, match=r"zh-CN: home\.nothing"):
        CHINESE("home.nothing")
    with pytest.raises(TextMissing, match=r"en: ticket\.ahead"):
        ENGLISH("ticket.ahead")


def test_no_screen_words_stand_in_code() -> None:
    """Comments and docstrings may quote; samples are the invented hall's own words."""
    for file in ROOM.rglob("*.py"):
        if file.name.startswith("sample"):
            continue
        source = file.read_text(encoding="utf-8")
        nodes = (
            node
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        )
        doc = {node.body[0].lineno for node in nodes if ast.get_docstring(node)}
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.STRING and token.start[0] not in doc:
                assert not HAN.search(token.string), f"{file.name}:{token.start[0]}"
    for file in ROOM.rglob("*.kv"):
        lines = file.read_text(encoding="utf-8").splitlines()
        code = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
        assert not HAN.search(code), file.name


@pytest.mark.parametrize(
    ("p50_s", "p90_s", "chinese", "english"),
    [
        (0, 50, "马上就到", "right away"),
        (300, 300, "约 5 分钟", "about 5 min"),
        (720, 1190, "约 12–20 分钟", "about 12–20 min"),
        (1450, 2110, "约 20–40 分钟", "about 20–40 min"),
        (0, 600, "约 1–10 分钟", "about 1–10 min"),
        (3700, 8000, "约 1–3 小时", "about 1–3 h"),
        (7200, 7200, "约 2 小时", "about 2 h"),
    ],
)
def test_waits_in_sensible_words(p50_s: int, p90_s: int, chinese: str, english: str) -> None:
    assert wait_words(WaitFacts(p50_s, p90_s), CHINESE) == chinese
    assert wait_words(WaitFacts(p50_s, p90_s), ENGLISH) == english


def test_nobody_behind_others_is_told_that_it_is_their_turn_at_once() -> None:
    assert wait_words(WaitFacts(0, 50), CHINESE, 0) == "马上就到"
    assert wait_words(WaitFacts(0, 50), CHINESE, 2) == "几分钟内"


def test_small_words() -> None:
    assert wait_words(None, CHINESE) == ""
    assert windows_words(("1", "10", "2"), CHINESE) == "1、2、10 号窗口"
    assert windows_words(("3",), ENGLISH) == "Window 3"
    assert [masked_name(n) for n in ("王", "王芳", "王小芳", "样例·欧阳小芳")] == [
        "王", "王*", "王*芳", "样例·欧**芳",
    ]  # fmt: skip
    day = sample_hall().business_day
    assert age_on(day.replace(year=1966), day) == 60
    assert age_on(day.replace(year=1966, day=3), day) == 59


def test_a_number_held_before_is_no_new_one() -> None:
    ticket = sample_ticket()
    said = [
        ticket_news(found, CHINESE)
        for found in (
            ticket,
            replace(ticket, reprint=True),
            replace(ticket, reprint=True, rejoined=True),
            beyond(ticket, "called", "4"),
            beyond(ticket, "called", None),
            beyond(ticket, "serving", "4"),
            beyond(ticket, "parked", None),
        )
    ]
    assert said == [
        "取号成功",
        "这是您已经取过的号",
        "您过号了，已为您重新排队",
        "正在叫您的号，请到 4 号窗口",
        "正在叫您的号，请看大屏幕",
        "您正在 4 号窗口办理",
        "您的号暂时挂起，办好后请告诉窗口",
    ]
    assert ticket_where(beyond(ticket, "called", "4"), CHINESE) == "4 号窗口"
    assert ticket_where(beyond(ticket, "parked", None), CHINESE) == "4、7、8 号窗口"


def test_the_paper_says_what_the_screen_says_and_nothing_personal() -> None:
    content = ticket_content(sample_ticket(), sample_hall(), CHINESE, "http://hall:8701")
    assert content.number == "D023"
    assert content.follow_url == "http://hall:8701/t/3f9c1d7ab24e4c5f"
    assert content.issued_at.isoformat() == "2026-03-02T10:08:00+08:00"
    assert (content.window_text, content.wait_text) == ("4、7、8", "约 12–20 分钟")
    assert (content.review_code, content.class_label) == ("4821", "")
    assert content.note == ""


@pytest.mark.parametrize("language", SHIPPED)
def test_who_is_to_agree_reads_who_answers_for_it_and_how_long_what_is_kept(
    language: Language,
) -> None:
    state, t = sample_states()["pension-consent"], TEXTS[language]
    for days, kept in (
        (30, t("pension.consent_kept", days=30)),
        (None, t("pension.consent_wiped")),
    ):
        terms = FaceTermsFacts("某县社保局", "Some County Office", days)
        content = replace(state.around.content, face_terms=terms)
        told = replace(state, around=replace(state.around, content=content))
        assert in_language("某县社保局", "Some County Office", language) in consent_points(told, t)
        assert kept in consent_points(told, t)
    untold = replace(state, around=replace(state.around, content=ContentFacts()))
    assert untold.around.hall is not None
    name = in_language(untold.around.hall.name, untold.around.hall.name_en, language)
    assert name in consent_points(untold, t)


@pytest.mark.parametrize("language", SHIPPED)
def test_the_windows_number_of_a_yearly_check_names_the_matter_and_a_kind_reason(
    language: Language,
) -> None:
    matter = sample_states()["pension-window"].around.content.matter("D-02")
    for sent in SENT:
        note = ticket_content(
            sample_ticket(), sample_hall(), TEXTS[language], "http://h", matter, sent
        ).note
        assert matter is not None
        assert note.startswith(matter.name if language is Language.CHINESE else matter.name_en)
        assert TEXTS[language](f"pension_sent.{sent}") in note


def test_paper_printed_again_says_so_and_until_when_the_number_is_kept() -> None:
    until = "2026-03-02T02:30:00+00:00"
    ticket = replace(sample_ticket(), reprint=True, deferred_until=until)
    content = ticket_content(ticket, sample_hall(), CHINESE, "")
    assert (content.people_ahead, content.wait_text) == (None, "已留号到 10:30")
    assert content.class_label == "补打"
    booked = replace(ticket, booked_for="2026-03-02T02:45:00+00:00", priority_class="elderly")
    assert ticket_content(booked, sample_hall(), CHINESE, "").class_label == (
        "老年人优先 · 预约 10:45 · 补打"
    )


@pytest.mark.parametrize("name", ["check", "plug", "house", "info", "x", "clock"])
def test_an_icon_stands_in_the_middle_of_its_box(name: str) -> None:
    """The font's own bearings: without them each sign is drawn at the left edge."""
    icons, size_px = IconSet(ASSETS / "icons"), 240
    mask, (left, _) = ImageFont.truetype(str(icons.font_file), size_px).getmask2(icons(name), "L")
    ink = Image.frombytes("L", mask.size, bytes(mask)).getbbox()
    assert ink is not None
    assert abs(left + (ink[0] + ink[2]) / 2 - size_px / 2) < size_px * 0.02


# --- line breaking ------------------------------------------------------------------------------


def by_count(text: str) -> float:
    return float(sum(2 if HAN.match(s) or s in "，。！？：" else 1 for s in text))


@pytest.mark.parametrize("width", range(8, 60))
@pytest.mark.parametrize(
    "text",
    ["请取走号票，到等候区坐一坐，听到叫号再去窗口。", "您已年满 60 周岁，我们为您优先安排。",
     "Take your ticket, have a seat, and go to the window.", "城乡居民养老保险"],
)  # fmt: skip
def test_lines_keep_every_sign_and_the_rules_of_typesetting(text: str, width: int) -> None:
    for breaking in (break_lines, balanced):
        lines = breaking(text, width, by_count)
        assert "".join("".join(lines).split()) == "".join(text.split())
        for line in lines:
            assert by_count(line) <= width
            if width > 12:
                assert line[0] not in "，。！？：,."


def test_names_break_between_words_of_two_signs() -> None:
    assert balanced("退休人员社会化管理", 12, by_count) == ["退休人员", "社会化管理"]
    assert balanced("城乡居民养老保险", 12, by_count) == ["城乡居民", "养老保险"]
    assert balanced("养老待遇资格认证", 8, by_count) == ["养老待遇", "资格认证"]


@pytest.mark.parametrize("width", range(20, 60))
def test_no_line_parts_a_word_or_a_name_of_the_hall(width: int) -> None:
    services = "、".join(service.name for service in sample_hall().services)
    lines = balanced(services, width, by_count)
    assert all(line.endswith("、") for line in lines[:-1]), lines
    long = "示范县人力资源和社会保障服务大厅"
    ends = {
        "".join(lines[: n + 1])
        for lines in [balanced(long, width, by_count)]
        for n in range(len(lines))
    }
    assert ends <= {long[:n] for n in (3, 7, 8, 12, 14, 16)}, ends


def test_tibetan_lines_end_after_a_tsheg() -> None:
    lines = break_lines("ཀཀ་ཁཁ་གགག། ངང་ཅ།", 6, len)
    assert lines == ["ཀཀ་ཁཁ་", "གགག།", "ངང་ཅ།"]
    assert break_lines("ཅ་ཀཀ་། ང", 5, len) == ["ཅ་", "ཀཀ་།", "ང"]


def test_evening_lines_out_cuts_no_latin_word() -> None:
    assert balanced("Employment Assistance", 12, by_count) == ["Employment", "Assistance"]
    assert balanced("Residents' Pension Insurance", 20, by_count) == [
        "Residents'",
        "Pension Insurance",
    ]
    slow = balanced("The network is slow, trying again", 28, by_count)
    assert slow == ["The network is", "slow, trying again"]


# --- looks --------------------------------------------------------------------------------------

# What stands on what; the least contrast, 3 where only large or bold type or an icon does.
PAIRS = [
    ("ink", "paper", 4.5), ("ink", "card", 4.5), ("muted", "paper", 4.5), ("muted", "card", 4.5),
    ("muted", "tint", 4.5), ("ink", "tint", 4.5), ("on_action", "action", 4.5),
    ("on_action", "action_deep", 4.5), ("action", "card", 4.5), ("action", "tint", 4.5),
    ("action", "paper", 4.5), ("done", "paper", 4.5), ("done", "card", 4.5),
    ("ink", "done_tint", 4.5), ("done", "done_tint", 3.0), ("attention_ink", "paper", 4.5),
    ("attention_ink", "attention_tint", 4.5), ("attention_ink", "tint", 4.5),
    ("disabled_ink", "disabled", 3.0), ("ink", "pressed", 4.5),
]  # fmt: skip


def luminance(colour: str) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgba(colour)[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("view", list(View))
def test_contrasts(view: View) -> None:
    colour = load_theme(view.value, ASSETS).colour
    for front, ground, least in PAIRS:
        light, dark = sorted((luminance(colour[front]), luminance(colour[ground])), reverse=True)
        ratio = (light + 0.05) / (dark + 0.05)
        assert ratio >= least, f"{view}: {front} on {ground} is {ratio:.2f}"


def test_themes_have_the_same_colours_and_the_scales_that_were_promised() -> None:
    themes = {view: load_theme(view.value, ASSETS) for view in View}
    assert len({frozenset(theme.colour) for theme in themes.values()}) == 1
    assert themes[View.ELDER].scale == 1.35
    assert not themes[View.ELDER].motion


def test_every_icon_that_is_named_is_in_the_font() -> None:
    from fontTools.ttLib import TTFont

    icons = IconSet(ASSETS / "icons")
    named = set()
    for file in [*ROOM.rglob("*.kv"), *ROOM.rglob("*.py")]:
        named |= set(re.findall(r"""icon(?:_name)?\s*[:=]\s*["']([a-z-]+)["']""", file.read_text()))
    named |= {service.icon for service in sample_hall().services}
    assert len(named) > 12
    assert not {name for name in named if not icons.has(name)}
    assert icons("no-such-icon") == icons("file-text")
    with TTFont(icons.font_file) as font:
        points = set(font.getBestCmap())
    assert all(ord(icons(name)) in points for name in named)


def test_out_of_service_names_where_to_go_instead_in_the_persons_language() -> None:
    state = sample_states()["away-elsewhere"]
    chinese, english = (NEWS[Place.AWAY](state, texts).question for texts in (CHINESE, ENGLISH))
    assert chinese.splitlines()[1:] == list(state.around.elsewhere)
    assert english.splitlines()[1:] == list(state.around.elsewhere_en)
    untold = replace(state, around=replace(state.around, elsewhere_en=()))
    assert "12333" in NEWS[Place.AWAY](untold, ENGLISH).question
    plain = sample_states()["away"]
    assert NEWS[Place.AWAY](plain, CHINESE).question == CHINESE("away.retry")
