"""The course of a check over drawn landmarks: no film, no engine."""

import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from foundation.settings_file import load_settings
from hardware.face.actions import Action, Baseline, Watcher
from hardware.face.colour import PALETTE, ColourPlan
from hardware.face.cues import CueLimits, CueName, LivenessSettings, Verdict
from hardware.face.depth import Depth
from hardware.face.engine import Face, Light
from hardware.face.geometry import Box, measure, relief
from hardware.face.quality import Advice, GateLimits
from hardware.face.session import Session, Stage
from hardware.face.settings import FaceSettings, without_colour
from hardware.face.track import Track

LIMITS = CueLimits()
SIZE = (640, 480)


def head(turn_deg=0.0, mouth=0.0, shift=0.0, nod_deg=0.0):
    """68 points of a head of three depths, seen after turning; eyes 90 px apart."""
    points = np.zeros((68, 3))
    points[:17, 0] = np.linspace(-80, 80, 17)
    points[:17, 1] = 90 * np.cos(np.linspace(-1.3, 1.3, 17))
    points[:17, 2] = -40
    points[17:27] = [[x, -55, 5] for x in np.linspace(-65, 65, 10)]
    points[27:31] = [[0, y, z] for y, z in ((-30, 15), (-15, 22), (0, 30), (12, 38))]
    points[31:36] = [[x, 25, 15] for x in np.linspace(-14, 14, 5)]
    for start, middle in ((36, -45), (42, 45)):
        ring = [(-16, 0), (-6, -6), (6, -6), (16, 0), (6, 6), (-6, 6)]
        points[start : start + 6] = [[middle + x, -30 + y, 0] for x, y in ring]
    angles = np.linspace(np.pi, 3 * np.pi, 12, endpoint=False)
    points[48:60] = [[30 * np.cos(a), 55 + 12 * np.sin(a), 10] for a in angles]
    points[60:68] = [[22 * np.cos(a), 55, 10] for a in np.linspace(np.pi, 3 * np.pi, 8, False)]
    points[61:64, 1] -= mouth / 2
    points[65:68, 1] += mouth / 2
    turn = np.radians(turn_deg)
    x = points[:, 0] * np.cos(turn) + points[:, 2] * np.sin(turn)
    nod = np.radians(nod_deg)
    y = points[:, 1] * np.cos(nod) + points[:, 2] * np.sin(nod)
    return np.stack([x + 320 + shift, y + 240], axis=1)


def face(points, seed=0, colour=(120.0, 100.0, 90.0)):
    noise = np.random.default_rng(seed).normal(0, 0.2, points.shape)
    light = Light(120, 90, 120, 80, 30, (colour[0] + seed * 1e-3, *colour[1:]))
    return Face(Box(220, 140, 420, 340), points + noise, light)


def play(session, frames, start_s=0.0, step_s=0.1):
    """frames: points, or None for nobody. The prompts."""
    prompts = []
    for index, points in enumerate(frames):
        faces = () if points is None else (face(points, index),)
        prompts.append(session.feed(faces, SIZE, start_s + index * step_s))
    return prompts


def session(*actions, **changed):
    settings = replace(without_colour(FaceSettings()).liveness, **changed)
    return Session(actions, random.Random(1), settings, GateLimits())


REST = [head()] * 14


def test_a_turn_to_the_persons_left_goes_to_the_pictures_right():
    assert measure(head(25)).yaw > 0.15
    assert measure(head(-25)).yaw < -0.15
    assert measure(head(mouth=30)).mouth_gap > 0.3


def test_relief_sees_a_head_turn_and_not_a_photo_that_moves():
    straight = head()
    photo = straight * [0.6, 1.0] + [80, 5]  # squeezed, as a turned photo is
    assert relief(straight, photo) < 1e-6
    assert relief(straight, head(30)) > 0.04


def test_two_movements_in_order_make_a_living_person():
    made = session(Action.TURN_LEFT, Action.OPEN_MOUTH)
    prompts = play(
        made, [*REST, *[head(28)] * 3, *[head()] * 5, *[head(mouth=25)] * 3, *[head()] * 5]
    )
    assert made.stage is Stage.DONE
    assert made.failed == ""
    assert sum(p.keep for p in prompts) == 5
    assert all(p.stage is not Stage.PLACE for p in prompts if p.keep)
    cues = {c.name: c for c in made.cues()}
    assert cues[CueName.RELIEF].verdict is Verdict.GOOD
    assert cues[CueName.ACTIONS].value == 2


