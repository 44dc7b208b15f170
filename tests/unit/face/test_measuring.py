"""The face benchmark's own parts: every rate against all pairs written out, and strange folders."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from tests.bench.face.comparing import compared, halved
from tests.bench.face.folder import contents, kind_of
from tests.bench.face.folder_words import nobodys
from tests.bench.face.people import Taken
from tests.bench.face.rates import eer, fmr_at, fnmr_at, report, scores_of
from tests.bench.face.shares import interval


def crowd(people: int, pictures: int, seed: int = 3) -> tuple[np.ndarray, list[str]]:
    """Descriptors of people who are alike but for a little, and less alike than their pictures."""
    chance = np.random.default_rng(seed)
    faces = chance.normal(0.1, 0.06, (people, 1, 128))
    rows = (faces + chance.normal(0, 0.05, (people, pictures, 128))).reshape(-1, 128)
    return rows, [f"p{n:03d}" for n in range(people) for _ in range(pictures)]


def all_pairs(
    rows: np.ndarray, people: list[str], mean: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Genuine and impostor scores, one pair after the other."""
    found: dict[bool, list[float]] = {True: [], False: []}
    for one, other in itertools.combinations(range(len(rows)), 2):
        if mean is None:
            score = -float(np.linalg.norm(rows[one] - rows[other]))
        else:
            a, b = rows[one] - mean, rows[other] - mean
            score = float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
        found[people[one] == people[other]].append(score)
    return np.array(found[True]), np.array(found[False])


