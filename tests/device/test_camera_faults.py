"""The camera's own thread: newest picture, frozen and vanished sources, recordings, no leak."""

import http.server
import socket
import threading
import time

import cv2
import numpy as np
import pytest

from hardware.camera.driver import CameraEnded, OpenCvCamera
from hardware.camera.grabber import Grabber, Trouble
from hardware.camera.preview import Preview
from hardware.camera.source import CameraSource, SourceKind
from hardware.errors import (
    DeviceMissing,
    DeviceRefused,
    DeviceTimeout,
    SettingsUnusable,
)
from hardware.health import TellsHealth
from hardware.simulators.camera import CameraFault, VirtualCamera
from hardware.wiring import CameraSettings, make_camera


def camera_threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "camera-grabber"]


@pytest.fixture(autouse=True)
def no_thread_stays():
    yield
    deadline = time.monotonic() + 5
    while camera_threads():
        assert time.monotonic() < deadline, "a camera's thread was left"
        time.sleep(0.05)


@pytest.fixture
def stream():
    virtual = VirtualCamera(64, 48, frames_per_s=30)
    camera = make_camera(CameraSettings(virtual.start("127.0.0.1", 0)))
    yield virtual, camera
    camera.close()
    virtual.stop()


@pytest.fixture
def recording(tmp_path):
    """Ten pictures, each of another grey."""
    for index in range(10):
        cv2.imwrite(str(tmp_path / f"p{index:02}.png"), np.full((8, 12, 3), index * 20, np.uint8))
    return str(tmp_path / "p%02d.png")


def drain(camera) -> None:
    """Reads on until the camera fails."""
    while True:
        camera.read(timeout_s=0.4)


def greys(camera, count: int) -> list[int]:
    return [int(camera.read().picture[0, 0, 0]) for _ in range(count)]


def test_a_picture_is_a_new_one_and_not_from_a_buffer(stream):
    _, camera = stream
    camera.read()
    time.sleep(1.5)  # some 45 pictures pass by unseen
    asked = time.time()
    frame = camera.read()
    assert asked - frame.taken_at.timestamp() < 1
    assert camera.read().taken_at > frame.taken_at


def test_a_frozen_camera_times_out_and_comes_back(stream):
    virtual, camera = stream
    camera.read()
    virtual.fault = CameraFault.FROZEN
    began = time.monotonic()
    with pytest.raises(DeviceTimeout):
        drain(camera)
    assert time.monotonic() - began < 3
    virtual.fault = CameraFault.NONE
    assert camera.read(timeout_s=8).picture.shape == (48, 64, 3)


def test_trouble_is_counted_once_however_often_it_is_asked():
    camera = make_camera(CameraSettings("/none/camera.avi"))
    assert isinstance(camera, TellsHealth)
    for _ in range(3):
        with pytest.raises(DeviceMissing):
            camera.read(timeout_s=0.05)
    assert camera.health().errors == {"device_missing": 1}
    camera.close()


def test_a_camera_that_nobody_looks_at_is_let_go_and_opened_again(eventually):
    virtual = VirtualCamera(64, 48, frames_per_s=30)
    source = CameraSource(virtual.start("127.0.0.1", 0))
    camera = OpenCvCamera(source, idle_s=0.3)
    try:
        camera.read()
        eventually(lambda: camera_threads() == [])
        assert camera.read().picture.shape == (48, 64, 3)
    finally:
        camera.close()
        virtual.stop()


def test_no_picture_of_a_recording_is_skipped_and_it_begins_again(recording):
    camera = make_camera(CameraSettings(recording))
    try:
        assert greys(camera, 12) == [*range(0, 200, 20), 0, 20]
    finally:
        camera.close()


def test_a_slow_reader_loses_no_picture_of_a_recording(recording):
    camera = make_camera(CameraSettings(recording, loop=False))
    seen = []
    try:
        for _ in range(10):
            seen += greys(camera, 1)
            time.sleep(0.02)
        for _ in range(2):
            with pytest.raises(CameraEnded):
                camera.read()
    finally:
        camera.close()
    assert seen == list(range(0, 200, 20))