@pytest.mark.parametrize("wrong", [[head(-28)] * 40, [head(mouth=25)] * 40, [head()] * 40])
def test_whoever_makes_another_movement_gets_no_further(wrong):
    made = session(Action.TURN_LEFT, Action.OPEN_MOUTH, action_s=2.0, whole_s=10.0)
    play(made, [*REST, *wrong])
    assert made.failed in ("too_slow", "wrong_turn")
    assert next(c for c in made.cues() if c.name is CueName.ACTIONS).verdict is Verdict.BAD


@pytest.mark.parametrize(("times", "failed"), [(2, ""), (3, "wrong_turn")])
def test_two_wrong_turns_are_forgiven(times, failed):
    made = session(Action.TURN_LEFT)
    wrong = [*[head(-28)] * 2, *[head()] * 5]
    play(made, [*REST, *wrong * times, *[head(28)] * 3, *[head()] * 9])
    assert made.failed == failed


def test_landmarks_that_bounce_within_one_wrong_turn_count_it_once():
    made = session(Action.TURN_LEFT)
    bouncing = [*[head(-28)] * 2, *[head()] * 2] * 4
    play(made, [*REST, *bouncing, *[head()] * 5, *[head(28)] * 3, *[head()] * 9])
    assert made.failed == ""


def test_a_last_turn_that_shows_little_depth_may_be_made_again_further():
    """A person who hardly turns is given time to; a photo only gets longer to be seen as one."""
    little = head(16)
    assert relief(head(), little) < CueLimits().relief < relief(head(), head(30))
    made = session(Action.TURN_LEFT)
    prompts = play(made, [*REST, *[little] * 3, *[head()] * 6])
    assert made.stage is Stage.ACT
    assert prompts[-1].action is Action.TURN_LEFT
    play(made, [*[head(30)] * 8, *[head()] * 9], start_s=2.4)
    assert (made.stage, made.failed) == (Stage.DONE, "")
    assert next(c for c in made.cues() if c.name is CueName.RELIEF).verdict is Verdict.GOOD
    gives_up = session(Action.TURN_LEFT)
    play(gives_up, [*REST, *[little] * 3, *[head()] * 60])
    assert (gives_up.stage, gives_up.failed) == (Stage.DONE, "")
    assert next(c for c in gives_up.cues() if c.name is CueName.RELIEF).verdict is not Verdict.GOOD


def test_a_head_that_swings_while_the_baseline_is_taken_turns_from_straight_ahead_all_the_same():
    swings = [measure(head(degrees)) for degrees in (0, 0, 2, 4, 10, 16, 22, 26)]
    assert abs(Baseline.of(swings).yaw) < 0.05


def test_what_the_landmarks_slip_by_is_no_depth():
    """A single frame of a flat photo goes wrong; the mean of the furthest does not."""
    chance, limits = np.random.default_rng(1), CueLimits()
    depth, straight = Depth(), head()
    depth.begin(straight)
    photo = straight * [0.7, 1.0] + [60, 0]
    slipped = [photo + chance.normal(0, 3, photo.shape) for _ in range(30)]
    for points in slipped:
        depth.note(points, 0.2, 0.0)
    assert max(relief(straight, points) for points in slipped) > limits.relief
    assert depth.judge(limits).verdict is Verdict.BAD


def test_a_nod_shows_depth_too_and_one_frame_decides_nothing():
    depth = Depth()
    depth.begin(head())
    depth.note(head(30), 0.3, 0.0)
    assert depth.judge(CueLimits()).verdict is Verdict.UNCLEAR
    for _ in range(3):
        depth.note(head(nod_deg=40), 0.0, 0.2)
    assert depth.judge(CueLimits()).verdict is Verdict.GOOD


def test_more_time_begins_the_movement_anew():
    made = session(Action.TURN_LEFT, action_s=2.0, whole_s=60.0)
    play(made, [*REST, *[head()] * 12])
    made.more_time()
    prompts = play(made, [head()] * 15, start_s=2.6)
    assert made.stage is Stage.ACT
    assert prompts[-1].extended == 1
    play(made, [*[head(28)] * 3, *[head()] * 9], start_s=4.1)
    assert (made.stage, made.failed) == (Stage.DONE, "")


@pytest.mark.parametrize("away", [4, 1])
def test_a_gap_ends_the_check_and_a_missed_frame_does_not(away):
    made = session(Action.TURN_LEFT)
    play(made, [*REST, *[None] * away, *[head()] * 2])
    assert (made.stage is Stage.DONE) == (away == 4)


