"""The engine on frames of real heads, the gate's advice, and the commands around them."""

import json

import cv2
import numpy as np
import pytest

from foundation.settings_file import SettingsError, load_settings
from hardware.cli import main
from hardware.errors import SettingsUnusable
from hardware.face.engine import NoFace, SeveralFaces
from hardware.face.opencv_engine import OpenCvEngine, five_point_row
from hardware.face.quality import Advice, GateLimits, judge
from hardware.face.settings import EngineSettings, FaceSettings
from hardware.face.stills import PictureUnreadable, compare, decode_picture, describe
from hardware.simulators.sitter import FOLDER as SITTER
from tests.support.heads import engine, needs_heads, pictures, png


def advice_of(picture):
    return judge(engine().find(picture), picture.shape[1::-1], GateLimits()).advice


def beside(left, right):
    return np.hstack([left, cv2.resize(right, left.shape[1::-1])])


@needs_heads
def test_one_person_is_nearer_to_themselves_than_to_another():
    seen = pictures("d18")
    same, described = compare(engine(), seen[0], seen[60], None)
    other, _ = compare(engine(), seen[0], pictures("d19")[0], None)
    assert same.score < 0.3 < 0.5 < other.score
    assert all(each.quality.good for each in described)


@needs_heads
def test_the_same_picture_gives_the_same_numbers():
    first = describe(engine(), pictures("d20")[0])
    engine().forget()
    again = describe(engine(), pictures("d20")[0])
    assert (first.descriptor == again.descriptor).all()
    assert (first.face.points == again.face.points).all()


@needs_heads
@pytest.mark.parametrize(
    ("change", "advice"),
    [
        (lambda p: p, None),
        (lambda p: np.zeros_like(p), Advice.NO_FACE),
        (lambda p: beside(p, pictures("d18")[0]), Advice.ONE_PERSON),
        (lambda p: cv2.resize(p, None, fx=0.5, fy=0.5), Advice.COME_CLOSER),
        (lambda p: p[90:420, 80:400], Advice.STEP_BACK),
        (lambda p: (p * 0.25).astype(np.uint8), Advice.MORE_LIGHT),
        (lambda p: cv2.GaussianBlur(p, (0, 0), 7), Advice.HOLD_STILL),
        (
            lambda p: cv2.warpAffine(p, cv2.getRotationMatrix2D((240, 240), 22, 1), (480, 480)),
            Advice.LOOK_STRAIGHT,
        ),
    ],
)
def test_one_piece_of_advice_at_a_time(change, advice):
    assert advice_of(change(pictures("d19")[0])) is advice


def test_a_cards_photo_is_large_enough_as_a_cards_photo_alone():
    """Everything else of the gate stays: too dark is too dark."""
    portrait = decode_picture((SITTER / "rest.jpg").read_bytes())[53:473, 154:494]
    card = cv2.resize(portrait, (102, 126), interpolation=cv2.INTER_AREA)
    assert advice_of(card) == Advice.COME_CLOSER
    assert describe(engine(), card, GateLimits().of_card()).quality.good
    dark = describe(engine(), card // 4, GateLimits().of_card()).quality
    assert dark.advice == Advice.MORE_LIGHT


@needs_heads
def test_narrow_eyes_and_glasses_are_no_closed_eyes():
    for name, last in (("d12", 26), ("d19", 250), ("d20", 175)):
        assert Advice.OPEN_EYES not in [advice_of(p) for p in pictures(name)[:last:25]]


@needs_heads
def test_no_face_and_several_faces_are_told_apart():
    with pytest.raises(NoFace):
        describe(engine(), np.full((200, 200, 3), 90, np.uint8))
    with pytest.raises(SeveralFaces):
        describe(engine(), beside(pictures("d19")[0], pictures("d18")[0]))


@needs_heads
def test_no_picture_stays_in_the_engines_buffers():
    engine().find(pictures("d19")[0])
    assert not engine().scratch.clean
    engine().wipe()
    assert engine().scratch.clean


@needs_heads
def test_verify_on_the_command_line_is_reproducible(tmp_path, capsys):
    files = [tmp_path / "reference.png", tmp_path / "live.png"]
    for file, picture in zip(files, pictures("d18")[0:61:60], strict=True):
        file.write_bytes(png(picture))
    told = []
    for _ in range(2):
        assert main(["device", "face", "verify", *map(str, files), "--json"]) == 0
        told.append(json.loads(capsys.readouterr().out))
    assert told[0] == told[1]
    assert told[0]["decision"] == "grey"
    assert told[0]["reasons"] == ["uncalibrated", "strong"]
    assert {"decision", "score", "threshold", "model", "quality", "reasons"} <= told[0].keys()


def test_calibrating_an_almost_empty_folder_says_how_many_are_missing(tmp_path, capsys):
    (tmp_path / "somebody").mkdir()
    (tmp_path / "somebody" / "broken.png").write_bytes(b"no picture")
    out = tmp_path / "calibration.json"
    words = ["device", "face", "calibrate", "--enrolled", str(tmp_path), "--out", str(out)]
    assert main([*words, "--json"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["code"], error["detail"]["missing"]) == ("too_few_people", 142)
    assert not out.exists()
    assert main([*words[:-3], str(tmp_path / "nowhere"), *words[-2:], "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "file"


def test_what_is_no_picture_is_refused():
    for data in (b"", b"GIF89a", b"\xff\xd8\xff"):
        with pytest.raises(PictureUnreadable):
            decode_picture(data)


def test_an_engine_without_its_files_says_which(tmp_path):
    with pytest.raises(SettingsUnusable, match="There is no model file"):
        OpenCvEngine(tmp_path / "a.onnx", tmp_path / "b.onnx")
    with pytest.raises(ValueError, match="go together"):
        EngineSettings(detector=tmp_path / "a.onnx")
    for name in ("a.onnx", "b.onnx"):
        (tmp_path / name).write_bytes(b"no network")
    broken = OpenCvEngine(tmp_path / "a.onnx", tmp_path / "b.onnx")
    assert broken.model.startswith("opencv-sface-")
    with pytest.raises(SettingsUnusable, match="模型文件不能用"):
        broken.load()


@needs_heads
def test_five_points_stand_where_the_other_engine_wants_them():
    face = engine().find(pictures("d18")[0])[0]
    x, y = five_point_row(face)[0, 4::2][:5], five_point_row(face)[0, 5::2][:5]
    assert x[0] < x[2] < x[1]
    assert x[3] < x[4]
    assert max(y[0], y[1]) < y[2] < min(y[3], y[4])


def test_settings_that_prove_nothing_are_refused_with_their_line(tmp_path):
    file = tmp_path / "face.toml"
    file.write_text('[liveness.weights]\nactions = "off"\n')
    with pytest.raises(SettingsError, match="cannot be off"):
        load_settings(file, FaceSettings)
