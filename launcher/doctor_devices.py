"""What `./hall doctor` looks at of the devices: what is plugged in, and those at the windows.

Looks only: opens a port at most, sends nothing to strips and pads, makes no sound.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from foundation.announcement import Phrase
from foundation.settings_file import SettingsError
from hardware.discovery import system
from hardware.discovery.found import Found, Kind
from hardware.errors import DeviceError, DeviceRefused
from hardware.hall_line import ServerAway, ServerRefused
from hardware.serial_bus import BusLink
from hardware.speaker.clips import ClipFolder
from hardware.speaker.compose import Composer, VoiceMissing
from hardware.speaker.output import alsa_answers, make_output, pulse_answers
from hardware.speaker.settings import SpeakerSettings
from hardware.window_devices import build
from hardware.window_devices.api import HallApi
from hardware.window_devices.settings import (
    PLACEHOLDER_TOKEN,
    BusSettings,
    WindowDevicesSettings,
    load_window_devices,
    port_of,
)
from launcher.doctor_checks import Finding, ill, in_terminal, settings_said, well
from launcher.words import words

_GROUPS = {
    Kind.SERIAL: "dialout",
    Kind.PRINTER: "lp",
    Kind.CAMERA: "video",
}
_NUMBERS = "0123456789"
# Programs that open serial adapters which are not theirs, and a device that each is known to take.
_INTRUDERS = {"brltty": "CH340 (1a86:7523)", "ModemManager": "ttyACM, ttyUSB"}


def plugged_in(found: Iterable[Found] | None = None) -> Iterator[Finding]:
    """Each device that the system knows, and whether this user may use it."""
    for each in system.everything() if found is None else found:
        what = words(f"doctor_found_{each.kind}", name=each.name)
        if each.usable is False:
            group = _GROUPS.get(each.kind, "plugdev")
            mend = words("doctor_mend_group", group=group, user=_user())
            yield ill(what, words("doctor_not_allowed"), mend)
        else:
            yield well(what, each.address)


def intruders(find: Iterable[str] | None = None) -> Iterator[Finding]:
    """Programs that take serial adapters away from the hall."""
    there = [name for name in _INTRUDERS if shutil.which(name)] if find is None else find
    for name in there:
        what = words("doctor_intruder", name=name)
        mend = words("doctor_mend_intruder", name=name)
        yield ill(what, words("doctor_intruder_takes", what=_INTRUDERS[name]), mend)


def window_devices(file: Path) -> Iterator[Finding]:
    """The settings of the devices at the windows, their ports, their voice and their token."""
    what = words("doctor_settings", file=file)
    try:
        settings = load_window_devices(file)
        build.sign_places(settings)
        build.pad_makes(settings)
    except SettingsError as error:
        yield ill(what, settings_said(error), words("doctor_mend_settings"))
        return
    except DeviceError as error:
        yield ill(what, _said(error), words("doctor_mend_settings"))
        return
    yield well(what, "" if _in_use(settings) else words("doctor_no_window_devices"))
    if _in_use(settings):
        yield from _buses(settings, file)
        yield from _speaker(settings.speaker)
        yield from _token(settings)


def _in_use(settings: WindowDevicesSettings) -> bool:
    return bool(settings.sign or settings.keypad or settings.speaker)


def _buses(settings: WindowDevicesSettings, file: Path) -> Iterator[Finding]:
    for bus in settings.sign_bus:
        yield _bus(bus, port_of(bus, file), "doctor_sign_bus")
    for bus in settings.keypad_bus:
        yield _bus(bus, port_of(bus, file), "doctor_keypad_bus")


def _bus(bus: BusSettings, port: str, key: str) -> Finding:
    what = words(key, name=bus.name, port=port)
    if "://" in port:  # many serial servers give up their only connection to whoever asks last
        return well(what, words("doctor_bus_network"))
    if not os.path.exists(port):
        return ill(what, words("doctor_absent"), words("doctor_mend_bus"))
    if not os.access(port, os.R_OK | os.W_OK):
        mend = words("doctor_mend_group", group=_group_of(port), user=_user())
        return ill(what, words("doctor_not_allowed"), mend)
    try:
        BusLink(port, bus.baud or 9600).close()
    except DeviceRefused:
        return well(what, words("doctor_bus_in_use"))
    except DeviceError as error:
        return ill(what, _said(error), words("doctor_mend_bus"))
    return well(what)


def _speaker(settings: SpeakerSettings | None) -> Iterator[Finding]:
    if settings is None:
        return
    try:
        Composer(settings)
        output = make_output(settings)
    except (SettingsError, DeviceError) as error:
        said = settings_said(error) if isinstance(error, SettingsError) else _said(error)
        yield ill(words("doctor_speaker"), said, words("doctor_mend_settings"))
        return
    heard = output.name != "none" or pulse_answers() or alsa_answers()
    if heard:
        yield well(words("doctor_speaker"), output.name)
    else:
        yield ill(words("doctor_speaker"), words("doctor_no_sound"), words("doctor_mend_sound"))
    for language in settings.languages:
        yield _voice(settings, language)
    for language, folder in settings.clips.items():
        yield _clips(settings.phrase(language), language, folder)


def _voice(settings: SpeakerSettings, language: str) -> Finding:
    what = words("doctor_voice", language=language)
    try:
        Composer(SpeakerSettings(phrases=settings.phrases)).text("1", language, chime=False)
    except VoiceMissing as error:
        return ill(what, _said(error), words("doctor_mend_voice"))
    return well(what)


def _clips(phrase: Phrase, language: str, folder: Path) -> Finding:
    """Whether the fixed words and all digits are recorded; letters are each hall's own."""
    what = words("doctor_clips", language=language, folder=folder)
    clips = ClipFolder(folder)
    missing = sorted({*clips.missing_for(phrase, _NUMBERS, "10"), *clips.missing_files})
    if missing:
        detail = words("doctor_clips_missing", names=", ".join(missing))
        return ill(what, detail, words("doctor_mend_clips"))
    return well(what)


def _token(settings: WindowDevicesSettings) -> Iterator[Finding]:
    what = words("doctor_window_token", url=settings.server.url)
    if settings.server.token == PLACEHOLDER_TOKEN:
        mend = words("doctor_mend_token", hall=settings.server.hall)
        yield ill(what, words("doctor_token_placeholder"), mend)
        return
    try:
        known = HallApi(settings.server).hall().windows
    except ServerAway as error:
        yield ill(what, _said(error), words("doctor_mend_window_server"))
        return
    except ServerRefused as error:
        yield ill(what, _said(error), words("doctor_mend_token", hall=settings.server.hall))
        return
    except DeviceError as error:
        yield ill(what, _said(error), words("doctor_mend_window_server"))
        return
    named = {sign.window for sign in settings.sign} | {pad.window for pad in settings.keypad}
    if unknown := sorted(named - {"", *known}):
        detail = words("doctor_windows_unknown", names=", ".join(unknown))
        yield ill(what, detail, words("doctor_mend_windows", names=", ".join(known)))
    else:
        yield well(what)


def _said(error: DeviceError) -> str:
    return in_terminal(error.words)


def _user() -> str:
    return pwd.getpwuid(os.getuid()).pw_name


def _group_of(path: str) -> str:
    try:
        return grp.getgrgid(os.stat(path).st_gid).gr_name
    except (OSError, KeyError):
        return "dialout"