@pytest.mark.parametrize("calibrated", [False, True])
def test_every_rate_is_that_of_all_pairs_written_out(calibrated: bool) -> None:
    rows, people = crowd(40, 3)
    mean = rows[:30].mean(axis=0) if calibrated else None
    genuine, impostor = all_pairs(rows, people, mean)
    scores = scores_of(rows, people, mean)
    told = report(scores)
    assert (told["genuine_pairs"], told["impostor_pairs"]) == (len(genuine), len(impostor))
    # Halfway between two scores that stand clear of each other: no rounding can turn a pair over.
    every = np.sort(np.concatenate([genuine, impostor]))
    gaps = np.flatnonzero(np.diff(every) > 1e-5)
    for place in gaps[:: len(gaps) // 40]:
        threshold = float(every[place : place + 2].mean())
        assert fmr_at(scores, threshold) == pytest.approx(np.mean(impostor >= threshold), abs=1e-9)
        assert fnmr_at(scores, threshold) == pytest.approx(np.mean(genuine < threshold), abs=1e-9)
    for rate in (0.01, 0.001):
        part = told["tar_at_fmr"][f"{rate:g}"]  # type: ignore[index]
        allowed = np.sort(impostor)[::-1][int(rate * len(impostor))]  # so many lie above this one
        assert part["tar"] == pytest.approx(np.mean(genuine > allowed), abs=1e-4)
        assert part["interval_95"][0] <= part["tar"] <= part["interval_95"][1]
    assert told["tar_at_fmr"]["0.0001"]["tar"] is None  # type: ignore[index]
    crossed = min(every, key=lambda t: abs(np.mean(impostor >= t) - np.mean(genuine < t)))
    wanted = (np.mean(impostor >= crossed) + np.mean(genuine < crossed)) / 2
    assert eer(scores) == pytest.approx(wanted, abs=2e-3)


def test_an_interval_is_that_of_people_drawn_anew() -> None:
    rows, people = crowd(30, 3)
    genuine, impostor = all_pairs(rows, people, None)
    pairs = list(itertools.combinations(range(len(rows)), 2))
    numbers = np.repeat(np.arange(30), 3)
    owners = np.array([numbers[a] for a, b in pairs if people[a] == people[b]])
    two = np.array([(numbers[a], numbers[b]) for a, b in pairs if people[a] != people[b]])
    chance, tars = np.random.default_rng(1), []
    for _ in range(300):
        times = np.bincount(chance.integers(0, 30, 30), minlength=30)
        strangers = np.repeat(impostor, times[two].prod(axis=1))
        threshold = np.sort(strangers)[::-1][int(0.01 * len(strangers))]
        own = np.repeat(genuine, times[owners])
        tars.append(float(np.mean(own > threshold)))
    low, high = np.percentile(tars, (2.5, 97.5))
    told = report(scores_of(rows, people, None))["tar_at_fmr"]["0.01"]  # type: ignore[index]
    assert told["interval_95"] == pytest.approx([low, high], abs=0.05)


def test_more_pairs_than_are_kept_are_drawn() -> None:
    rows, people = crowd(60, 2)
    whole, drawn = scores_of(rows, people, None), scores_of(rows, people, None, most=2_000)
    assert drawn.impostor_pairs == len(whole.impostor) > len(drawn.impostor) > 1_500
    threshold = float(np.median(whole.impostor))
    assert fmr_at(drawn, threshold) == pytest.approx(0.5, abs=0.05)
    assert "impostor_pairs_drawn" in report(drawn)


def taken(people: int, pictures: int) -> Taken:
    rows, names = crowd(people, pictures)
    return Taken(people=names, descriptors=list(rows), pictures=len(names))


def test_calibration_people_are_never_test_people() -> None:
    _, people = crowd(41, 2)
    people += ["alone-1", "alone-2"]
    halves = halved(people)
    calibration = {p for p, ours in zip(people, halves.ours, strict=True) if ours}
    test = {p for p, ours in zip(people, halves.ours, strict=True) if not ours}
    assert not calibration & test
    assert calibration | test == set(people)
    assert {people[n] for n in halves.held} == calibration


@pytest.mark.parametrize(
    ("people", "pictures", "calibrated", "drawn"),
    [(1, 3, False, False), (2, 1, False, False), (2, 3, False, True), (8, 1, True, False),
     (100, 2, True, True)],
)  # fmt: skip
def test_however_few_they_are_what_can_be_said_is_said(
    people: int, pictures: int, calibrated: bool, drawn: bool, tmp_path: Path
) -> None:
    figures = compared(taken(people, pictures), "model", tmp_path / "roc.png")
    assert ("calibrated" in figures) == calibrated
    assert (tmp_path / "roc.png").exists() == drawn
    if people == 1:
        assert figures == {"why_not_compared": "fewer than two people with a usable picture"}
    if people == 100:
        sites = figures["site_calibration"]
        assert sites["0.01"]["people"] == 50  # type: ignore[index]
        assert sites["0.001"]["missing"] == 92  # type: ignore[index]


def test_a_strangers_folder(tmp_path: Path) -> None:
    for name in ("set/anna/1.JPG", "set/anna/later/2.png", "set/anna/._2.png", "set/bert/a.jpeg",
                 "set/bert/notes.txt", "set/carl/head.mp4", "set/attacks/print/7.AVI"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    held = contents(tmp_path, tmp_path)
    assert [(who, [f.name for f in files]) for who, files in held.people] == [
        ("anna", ["1.JPG", "2.png"]),
        ("bert", ["a.jpeg"]),
    ]
    assert {film.name: film.kind for film in held.films} == {
        "set/attacks/print/7.AVI": "print",
        "set/carl/head.mp4": None,
    }


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("anna.mp4", None),
        ("real/phone/07.mp4", None),
        ("07_replay.avi", "replay"),
        ("attacks/silicone/07.mp4", "silicone"),
        ("spoof/07.mp4", "attack"),
        ("攻击/照片/1.mp4", "照片"),
    ],
)
def test_a_films_path_says_what_it_is(path: str, kind: str | None) -> None:
    assert kind_of(Path(path)) == kind


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_pictures_that_lie_in_nobodys_folder_are_strangers_to_no_one(tmp_path: Path) -> None:
    put(tmp_path, "anna-1.jpg", "anna-2.jpg", "bert-1.jpg")
    held = contents(tmp_path, tmp_path)
    assert (held.people, len(held.nobodys)) == ([], 3)
    assert "3 张图片没有按人分文件夹" in nobodys(tmp_path, held)


def test_one_person_in_two_parts_of_a_set_is_one(tmp_path: Path) -> None:
    put(tmp_path, "train/anna/1.jpg", "test/anna/2.jpg", "test/bert/1.jpg")
    held = contents(tmp_path, tmp_path)
    assert [(who, len(files)) for who, files in held.people] == [("anna", 2), ("bert", 1)]
    assert held.level == 2
    assert [who for who, _ in contents(tmp_path, tmp_path, level=1).people] == ["test", "train"]


def test_a_share_has_its_exact_interval() -> None:
    """Clopper & Pearson's own, as tables have them: 0 of 10, 1 of 20, 10 of 10."""
    assert interval(0, 10) == pytest.approx([0.0, 0.30850], abs=1e-4)
    assert interval(1, 20) == pytest.approx([0.00127, 0.24873], abs=1e-4)
    assert interval(10, 10) == pytest.approx([0.69150, 1.0], abs=1e-4)
    assert interval(0, 0) is None
