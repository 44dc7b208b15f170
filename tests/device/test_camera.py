"""The camera driver on a stream, a file and a picture sequence; vanishing and coming back.

With `--device camera=0` the contract runs against a real camera, and a person pulls its plug.
"""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import pytest

from hardware.errors import DeviceError, DeviceMissing
from hardware.ports import Camera
from hardware.simulators.camera import CameraFault, VirtualCamera
from hardware.wiring import CameraSettings, make_camera


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def drain(camera) -> None:
    """Reads on until the camera fails; what was buffered still comes."""
    while True:
        camera.read(timeout_s=0.5)


def test_frames_of_a_stream_have_pictures_and_times():
    virtual = VirtualCamera(frames_per_s=30)
    camera = make_camera(CameraSettings(virtual.start("127.0.0.1", 0)))
    try:
        frames = [camera.read() for _ in range(5)]
    finally:
        camera.close()
        virtual.stop()
    assert {frame.picture.shape for frame in frames} == {(480, 640, 3)}
    assert all(abs((datetime.now(UTC) - frame.taken_at).total_seconds()) < 10 for frame in frames)
    assert frames[0].taken_at < frames[-1].taken_at
    assert frames[0].picture.std() > 20  # a scene, not a blank


@dataclass
class Bench:
    """A camera and the hand at its plug; hand_s: how long the hand takes."""

    camera: Camera
    pull: Callable[[], object]
    put_in: Callable[[], object]
    hand_s: float = 15.0


@pytest.fixture
def bench(real_devices, ask_hand):
    """The stream, or with `--device camera=0` a real camera and a person."""
    if source := real_devices.get("camera"):
        camera = make_camera(CameraSettings(source))
        pull = partial(ask_hand, "unplug the camera / 请拔下摄像头")
        yield Bench(camera, pull, partial(ask_hand, "plug it in again / 请插回"), 60.0)
        camera.close()
        return
    virtual = VirtualCamera(frames_per_s=30)
    camera = make_camera(CameraSettings(virtual.start("127.0.0.1", 0)))
    gone = partial(setattr, virtual, "fault", CameraFault.GONE)
    yield Bench(camera, gone, partial(setattr, virtual, "fault", CameraFault.NONE))
    camera.close()
    virtual.stop()


def test_a_camera_gives_newer_pictures_and_comes_back_when_it_was_pulled_out(bench):
    """The contract of every camera."""
    frames = [bench.camera.read(bench.hand_s) for _ in range(3)]
    assert frames[0].taken_at < frames[1].taken_at < frames[2].taken_at
    bench.pull()
    with pytest.raises(DeviceError):
        drain(bench.camera)
    assert bench.camera.health().state == "offline"
    bench.put_in()
    assert bench.camera.read(bench.hand_s).picture.shape == frames[0].picture.shape
    assert bench.camera.health().state == "ok"


def test_a_camera_that_vanishes_is_reopened():
    port = free_port()
    first = VirtualCamera(frames_per_s=30)
    camera = make_camera(CameraSettings(first.start("127.0.0.1", port)))
    camera.read()
    first.stop()
    with pytest.raises(DeviceError):
        drain(camera)
    second = VirtualCamera(frames_per_s=30)
    try:
        threading.Timer(0.5, second.start, ["127.0.0.1", port]).start()
        assert camera.read(timeout_s=8).picture.shape == (480, 640, 3)
    finally:
        camera.close()
        second.stop()


def test_numbered_pictures_are_a_camera_too(tmp_path):
    for index, jpeg in enumerate(VirtualCamera(64, 48).frames[:3]):
        (tmp_path / f"frame{index:03}.jpg").write_bytes(jpeg)
    camera = make_camera(CameraSettings(str(tmp_path / "frame%03d.jpg")))
    try:
        assert camera.read().picture.shape == (48, 64, 3)
    finally:
        camera.close()


def test_no_camera_is_missing_in_time_and_leaves_no_thread(eventually):
    before = set(threading.enumerate())
    began = time.monotonic()
    camera = make_camera(CameraSettings("/none/camera.avi"))
    with pytest.raises(DeviceMissing):
        camera.read(timeout_s=1)
    assert time.monotonic() - began < 5
    eventually(lambda: set(threading.enumerate()) <= before)


def test_closing_ends_a_read_that_waits():
    camera = make_camera(CameraSettings("/none/camera.avi"))
    threading.Timer(0.3, camera.close).start()
    began = time.monotonic()
    with pytest.raises(DeviceMissing):
        camera.read(timeout_s=20)
    assert time.monotonic() - began < 3
