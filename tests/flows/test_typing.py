"""Pinyin into characters: what is offered, what a choice does, and a sentence written with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.flow import events as ev
from kiosk.flow import feedback as fb
from kiosk.flow import signs
from kiosk.flow.meant import matters_meant
from kiosk.flow.pinyin import Lexicon, candidates, with_choice
from kiosk.flow.search import find_matters
from kiosk.flow.states import Manner, Place, Session, State
from kiosk.flow.table import step
from kiosk.sample_ways import sample_content, sample_lexicon, with_content
from kiosk.samples import sample_states
from tests.flows.journeys import R, travel_from

WORDS = sample_lexicon()
HOME = sample_states()["home"]


def first(letters: str, count: int = 1) -> list[str]:
    return [word for word, _ in candidates(WORDS, letters)[:count]]


@pytest.mark.parametrize(
    ("letters", "word"),
    [
        ("xiwang", "希望"),
        ("xw", "希望"),
        ("xiw", "希望"),
        ("xiwangzengjia", "希望"),
        ("zengjiazy", "增加"),
        ("zuoyi", "座椅"),
        ("laohuajing", "老花镜"),
        ("tbq", "听不清"),
        ("shi", "是"),
        ("de", "的"),
        ("nv", "女"),
        ("nver", "女儿"),
    ],
)
def test_what_is_meant_is_offered_first(letters: str, word: str) -> None:
    assert first(letters) == [word]


def test_every_character_of_everyday_use_can_be_had_by_its_reading() -> None:
    """Level 1 of GB 2312, which the list was made from, by a few of its rarest."""
    for sign, letters in (("锯", "ju"), ("秧", "yang"), ("嘘", "xu"), ("坡", "po"), ("绿", "lv")):
        assert sign in dict(candidates(WORDS, letters)), sign


def test_a_choice_takes_the_letters_it_was_made_from_and_leaves_the_rest() -> None:
    assert with_choice(WORDS, "希望zengjiazuoyi", "增加") == "希望增加zuoyi"
    assert with_choice(WORDS, "希望z", "座") == "希望座"
    assert with_choice(WORDS, "希望", "，") == "希望，"
    assert with_choice(WORDS, "zz", "，") == "zz，", "letters that nothing was chosen for stay"
    assert candidates(WORDS, "") == ()
    assert candidates(Lexicon(), "xi") == (), "before the words are there, letters stay letters"
    assert candidates(WORDS, "vvvv") == ()


def test_any_letters_are_parted_at_once() -> None:
    """What somebody leans on the keys with takes no time to speak of."""
    import time

    begun_s = time.process_time()
    for letters in ("zhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzh", "a" * 200, "xianxianxianxianxian"):
        assert candidates(WORDS, letters)
    assert time.process_time() - begun_s < 0.5


def at(place: Place, **session: object) -> State:
    return replace(HOME, place=place, session=Session(**session))  # type: ignore[arg-type]


def test_searching_offers_only_what_the_names_hold_and_every_choice_finds_something() -> None:
    matters = sample_content().matters
    for letters in ("bao", "yang", "yl", "sb"):
        shown = signs.offered(at(Place.MATTERS, query=letters))
        assert shown, letters
        for sign in shown[:8]:
            assert find_matters(matters, with_choice(WORDS, letters, sign)), (letters, sign)
    assert "养老" in signs.offered(at(Place.MATTERS, query="yanglao"))[:2]
    assert not {"卡", "技"} & set(signs.offered(at(Place.MATTERS, query="q"))), "rare readings"
    assert signs.offered(at(Place.MATTERS, query="养")) == ()


def test_initials_find_what_the_whole_reading_finds() -> None:
    """`sb` occurs by chance in one name; whoever types it means 社保."""
    for short, long in (("sb", "shebao"), ("sbk", "shebaoka")):
        by_short = matters_meant(at(Place.MATTERS, query=short))
        by_long = matters_meant(at(Place.MATTERS, query=long))
        assert by_long
        assert set(by_long) <= set(by_short), short
        assert len(set(by_short)) == len(by_short)
    assert matters_meant(at(Place.MATTERS, query="xqz")) == ()
    assert matters_meant(at(Place.MATTERS)) == sample_content().matters


def test_the_strip_turns_both_ways_and_begins_anew_with_each_letter() -> None:
    state = at(Place.WRITE, feedback=fb.Feedback(written="shi"))
    seen: list[str] = []
    last = len(signs.pages(state)) - 1
    assert last > 1
    for page in range(last + 1):
        assert state.session.signs_page == page
        seen += [word for row in signs.page_shown(state) for word in row]
        state, _ = step(state, ev.SignsTurned(True))
    assert state.session.signs_page == last, "the end is the end"
    assert seen == list(signs.offered(state))
    assert step(state, ev.SignsTurned(False))[0].session.signs_page == last - 1
    assert step(state, ev.KeyTouched("n"))[0].session.signs_page == 0
    for row in (row for page in signs.pages(state) for row in page):
        assert sum(map(signs.cells, row)) <= signs.CELLS[state.manner.view]


def typed(*words: str) -> list[tuple[Place, ev.Event]]:
    """Letters are keys, all else is chosen."""
    return [
        (Place.WRITE, ev.KeyTouched(sign) if sign.isascii() else ev.SignTouched(sign))
        for word in words
        for sign in (word if word.isascii() else [word])
    ]


def test_a_sentence_is_written_sent_and_forgotten() -> None:
    state, effects = travel_from(
        replace(HOME, around=with_content(HOME.around)),
        (Place.HOME, ev.DoorTouched(ev.Door.FEEDBACK)),
        (Place.FEEDBACK, fb.SuggestTouched()),
        (Place.SUGGEST, fb.WriteTouched()),
        *typed("xiwang", "希望", "zengjiazuoyi", "增加", "座椅", "。", "x"),
        (Place.WRITE, ev.EraseTouched()),
        (Place.WRITE, ev.BackTouched()),
        (Place.SUGGEST, fb.SendTouched(R)),
        (Place.SENDING, fb.FeedbackEnded(R, "sent")),
        Place.SENT,
    )
    assert effects == [fb.SendSuggestion(R, (), "", "希望增加座椅。")]
    assert "座椅" not in repr(effects) + repr(state)


def test_in_other_languages_letters_are_meant_as_they_are() -> None:
    english = replace(at(Place.WRITE), manner=Manner(language=ev.Language.ENGLISH))
    state, _ = travel_from(
        english,
        *((Place.WRITE, ev.KeyTouched(sign)) for sign in "more"),
        *((Place.WRITE, ev.SignTouched(sign)) for sign in (" ", ".")),
        *((Place.WRITE, ev.KeyTouched(sign)) for sign in "ok"),
        Place.WRITE,
    )
    assert state.session.feedback.written == "More .Ok"
    assert signs.offered(state) == ()


def test_more_than_there_is_room_for_is_not_taken() -> None:
    full = at(Place.WRITE, feedback=fb.Feedback(written="好" * fb.WRITTEN_AT_MOST))
    for event in (ev.KeyTouched("x"), ev.SignTouched("。")):
        assert step(full, event)[0].session.feedback == full.session.feedback