def film_of(file, pictures):
    film = cv2.VideoWriter(file, cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for _ in range(pictures):
        film.write(np.zeros((48, 64, 3), np.uint8))
    film.release()


def test_a_preview_shows_a_film_at_its_own_pace(tmp_path):
    file = str(tmp_path / "film.avi")
    film_of(file, 40)
    preview = Preview(make_camera(CameraSettings(file)))
    began_s = time.monotonic()
    preview.start("127.0.0.1", 0)
    try:
        preview.after(8)
        assert time.monotonic() - began_s > 0.7
    finally:
        preview.stop()


def test_a_recording_tells_its_own_time(tmp_path):
    file = str(tmp_path / "film.avi")
    film_of(file, 5)
    camera = make_camera(CameraSettings(file, loop=False))
    try:
        positions = [camera.read().position_s for _ in range(5)]
    finally:
        camera.close()
    assert positions == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4], abs=0.02)


@pytest.mark.parametrize(
    ("rotate", "shape"), [(0, (8, 12, 3)), (90, (12, 8, 3)), (180, (8, 12, 3))]
)
def test_a_camera_on_its_side_is_turned(recording, rotate, shape):
    camera = make_camera(CameraSettings(recording, rotate=rotate))
    try:
        assert camera.read().picture.shape == shape
    finally:
        camera.close()


class Refusing(http.server.BaseHTTPRequestHandler):
    """A camera with a password, and with no such path."""

    def do_GET(self):
        self.send_error(401 if self.path == "/locked" else 404)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def refusing():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("/locked", DeviceRefused, "wrong user or password"),
        ("/nowhere", DeviceRefused, "no such path"),
        (None, DeviceMissing, "nothing listens there"),
    ],
)
def test_who_tries_a_stream_is_told_at_once_why_it_does_not_open(refusing, path, kind, said):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"rtsp://127.0.0.1:{closed.getsockname()[1]}/x"
    camera = OpenCvCamera(CameraSource(refusing + path if path else address))
    began = time.monotonic()
    with pytest.raises(kind, match=said):
        camera.try_once(timeout_s=60)
    camera.close()
    assert time.monotonic() - began < 30  # not waited through


def test_a_stream_is_missing_also_while_it_is_asked_why(monkeypatch, eventually):
    """A reader whose time is over by then is told so, and not that the camera gives no picture."""
    asked = threading.Event()
    monkeypatch.setattr("hardware.camera.grabber.stream_trouble", lambda _: asked.wait(30) and None)
    grabber = Grabber(CameraSource("http://127.0.0.1:9/x"))
    eventually(lambda: grabber.trouble is Trouble.MISSING)
    asked.set()
    eventually(lambda: not grabber.alive)


@pytest.mark.parametrize(
    ("source", "said"), [("foo://x/y", "unknown beginning"), ("http://h:x/y", "malformed")]
)
def test_an_address_that_can_be_no_stream_is_refused(source, said):
    with pytest.raises(SettingsUnusable, match=said):
        CameraSource(source)


def test_a_closed_camera_stays_closed(stream):
    _, camera = stream
    camera.read()
    camera.close()
    with pytest.raises(DeviceMissing):
        camera.read()


def test_opening_and_closing_many_times_leaves_nothing(recording):
    for _ in range(30):
        camera = make_camera(CameraSettings(recording))
        camera.read()
        camera.close()
    assert camera_threads() == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("0", SourceKind.DEVICE),
        ("/dev/video2", SourceKind.DEVICE),
        ("film.avi", SourceKind.FILE),
        ("/pictures/p%03d.png", SourceKind.SEQUENCE),
        ("rtsp://10.0.0.9/h264", SourceKind.STREAM),
    ],
)
def test_what_a_name_means(name, kind):
    assert CameraSource(name).kind is kind


def test_a_streams_password_is_shown_to_nobody():
    assert CameraSource("rtsp://admin:secret@10.0.0.9/1").shown == "rtsp://10.0.0.9/1"
    camera = make_camera(CameraSettings("http://admin:secret@127.0.0.1:9/x"))
    with pytest.raises(DeviceMissing) as caught:
        camera.read(timeout_s=0.5)
    camera.close()
    assert "secret" not in str(caught.value.data)


@pytest.mark.parametrize("settings", [CameraSettings(""), CameraSettings("0", rotate=45)])
def test_settings_that_cannot_be_are_refused(settings):
    with pytest.raises(SettingsUnusable):
        make_camera(settings)


def test_a_device_that_is_not_there():
    camera = make_camera(CameraSettings("97"))
    with pytest.raises(DeviceMissing):
        camera.read(timeout_s=0.5)
    camera.close()
