"""How a call is said: one phrase per language, as a sentence for a synthesiser or as clip names.

Pure, standard library only; makes no sound. The server's screens and a hall's own loudspeaker say
the same words because both ask here.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

_FIELDS = frozenset({"number", "window"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """One language.

    voice: the synthesiser's name for it. sentence: with {number} and {window}. clips: names of
    recordings in order; "{number}" stands for the ticket's characters, "{window}" for the window.
    counting: how a window of two digits is put together from single recordings when it has none of
    its own: "zh" 25 → 2 10 5 (二十五), "digits" 25 → 2 5.
    """

    voice: str
    sentence: str
    clips: tuple[str, ...] = ()
    words_per_minute: int = 150
    counting: Literal["zh", "digits"] = "digits"

    def __post_init__(self) -> None:
        for words in (self.sentence, *self.clips):
            unknown = {name for _, name, _, _ in string.Formatter().parse(words) if name} - _FIELDS
            if unknown:
                raise ValueError(f"unknown field {{{unknown.pop()}}}; there are number and window")
        if not 80 <= self.words_per_minute <= 400:
            raise ValueError("words_per_minute must be 80 to 400")

    def spoken(self, number: str, window: str) -> str:
        """The sentence; the number's characters stand apart, so that each is spoken."""
        return self.sentence.format(number=" ".join(number), window=window)

    def clip_names(self, number: str, window: str, recorded: Mapping[str, object]) -> list[str]:
        """The recordings to play, in order. A name that is not `recorded` is in the list all the
        same: whoever plays them then knows what is missing."""
        names: list[str] = []
        for clip in self.clips:
            if clip == "{number}":
                names.extend(number)
            elif clip == "{window}":
                names.extend(self._window_clips(window, recorded))
            else:
                names.append(clip)
        return names

    def _window_clips(self, window: str, recorded: Mapping[str, object]) -> list[str]:
        if window in recorded:
            return [window]
        if self.counting == "zh" and window.isdecimal() and 10 <= int(window) <= 99:
            tens, ones = divmod(int(window), 10)
            names = ["10"] if tens == 1 else [str(tens), "10"]
            return names + ([str(ones)] if ones else [])
        return list(window)


# espeak-ng's plain "cmn" voice reads pinyin as English; this variant reads characters right.
PHRASES: Mapping[str, Phrase] = {
    "zh-CN": Phrase(
        voice="cmn-latn-pinyin",
        sentence="请 {number} 号 到 {window} 号 窗口 办理",
        clips=("please", "{number}", "number_to", "{window}", "window"),
        counting="zh",
    ),
    "en": Phrase(
        voice="en",
        sentence="Ticket {number}, please go to window {window}.",
        clips=("ticket", "{number}", "go_to_window", "{window}"),
    ),
}
