"""The yearly check's hands: server and camera put together, built from the kiosk's settings."""

from __future__ import annotations

from collections.abc import Callable

from foundation.liveness import Liveness
from foundation.settings_file import load_settings
from hardware import wiring
from hardware.ports import Camera
from kiosk.faces import FaceWorker
from kiosk.flow import eligibility as el
from kiosk.flow.events import Event
from kiosk.gateway.client import QueueClient
from kiosk.gateway.pension import PensionDesk
from kiosk.live_view import LiveView
from kiosk.settings import FaceCheckSettings, KioskSettings

Post = Callable[[Event], None]


class EligibilityDesk:
    """Implements `kiosk.runtime.Pension`."""

    def __init__(self, desk: PensionDesk, faces: FaceWorker, post: Post) -> None:
        self._desk, self._faces, self._post = desk, faces, post

    @property
    def view(self) -> LiveView:
        return self._faces.view

    def watched_by(self, liveness: Liveness) -> None:
        """Before the start."""
        self._faces.pulse = liveness.thread(self._faces)

    def start(self) -> None:
        self._faces.start()
        self._post(el.FaceCheckFound(True))

    def stop(self) -> None:
        self._desk.stop()
        self._faces.stop()

    def find(self, wish: el.FindPensioner) -> None:
        self._desk.find(wish)

    def begin(self, wish: el.BeginCheck) -> None:
        self._desk.begin(wish)

    def settle(self, wish: el.SettleCheck) -> None:
        self._desk.settle(wish)

    def renew(self, wish: el.RenewReference) -> None:
        self._desk.renew(wish)

    def warm_up(self) -> None:
        self._faces.warm_up()

    def again(self, wish: el.TryAgain) -> None:
        self._faces.again(wish.request_id)

    def more_time(self) -> None:
        self._faces.more_time()

    def forget(self) -> None:
        self._desk.forget()
        self._faces.forget()


def make_eligibility_desk(
    settings: KioskSettings, client: QueueClient, post: Post
) -> EligibilityDesk | None:
    """None where no camera is set: the check is made at windows. Raises SettingsError, DeviceError
    for settings that cannot be. Opens nothing."""
    chosen = settings.face_check
    if not chosen.camera:
        return None
    from hardware.face.process import EngineProcess
    from hardware.face.settings import FaceSettings

    face = load_settings(chosen.settings, FaceSettings) if chosen.settings else FaceSettings()
    faces = FaceWorker(_camera(chosen), EngineProcess(face.engine), face, post)
    return EligibilityDesk(PensionDesk(client, settings.server.kiosk_id, faces, post), faces, post)


def camera_of(settings: KioskSettings) -> Callable[[], Camera] | None:
    """Makes the check's own camera, for a test; None where none is set."""
    return _camera(settings.face_check) if settings.face_check.camera else None


def _camera(chosen: FaceCheckSettings) -> Callable[[], Camera]:
    made = wiring.CameraSettings(chosen.camera, chosen.width, chosen.height, chosen.rotate)
    return lambda: wiring.make_camera(made)