def test_nobody_there_is_said_and_begins_nothing():
    made = session(Action.TURN_LEFT)
    prompts = play(made, [None] * 10)
    assert {p.advice for p in prompts} == {Advice.NO_FACE}
    assert made.stage is Stage.PLACE
    made.end()
    assert made.failed == "ended"


def test_a_blink_is_measured_against_the_persons_own_eyes():
    """0.24 wide open is narrow, and open all the same."""
    narrow = replace(Baseline.of([measure(head())]), eye_openness=0.24)
    watcher = Watcher(Action.BLINK, narrow)
    seen = [0.24, 0.23, 0.25, 0.24, 0.13, 0.14, 0.24]
    eyes = [replace(measure(head()), eye_openness=value) for value in seen]
    assert [watcher.done(m, i / 10) for i, m in enumerate(eyes)] == [False] * 6 + [True]
    asleep = Watcher(Action.BLINK, narrow)
    shut = [0.24] * 5 + [0.1] * 8 + [0.24]
    eyes = [replace(measure(head()), eye_openness=value) for value in shut]
    assert not any(asleep.done(m, i / 10) for i, m in enumerate(eyes))


def test_the_faces_colour_must_follow_the_screens():
    plan = ColourPlan(random.Random(3))
    times = np.arange(0, plan.length_s, 1 / 15)

    def seen(lit, seed):
        noise = np.random.default_rng(seed)
        found = []
        for at in times:
            tint = np.array(plan.tint(at - 0.1)) / 255
            skin = np.array([150.0, 110.0, 90.0]) * (1 - lit + lit * tint)
            found.append((float(at), tuple(skin + noise.normal(0, 0.3, 3))))
        return found

    other = ColourPlan(random.Random(8))
    played = [(at, tuple(np.array(other.tint(at)) * 0.5)) for at in times]
    assert plan.judge(seen(0.15, 1), LIMITS).verdict is Verdict.GOOD
    assert plan.judge(seen(0.0, 1), LIMITS).verdict is Verdict.UNCLEAR
    assert plan.judge(played, LIMITS).verdict is not Verdict.GOOD
    assert plan.judge([], LIMITS).verdict is Verdict.UNCLEAR


def test_colours_are_soft_and_change_slowly():
    """No saturated red, and never more than three changes a second."""
    assert all(min(colour) >= 140 for colour in PALETTE)
    plan = ColourPlan(random.Random(1))
    steps = [np.array(plan.tint(t)) for t in np.arange(0, plan.length_s, 0.02)]
    assert max(np.abs(b - a).max() for a, b in pairwise(steps)) < 12


def test_the_settings_file_says_what_holds_without_it():
    file = Path(__file__).parents[3] / "config" / "devices" / "face.toml"
    assert load_settings(file, FaceSettings) == FaceSettings()


def test_settings_of_the_check_must_make_sense():
    with pytest.raises(ValueError, match="actions"):
        LivenessSettings(actions=0)
    with pytest.raises(ValueError, match="whole_s"):
        LivenessSettings(action_s=90)


def test_the_machines_own_slowness_is_no_gap_but_a_clerks_question():
    """Looks 0.4 s apart that all see the one face; a look without it is a gap as before."""
    track, seen = Track(CueLimits()), face(head())
    for number in range(4):
        track.feed((seen,), number * 0.4)
    cue = track.continuity()
    assert (track.broken, cue.verdict, cue.detail) == (None, Verdict.UNCLEAR, "slow_machine")
    track.feed((), 1.6)
    assert track.continuity().verdict is Verdict.BAD


def test_of_a_still_nothing_that_needs_time_is_called_good() -> None:
    track = Track(LIMITS)
    track.feed((face(head()),), 0.0)
    for cue in (track.continuity(), track.frozen(), track.loop()):
        assert (cue.verdict, cue.value, cue.detail) == (Verdict.UNCLEAR, None, "too_few_frames")


def test_a_turn_that_began_between_two_looks_of_a_slow_machine_counts() -> None:
    before = measure(head())
    base = Baseline.of([before])
    turned = measure(head(28))
    seen = Watcher(Action.TURN_LEFT, base, before)
    assert [seen.done(turned, at / 4) for at in range(2)] == [False, True]
    turned_already = Watcher(Action.TURN_LEFT, base, turned)
    assert not any(turned_already.done(turned, at / 4) for at in range(8))
