"""`device speaker say`: an announcement by hand, aloud or into a file."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from hardware.cli.command import WrongCommandLine, add_command, save
from hardware.errors import DeviceMissing
from hardware.speaker.compose import Composer
from hardware.speaker.output import make_output
from hardware.speaker.settings import SpeakerSettings
from hardware.speaker.sound import Sound
from hardware.window_devices.settings import DEFAULT_FILE, load_window_devices
from hardware.words import help_words


def add(kinds: Any) -> None:
    actions = kinds.add_parser("speaker", help=help_words("speaker")).add_subparsers(
        required=True, metavar="say"
    )
    say = add_command(actions, "say", _say, "speaker_say")
    say.add_argument("text", nargs="?", help=help_words("speaker_text"))
    say.add_argument("--number", help=help_words("speaker_number"))
    say.add_argument("--window", help=help_words("speaker_window"))
    say.add_argument("--language", default="zh-CN", help=help_words("speaker_language"))
    say.add_argument("--config", type=Path, default=DEFAULT_FILE, metavar="FILE")
    say.add_argument("--out", type=Path, metavar="FILE.wav", help=help_words("speaker_out"))


def _say(options: argparse.Namespace) -> dict[str, Any]:
    """Raises DeviceMissing where nothing can sound: a hall without sound is fine, a try is not."""
    settings = load_window_devices(options.config).speaker or SpeakerSettings()
    sound = _composed(Composer(settings), options)
    percent = settings.percent_at(datetime.now().astimezone().time())
    if options.out:
        save(options.out, lambda: options.out.write_bytes(sound.to_wav()))
        return {"out": str(options.out), "length_s": round(sound.length_s, 2)}
    output = make_output(settings)
    output.play(sound.softer(percent))
    if output.name == "none" and settings.output != "none":
        raise DeviceMissing("no_sound_card")
    return {
        "output": output.name,
        "length_s": round(sound.length_s, 2),
        "volume_percent": percent,
    }


def _composed(composer: Composer, options: argparse.Namespace) -> Sound:
    if options.text:
        return composer.text(options.text, options.language)
    if options.number and options.window:
        return composer.call(options.number, options.window)
    raise WrongCommandLine("nothing_to_say")
