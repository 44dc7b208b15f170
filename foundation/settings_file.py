"""Loads a TOML file into frozen dataclasses, strictly: one reading, no unknown key, no wrong type.

A mistake names the file, the line and the nearest valid name, so that whoever edits the file can
mend it. Knows no particular setting; each room declares its own dataclasses.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping
from datetime import date, time
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, Union

from foundation.settings_words import Refused, Said, kind_words, os_words, said

T = TypeVar("T")

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*("[^"]+"|'[^']+'|[A-Za-z0-9_-]+)(\s*\.\s*[A-Za-z0-9_-]+)*\s*=""")


class SettingsError(Exception):
    """A settings file that cannot be used.

    file: the file; line: 1-based, or None when the mistake has no line (a missing file or key);
    key: dotted path of the key at fault, "" for the whole file. words: what is wrong, in both
    languages; message: in English.
    """

    code = "settings_invalid"

    def __init__(self, file: Path, line: int | None, key: str, message: str | Said) -> None:
        self.where = f"{file}:{line}" if line else str(file)
        super().__init__(f"{self.where}: {message}")
        self.words = Said(message, message) if isinstance(message, str) else message
        self.file, self.line, self.key, self.message = file, line, key, self.words.en


def load_settings(file: Path, shape: type[T]) -> T:
    """Reads `file` into the dataclass `shape`.

    Fields without a default are required; `from_` stands for the key `from`, which is a word of
    Python's own. Nested dataclasses are tables, `tuple[X, ...]` arrays,
    `Mapping[str, X]` tables with free keys; a relative `Path` is taken from the file's folder.

    Raises SettingsError for a missing or unreadable file, a TOML mistake, an unknown key, a missing
    key, a value of the wrong type, or a ValueError (Refused, where
    it has words and a place) that a dataclass raised in `__post_init__`.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(file, None, "", said("unreadable", reason=os_words(error))) from error
    except UnicodeDecodeError as error:
        raise SettingsError(file, None, "", said("not_text")) from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise SettingsError(
            file, int(line.group(1)) if line else None, "", said("not_toml", reason=str(error))
        ) from error
    return _Reader(file, text).table(table, shape, ())


Key = tuple[str | int, ...]


def _line_index(text: str) -> dict[Key, int]:
    """Where each key stands: path of names and array positions → 1-based line."""
    lines: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    prefix: Key = ()
    for number, raw in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(raw):
            names = [part.strip().strip("\"'") for part in header.group(2).split(".")]
            path: Key = ()
            for depth, name in enumerate(names):
                path = (*path, name)
                last = depth == len(names) - 1
                if last and header.group(1) == "[[":
                    counts[path] = counts.get(path, -1) + 1
                    lines.setdefault(path, number)
                if path in counts:
                    path = (*path, counts[path])
            prefix = path
            lines.setdefault(prefix, number)
        elif key := _KEY.match(raw):
            names = [part.strip().strip("\"'") for part in key.group(0).rstrip("= \t").split(".")]
            for depth in range(len(names)):
                lines.setdefault((*prefix, *names[: depth + 1]), number)
    return lines


# The same few shapes, in every file of a city's thousands.
_hints = cache(typing.get_type_hints)


class _Reader:
    """Walks one parsed file against the wanted shape."""

    def __init__(self, file: Path, text: str) -> None:
        self._file, self._text = file, text

    def fail(self, path: Key, message: Said) -> SettingsError:
        known, lines = path, _line_index(self._text)
        while known and known not in lines:
            known = known[:-1]
        return SettingsError(self._file, lines.get(known), _dotted(path), message)

    def unlike(self, path: Key, wanted: Any, value: Any) -> SettingsError:
        kinds = {"wanted": kind_words(wanted), "given": kind_words(type(value))}
        return self.fail(path, said("kind", name=_dotted(path), **kinds))

    def none_of(self, path: Key, choices: Iterable[Any], value: Any) -> SettingsError:
        name = _dotted(path)
        return self.fail(path, said("one_of", name=name, known=_list(choices), value=repr(value)))

    def table(self, value: Any, shape: type[T], path: Key) -> T:
        if not isinstance(value, dict):
            raise self.unlike(path, dict, value)
        hints = _hints(typing.cast(Any, shape))
        every = dataclasses.fields(typing.cast(Any, shape))
        fields = {f.name.removesuffix("_"): f for f in every if f.init}
        for name in value:
            if name not in fields:
                raise self.fail((*path, name), _unknown(name, path, fields))
        found: dict[str, Any] = {}
        for name, field in fields.items():
            if name in value:
                found[field.name] = self.value(value[name], hints[field.name], (*path, name))
            elif (
                field.default is dataclasses.MISSING
                and field.default_factory is dataclasses.MISSING
            ):
                raise self.fail(path, said("missing", name=_dotted((*path, name))))
        try:
            return shape(**found)
        except Refused as error:
            raise self.fail((*path, *error.at), error.words) from error
        except ValueError as error:
            name = _dotted(path) or said("file")
            raise self.fail(path, said("refused", name=name, reason=str(error))) from error

    def value(self, value: Any, wanted: Any, path: Key) -> Any:
        origin, inner = typing.get_origin(wanted), typing.get_args(wanted)
        if origin in (Union, types.UnionType):
            return self.value(value, next(a for a in inner if a is not type(None)), path)
        if origin is Literal:
            if value in inner:
                return value
            raise self.none_of(path, inner, value)
        if origin is tuple:
            if not isinstance(value, list):
                raise self.unlike(path, list, value)
            return tuple(self.value(v, inner[0], (*path, i)) for i, v in enumerate(value))
        if origin in (dict, Mapping):
            if not isinstance(value, dict):
                raise self.unlike(path, dict, value)
            return {k: self.value(v, inner[1], (*path, k)) for k, v in value.items()}
        if dataclasses.is_dataclass(wanted):
            return self.table(value, typing.cast(type[Any], wanted), path)
        return self._scalar(value, wanted, path)

    def _scalar(self, value: Any, wanted: Any, path: Key) -> Any:
        if isinstance(wanted, type) and issubclass(wanted, Enum):
            try:
                return wanted(value)
            except ValueError:
                raise self.none_of(path, [each.value for each in wanted], value) from None
        if wanted is Path and isinstance(value, str):
            return (self._file.parent / Path(value).expanduser()).resolve()
        if wanted is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if wanted in (time, date, str, bool, int, float) and type(value) is wanted:
            return value
        raise self.unlike(path, wanted, value)


def _unknown(name: str, path: Key, fields: Mapping[str, Any]) -> Said:
    near, shown = difflib.get_close_matches(name, fields, n=1, cutoff=0.5), _dotted((*path, name))
    if near:
        return said("unknown_near", name=repr(shown), near=repr(near[0]))
    return said("unknown", name=repr(shown), known=_list(fields))


def _dotted(path: Key) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _list(names: Iterable[Any]) -> str:
    return ", ".join(sorted(str(name) for name in names))
