"""JSON Schema of the wire's shapes, from their annotations alone. Pure.

The shapes are plain TypedDicts, so that a kiosk imports them without the server's dependencies;
that is why their schemas are made here and not by a library that would want types of its own.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterable
from typing import (
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

Schema = dict[str, Any]
REF = "#/components/schemas/{model}"
_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


class NotDescribable(TypeError):
    """An annotation that has no counterpart in JSON: a mistake in the wire's own files."""


def components(shapes: Iterable[type]) -> dict[str, Schema]:
    """Schemas by name: of these shapes and of all that they hold. Raises NotDescribable."""
    found: dict[str, Schema] = {}
    for shape in shapes:
        _add(shape, found)
    return found


def reference(shape: type) -> Schema:
    return {"$ref": REF.format(model=shape.__name__)}


def _add(shape: type, found: dict[str, Schema]) -> None:
    if shape.__name__ in found:
        return
    described: Schema = {"type": "object"}
    found[shape.__name__] = described  # before its fields: a shape may hold itself
    fields = get_type_hints(shape, include_extras=True)
    described["properties"] = {name: _schema(kind, found) for name, kind in fields.items()}
    described["required"] = [name for name, kind in fields.items() if not _may_lack(kind)]
    if said := _said(shape):
        described["description"] = said


def _said(shape: type) -> str:
    own = shape.__dict__.get("__doc__")
    return inspect.cleandoc(own).replace("\n", " ") if own else ""


def _may_lack(kind: Any) -> bool:
    return get_origin(kind) is NotRequired


def _schema(kind: Any, found: dict[str, Schema]) -> Schema:
    if kind is Any:
        return {}
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    if is_typeddict(kind):
        _add(kind, found)
        return reference(kind)
    of, parts = get_origin(kind), get_args(kind)
    if of is NotRequired:
        return _schema(parts[0], found)
    if of is Literal:
        return {"type": "string", "enum": list(parts)}
    if of is list:
        return {"type": "array", "items": _schema(parts[0], found)}
    if of is dict:
        return {"type": "object", "additionalProperties": _schema(parts[1], found)}
    if of in (Union, types.UnionType):
        return {"anyOf": [_schema(part, found) for part in parts]}
    raise NotDescribable(f"{kind!r} has no counterpart in JSON")
