"""Centring, probes, calibration and the decision that they come to."""

import json

import numpy as np
import pytest

from hardware.face.calibration import (
    CalibrationUnusable,
    TooFewPeople,
    calibrate,
    from_json,
    impostor_scores,
    people_needed,
    to_json,
)
from hardware.face.calibration_file import load_calibration, save_calibration
from hardware.face.cues import Cue, CueName, CueWeights, Verdict, Weight
from hardware.face.deciding import Decision, decide, judge_cues
from hardware.face.matching import Match, centred_cosine, least_alike, match
from hardware.face.quality import Advice, Quality


def people(count: int, seed: int = 1) -> np.ndarray:
    """Descriptors that share a direction, as those of one population do."""
    noise = np.random.default_rng(seed).normal(size=(count, 32))
    return np.full(32, 3.0) + noise


def test_centring_tells_people_apart_whom_plain_distance_finds_alike():
    crowd = people(200)
    stranger, person = crowd[0], crowd[1]
    again = person + np.random.default_rng(5).normal(scale=0.3, size=32)
    mean = crowd.mean(axis=0)
    assert centred_cosine(person, again, mean) > 0.9
    assert abs(centred_cosine(person, stranger, mean)) < 0.6
    assert centred_cosine(person, stranger, np.zeros(32)) > 0.8  # uncentred: all look alike


def test_a_probe_of_five_frames_is_nearer_than_most_single_frames():
    rng = np.random.default_rng(3)
    person = people(1)[0]
    frames = [person + rng.normal(scale=0.6, size=32) for _ in range(5)]
    together = match([person], frames, None).distance
    assert together < np.median([match([person], [f], None).distance for f in frames])
    assert least_alike(frames) > together


def test_the_most_alike_of_several_references_counts():
    one, other = people(2)
    assert match([one, other], [other], None).distance == 0


def test_impostor_scores_are_those_against_the_mean_of_all_others():
    crowd = people(7)
    scores = impostor_scores(crowd)
    others = np.delete(crowd, [2, 5], axis=0).mean(axis=0)
    assert scores[2, 5] == pytest.approx(centred_cosine(crowd[2], crowd[5], others))


def test_a_calibration_keeps_its_rate_on_people_it_never_saw():
    made = calibrate(people(200), "m", 0.01)
    strangers = impostor_scores(people(400, seed=9))
    upper = strangers[np.triu_indices(400, 1)]
    assert made.fmr <= 0.01
    assert 0.004 < np.mean(upper >= made.threshold) < 0.02
    assert made.fmr_low <= made.fmr <= made.fmr_high < 0.03
    assert made.grey_threshold < made.threshold
    assert made.pairs == 200 * 199 // 2


def test_too_few_people_are_refused_and_the_missing_counted():
    with pytest.raises(TooFewPeople) as caught:
        calibrate(people(40), "m", 0.001)
    assert caught.value.data == {"people": 40, "needed": 142, "missing": 102}
    assert people_needed(0.001) == 142
    assert len(people(people_needed(0.01))) * (people_needed(0.01) - 1) / 2 >= 1000
    with pytest.raises(ValueError, match="false-match rate"):
        calibrate(people(40), "m", 0.5)


def test_a_calibration_survives_its_file_and_no_change_by_hand(tmp_path):
    made = calibrate(people(50), "m", 0.01)
    file = tmp_path / "calibration.json"
    save_calibration(made, file)
    assert load_calibration(file).id == made.id == calibrate(people(50), "m", 0.01).id
    data = json.loads(file.read_text())
    with pytest.raises(CalibrationUnusable, match="changed"):
        from_json({**data, "threshold": 0.1})
    with pytest.raises(CalibrationUnusable, match="is no calibration"):
        from_json({"id": "x"})
    file.write_text("[]")
    with pytest.raises(CalibrationUnusable):
        load_calibration(file)
    assert to_json(made)["people"] == 50


def test_nobody_passes_uncalibrated_however_alike():
    same = decide(Match(0.0, None, 5), None)
    assert (same.decision, same.reasons) == (Decision.GREY, ("uncalibrated", "strong"))
    assert decide(Match(0.40, None, 5), None).decision is Decision.GREY
    far = decide(Match(0.43, None, 5), None)
    assert far.decision is Decision.REJECT
    assert far.reasons[0] == "not_alike"


def test_calibrated_scores_pass_go_to_a_clerk_or_to_a_window():
    made = calibrate(people(50), "m", 0.01)
    between = (made.threshold + made.grey_threshold) / 2
    told = [
        decide(Match(0.1, s, 5), made).decision
        for s in (made.threshold, between, made.grey_threshold - 0.01)
    ]
    assert told == [Decision.PASS, Decision.GREY, Decision.REJECT]
    poor = Quality(Advice.MORE_LIGHT, {})
    doubted = decide(Match(0.1, 0.99, 5), made, [poor])
    assert (doubted.decision, doubted.reasons) == (Decision.GREY, ("quality_more_light",))


def cue(name: CueName, verdict: Verdict) -> Cue:
    return Cue(name, verdict, 0.0, 0.0)


@pytest.mark.parametrize(
    ("weight", "verdict", "decision"),
    [
        (Weight.MUST, Verdict.GOOD, Decision.PASS),
        (Weight.MUST, Verdict.UNCLEAR, Decision.GREY),
        (Weight.MUST, Verdict.BAD, Decision.REJECT),
        (Weight.CLERK, Verdict.UNCLEAR, Decision.GREY),
        (Weight.CLERK, Verdict.BAD, Decision.GREY),
        (Weight.LOG, Verdict.BAD, Decision.PASS),
    ],
)
def test_a_cue_decides_as_much_as_its_weight_lets_it(weight, verdict, decision):
    told, reasons = judge_cues([cue(CueName.RELIEF, verdict)], CueWeights(relief=weight))
    assert told is decision
    said = "unclear_relief" if verdict is Verdict.UNCLEAR else "liveness_relief"
    assert reasons == (() if decision is Decision.PASS else (said,))


def test_a_reject_names_what_ended_it_and_accuses_of_nothing_that_was_not_measured():
    broken = cue(CueName.CONTINUITY, Verdict.BAD)
    unmeasured = cue(CueName.RELIEF, Verdict.UNCLEAR)
    told, reasons = judge_cues([broken, unmeasured], CueWeights())
    assert (told, reasons) == (Decision.REJECT, ("liveness_continuity",))


def test_the_worst_of_likeness_and_life_counts():
    made = calibrate(people(50), "m", 0.01)
    bad = [cue(CueName.LOOP, Verdict.BAD)]
    assert decide(Match(0.1, 0.99, 5), made, cues=bad).decision is Decision.REJECT
    assert decide(Match(0.1, -0.9, 5), made, cues=()).decision is Decision.REJECT


def test_what_proves_a_person_cannot_be_switched_off():
    with pytest.raises(ValueError, match="cannot be off"):
        CueWeights(actions=Weight.OFF)
