"""Facts as JSON and back without a loss: what a locked report keeps, and how it is read again.

What JSON has no kind for is marked: an amount in a sentence stays an amount, a day stays a day, so
that the reader's language and unit still decide how they are written when the file is read again.
"""

import dataclasses
import types
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from portfolio.kernel.errors import Fen, Message
from valuation.figures import Reason, Undefined
from valuation.periods import Quarter
from web.reports.parts import Named, Ratio

T = TypeVar("T")
BARE = frozenset({int, str, float, bool, type(None)})


# ---- writing
def plain(value: Any) -> Any:  # noqa: PLR0911 - one line a kind of value
    """Turn facts into what JSON knows."""
    if type(value) in BARE:  # most facts are: asked first, since the patterns below cost more
        return value
    match value:
        case Undefined(reason, detail, roots):
            return {"undefined": reason.value, "detail": detail, "roots": list(roots)}
        case Message(msgid, values):
            return {"words": msgid, "values": {name: _place(one) for name, one in values.items()}}
        case Quarter():
            return str(value)
        case date():  # a datetime too
            return value.isoformat()
        case StrEnum():
            return value.value
        case tuple() | list():
            return [plain(one) for one in value]
        case Mapping():
            return {name: plain(one) for name, one in value.items()}
        case _ if dataclasses.is_dataclass(value):
            return {one.name: plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
        case _:
            return value


def _place(value: Any) -> Any:
    """Write the value of a place in a sentence, marked where its kind would be lost."""
    match value:
        case Fen(fen):
            return {"fen": fen}
        case Named(name, name_en):
            return {"name": name, "name_en": name_en}
        case Ratio(value_, unit):
            return {"ratio": plain(value_), "unit": unit}
        case date():
            return {"day": value.isoformat()}
        case _:
            return plain(value)


# ---- reading
def made(kind: type[T], value: Any) -> T:
    """Return facts of a kind from what JSON held; a KeyError says which fact is missing."""
    result: T = _made(kind, value)
    return result


def _made(kind: Any, value: Any) -> Any:  # noqa: PLR0911 - one line a kind of value
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return _either(get_args(kind), value)
    if origin is tuple:
        return tuple(_made(get_args(kind)[0], one) for one in value)
    if origin is not None and issubclass(origin, Mapping):
        return {name: _made(get_args(kind)[1], one) for name, one in value.items()}
    if kind is Message:
        return _sentence(value)
    if kind is Quarter:
        return Quarter.parse(value)
    if kind in {date, datetime}:
        return kind.fromisoformat(value)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return kind(**{name: _made(of, value[name]) for name, of in _fields(kind)})
    return kind(value) if issubclass(kind, StrEnum) else value


def _either(kinds: tuple[Any, ...], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, dict) and "undefined" in value:
        return _undefined(value)
    others = [kind for kind in kinds if kind not in {type(None), Undefined, int, float}]
    return _made(others[0], value) if others and not isinstance(value, int | float) else value


def _undefined(value: Mapping[str, Any]) -> Undefined:
    return Undefined(Reason(value["undefined"]), value["detail"], tuple(value["roots"]))


def _sentence(value: Mapping[str, Any]) -> Message:
    return Message(value["words"], {name: _value(one) for name, one in value["values"].items()})


def _value(value: Any) -> Any:  # noqa: PLR0911 - one line a kind of value
    match value:
        case {"fen": fen}:
            return Fen(fen)
        case {"day": day}:
            return date.fromisoformat(day)
        case {"name": name, "name_en": name_en}:
            return Named(name, name_en)
        case {"ratio": ratio, "unit": unit}:
            return Ratio(_either((float, Undefined), ratio), unit)
        case {"undefined": _}:
            return _undefined(value)
        case {"words": _}:
            return _sentence(value)
        case _:
            return value


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((one.name, hints[one.name]) for one in dataclasses.fields(kind))
