"""A further language is one file: read, offered, drawn from right to left, its gaps in Chinese.

The sample is no language: English words in letters of Uyghur, without e and h, since the
font that Debian's fontconfig brings along is a wide one.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.flow import events as ev
from kiosk.flow.events import Language, View
from kiosk.flow.states import Manner, Place
from kiosk.samples import sample_states
from kiosk.settings import ScreenSettings
from kiosk.texts import ASSETS, SHIPPED, Texts, load_languages, load_texts, load_translation
from kiosk.ui.environment import assets_folder
from kiosk.ui.fonts import FontMissing, further_font
from kiosk.voice import Voice
from tests.kiosk.conftest import WINDOW, morning
from tests.kiosk.test_screens import bad_targets, cut_texts, seen, too_small_texts

SAMPLE = Language("ug-x-sample")
_LETTERS = dict(zip("abcdefghijklmnopqrstuvwxyz", "ابچدېفگھىجكلمنوپقرستۇۋۈخيز", strict=True))
_LETTERS |= {"e": "", "h": ""}
# With every letter of Uyghur; Debian's fontconfig depends on it.
_FONT = "DejaVu Sans"
_GAP = re.compile(r"(\{\w+\})")
STATES = sample_states()


def in_sample_letters(text: str) -> str:
    parts = _GAP.split(text.lower().replace(",", "،").replace("?", "؟"))
    return "".join(
        part if _GAP.fullmatch(part) else "".join(_LETTERS.get(sign, sign) for sign in part)
        for part in parts
    )


def sample_file(folder: Path, *, without: str = "") -> Path:
    """A translation of every key, as its makers would write it."""
    english = load_texts(Language.ENGLISH)
    lines = ['language.name = "ئۇيغۇرچە"', 'language.direction = "rtl"']
    lines += [f'language.font = "{_FONT}"', 'language.speech = ""']
    for key in sorted(english.keys() - {without}):
        text = in_sample_letters(english._words[key]).replace("\\", "\\\\").replace("\n", "\\n")
        lines.append(f'{key} = "{text}"'.replace("\u201c", "«"))
    file = folder / f"kiosk.{SAMPLE}.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def read_sample(folder: Path, *, without: str = "") -> Texts:
    file = sample_file(folder, without=without)
    return load_translation(file, SAMPLE, load_texts(Language.CHINESE))


# --- files ---------------------------------------------------------------------------------------


def test_every_translation_that_is_shipped_has_every_key_and_every_gap() -> None:
    tags = {file.name.split(".")[1] for file in (ASSETS / "i18n").glob("kiosk.*.toml")}
    assert tags >= set(SHIPPED)
    chinese = load_texts(Language.CHINESE)
    for texts in load_languages(sorted(tags)).values():
        assert texts.keys() == chinese.keys(), texts.language
        assert texts.about.name
        for key in chinese.keys() - {"wait.person", "bar.clock"}:
            gaps = [set(re.findall(r"\{(\w+)\}", t._words[key])) for t in (texts, chinese)]
            assert gaps[0] == gaps[1], f"{texts.language}: {key}"


def test_a_missing_key_is_shown_in_chinese_and_logged_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = read_sample(tmp_path, without="home.title")
    assert "home.title" not in texts.keys()  # noqa: SIM118  (Texts is no mapping)
    for _ in range(3):
        assert texts("home.title") == load_texts(Language.CHINESE)("home.title")
    said = capsys.readouterr()
    assert (said.out + said.err).count("text_missing") == 1


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ('direction = "rtl"', 'direction = "up"', "direction must be ltr or rtl"),
        ('speech = ""', 'speech = "klingon"', "speech must be empty or one of en, zh-CN"),
        ('language.name = "ئۇيغۇرچە"\n', "", "name"),
        ('speech = ""', 'spech = ""', "spech"),
    ],
)
def test_a_wrong_translation_is_named(
    tmp_path: Path, right: str, wrong: str, complaint: str
) -> None:
    file = sample_file(tmp_path)
    file.write_text(file.read_text(encoding="utf-8").replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"kiosk\.ug-x-sample\.toml.*{complaint}"):
        load_translation(file, SAMPLE, None)


def test_a_language_without_its_file_and_a_font_that_is_not_there_are_named() -> None:
    with pytest.raises(ValueError, match=r"kiosk\.tlh\.toml"):
        load_languages(["zh-CN", "tlh"])
    with pytest.raises(ValueError, match="no language tag"):
        load_languages(["../secret"])
    with pytest.raises(FontMissing, match="No Such Family"):
        further_font("No Such Family", ASSETS)
    with pytest.raises(FontMissing, match=r"none\.ttf"):
        further_font("none.ttf", ASSETS)


def test_settings_offer_the_usual_language_at_least() -> None:
    assert ScreenSettings(languages=("zh-CN", "en", "ug")).language == "zh-CN"
    with pytest.raises(ValueError, match="must hold 'zh-CN'"):
        ScreenSettings(languages=("en",))
    with pytest.raises(ValueError, match="six different"):
        ScreenSettings(languages=("zh-CN", "zh-CN"))


def test_without_a_voice_of_its_own_guidance_is_said_in_chinese(tmp_path: Path) -> None:
    said: list[tuple[str, str]] = []

    class Guide:
        def say(self, text: str, language: str = "zh-CN") -> None:
            said.append((text, language))

        def hush(self) -> None:
            raise AssertionError("nothing to hush")

    sample, chinese = read_sample(tmp_path), load_texts(Language.CHINESE)
    manner = Manner(View.ELDER, SAMPLE, spoken=True)
    Voice(Guide(), lambda _language: sample).heed(replace(STATES["home"], manner=manner))
    assert said == [(chinese("voice.home"), "zh-CN")]


# --- real frames ---------------------------------------------------------------------------------


@pytest.fixture
def three(studio: Any, tmp_path: Path) -> Any:
    """The studio, offering three languages; as it was, afterwards."""
    from kiosk.screens.making import StageMaker

    before, sample = studio.maker, read_sample(tmp_path)
    texts = {**load_languages(), SAMPLE: sample}
    studio.maker = StageMaker(assets_folder(), "http://192.168.1.10:8701", morning, texts=texts)
    studio.stage = None
    yield studio
    StageMaker(assets_folder(), "", morning)  # the fonts of before
    studio.maker, studio.stage = before, None


def by_slot(stage: Any, slot: str) -> Any:
    return next(w for w in stage.walk() if getattr(w, "slot", "") == slot)


def test_the_picture_is_mirrored_and_nothing_is_cut(three: Any) -> None:
    wrong = []
    wide = {"home", "away", "ticket"}  # the rest is measured where least fits
    one_each = {state.place: name for name, state in STATES.items()}.values()
    for view, size in ((View.ELDER, WINDOW), (View.NORMAL, (1920, 1080))):
        for name, state in STATES.items():
            if name.startswith("staff") or name not in (one_each if size == WINDOW else wide):
                continue
            stage = three.show(replace(state, manner=Manner(view, SAMPLE)), size)
            told = [*cut_texts(stage), *bad_targets(stage, view, size)]
            told += too_small_texts(stage, size) if view is View.ELDER else []
            wrong += [f"{name} {view} {size}: {text}" for text in told]
        back, aid = (by_slot(stage, slot) for slot in ("back", "help"))
        assert back.x > aid.right, "back begins where reading begins: at the right"
    assert not wrong, "\n".join(wrong)


def test_mirrored_is_exactly_the_other_way_round_but_not_for_digits(three: Any) -> None:
    plain = three.show(STATES["home"])
    places = {w.slot: (w.x, w.right) for w in seen(plain) if getattr(w, "slot", "")}
    turned = three.show(replace(STATES["home"], manner=Manner(language=SAMPLE)))
    for slot, (left, right) in places.items():
        widget = by_slot(turned, slot)
        assert widget.x == pytest.approx(turned.width - right, abs=2), slot
        assert widget.right == pytest.approx(turned.width - left, abs=2), slot
    keys = three.show(replace(STATES["mine"], manner=Manner(language=SAMPLE)))
    assert by_slot(keys, "key-1").x < by_slot(keys, "key-3").x


def test_letters_join_and_figures_keep_their_order(three: Any) -> None:
    from kiosk.ui.shaping import Print, draw_lines, runs, shaped_width

    three.show(STATES["home"])
    apart = sum(shaped_width(sign, False) for sign in "سلام")
    assert shaped_width("سلام", False) < apart * 0.8, "joined letters are narrower"
    how = Print(40, False, (0, 0, 0, 1), "left", None, 1.0)
    assert draw_lines(["سا 12"], how).tobytes() != draw_lines(["سا 21"], how).tobytes()
    assert [piece for piece, _ in runs("سا 12 养老 لا")] == ["سا 12 ", "养老 ", "لا"]
    assert [piece for piece, _ in runs("ཀ་ 12, ཁ")] == ["ཀ་ ", "12, ", "ཁ"]
    # The number stands at the left end, its own figures from left to right.
    alone, line = draw_lines(["12"], how), draw_lines(["سا 12"], how)
    inked = alone.getchannel("A").getbbox()
    assert inked is not None
    assert line.crop(inked).tobytes() == alone.crop(inked).tobytes()


def test_what_chinese_and_zhuang_need_never_goes_another_way(three: Any) -> None:
    from kiosk.ui.shaping import needs_shaping

    assert not needs_shaping("取号办事 D023，约 12–20 分钟")
    assert not needs_shaping("Gij vunz youq laj mbwn daengx seng ma couh miz cwyouz")
    assert needs_shaping("养老 سا")


def test_more_than_two_languages_are_chosen_from_a_sheet(three: Any) -> None:
    stage = three.show(STATES["home"])
    key = by_slot(stage, "language")
    assert "ئۇيغۇرچە" in key.words
    assert "English" in key.words
    three.touch(*key.center)
    assert not three.events, "nothing is chosen yet"
    stage.show(replace(STATES["home"], now_s=1.0))
    three.settle()
    assert not list(cut_texts(stage))
    assert not list(bad_targets(stage, View.NORMAL, WINDOW))
    three.touch(*by_slot(stage, f"language-{SAMPLE}").center)
    assert three.events == [ev.LanguageChosen(SAMPLE)]
    three.touch(*by_slot(stage, "close").center)
    assert not [w for w in stage.walk() if getattr(w, "slot", "").startswith("language-")]
    three.touch(*key.center)
    three.events.clear()
    stage.show(STATES["services"])
    three.settle()
    assert STATES["services"].place is Place.SERVICES
    assert not [w for w in stage.walk() if getattr(w, "slot", "").startswith("language-")]
    helped = replace(STATES["home"], help_open=True)
    stage.show(helped)
    three.settle()
    three.touch(*key.center)  # who cannot read the help
    stage.show(replace(helped, now_s=2.0))
    three.settle()
    assert by_slot(stage, f"language-{SAMPLE}")
    three.touch(*by_slot(stage, "close").center)
    stage.show(replace(helped, now_s=3.0))
    three.settle()
    assert by_slot(stage, "call-help"), "the help is back"
