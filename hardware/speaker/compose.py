"""One announcement as one sound: chime, then each language, recorded or synthesised."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import structlog

from foundation.announcement import Phrase
from foundation.synthesiser import SynthesisFailed, synthesise
from hardware.errors import DeviceError, SettingsUnusable
from hardware.os_trouble import reason
from hardware.speaker.clips import ClipFolder, ClipMissing
from hardware.speaker.settings import SpeakerSettings
from hardware.speaker.sound import Sound, joined

_log = structlog.get_logger()
_BETWEEN_S = 0.35


class VoiceMissing(DeviceError):
    """Neither a recording nor the synthesiser can say it; the number still stands on screens."""

    code = "speech_unavailable"


class Composer:
    """Reads chime and clips when it is made. One thread at a time."""

    def __init__(self, settings: SpeakerSettings) -> None:
        """Raises SettingsUnusable or SettingsError for files that cannot be used."""
        self._settings = settings
        self._chime = _chime(settings.chime)
        self._clips: Mapping[str, ClipFolder] = {
            language: ClipFolder(folder) for language, folder in settings.clips.items()
        }

    def call(self, number: str, window: str, *, chime: bool = True) -> Sound:
        """A call in every language. Raises VoiceMissing when none of them can be said."""
        spoken: list[Sound] = []
        failed: VoiceMissing | None = None
        for language in self._settings.languages:
            try:
                spoken.append(self._one(language, number, window))
            except VoiceMissing as error:
                failed = error
                _log.warning("voice_missing", language=language, reason=error.detail)
        if failed is not None and not spoken:
            raise failed
        return self._with_chime(spoken * self._settings.repeat, chime)

    def text(self, text: str, language: str, *, chime: bool = True) -> Sound:
        """Any words, by the synthesiser. Raises VoiceMissing."""
        return self._with_chime([_synthesised(self._phrase(language), text)], chime)

    def _phrase(self, language: str) -> Phrase:
        try:
            return self._settings.phrase(language)
        except ValueError as error:
            raise SettingsUnusable(
                "language_unknown", language=language, known=self._settings.spoken
            ) from error

    def _one(self, language: str, number: str, window: str) -> Sound:
        phrase = self._phrase(language)
        if clips := self._clips.get(language):
            try:
                return clips.spoken(phrase, number, window)
            except ClipMissing as error:
                _log.info("clip_missing", language=language, missing=error.data["missing"])
        return _synthesised(phrase, phrase.spoken(number, window))

    def _with_chime(self, spoken: list[Sound], chime: bool) -> Sound:
        before = [self._chime] if chime and self._chime else []
        return joined([*before, *spoken], _BETWEEN_S)


def _synthesised(phrase: Phrase, text: str) -> Sound:
    try:
        return Sound.from_wav(synthesise(phrase.voice, phrase.words_per_minute, text), phrase.voice)
    except SynthesisFailed as error:
        raise VoiceMissing("voice_absent", reason=str(error)) from error


def _chime(file: Path | None) -> Sound | None:
    if file is None:
        return None
    try:
        return Sound.from_wav(file.read_bytes(), str(file))
    except OSError as error:
        raise SettingsUnusable(
            "sound_file_unreadable", file=str(file), reason=reason(error)
        ) from error
