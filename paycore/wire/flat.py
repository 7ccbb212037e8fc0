"""Flat messages: read and written with no more of marshmallow than one level of fields needs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeVar

from marshmallow import EXCLUDE, Schema, fields, missing
from marshmallow.utils import get_value, is_collection
from marshmallow.validate import Length, OneOf

F = TypeVar("F", bound=type[fields.Field[Any]])
_PLAIN: Final[dict[type, tuple[type, range]]] = {fields.String: (str, range(sys.maxsize))}
_ASK: Final = object()


def plain(kind: type, fits: range = range(sys.maxsize)) -> Callable[[F], F]:
    """Mark a class of fields that change no value of `kind` which they and their validators take.

    They take texts of any length, or the numbers that `fits`. The mark is not inherited: whoever
    derives a class may change what values become.
    """

    def marked(cls: F) -> F:
        _PLAIN[cls] = kind, fits
        return cls

    return marked


class _Out(NamedTuple):
    """How one field goes out: looked up once for each schema."""

    field: fields.Field[Any]
    name: str
    theirs: str
    steps: tuple[str, ...]
    """Where its value stands on our side."""
    kind: type | None
    """What goes out as it is; None where the field says what does."""
    most: int
    """How long a text may be that goes out as it is."""


class _In(NamedTuple):
    """How one field comes in: looked up once for each schema."""

    field: fields.Field[Any]
    theirs: str
    heads: tuple[str, ...]
    ours: str
    absent: Any
    """What is read where it is absent; `_ASK` where the field says what is."""
    kwargs: dict[str, Any]
    kind: type | None
    """What may come in as it is; None where the field looks at every value."""
    fits: Container[Any]
    """What does: texts so long, or else these values."""
    by_length: bool


class Flat(Schema):
    """A schema that takes what plainly fits, and leaves all else to marshmallow.

    What comes out is the same either way: where anything is odd, marshmallow reads all of it, and
    knows how to say what is wrong.
    """

    def _serialize(self, obj: Any, *, many: bool = False) -> Any:
        if many:
            return super()._serialize(obj, many=many)
        said = self.dict_class()
        for field, name, theirs, steps, kind, most in _outs(self):
            value: Any = missing if kind is None else _found(obj, steps)
            is_plain = type(value) is kind
            if not is_plain or (kind is str and len(value) > most):
                value = field.serialize(name, obj, accessor=self.get_attribute)
            if value is not missing:
                said[theirs] = value
        return said

    def _deserialize(self, data: Any, **how: Any) -> Any:
        usual = type(data) is dict and how.get("partial") is self.partial and not how.get("many")
        if usual and (how.get("unknown") == EXCLUDE or _known(self).issuperset(data)):
            with suppress(Exception):
                return self._read(data)
        return super()._deserialize(data, **how)

    def _read(self, data: dict[str, Any]) -> dict[str, Any]:
        read: dict[str, Any] = self.dict_class()
        for field, theirs, heads, ours, absent, kwargs, kind, fits, by_length in _ins(self):
            value: Any = data.get(theirs, missing)
            is_plain = type(value) is kind
            if value is missing and absent is not _ASK:
                value = absent
            elif not is_plain or (len(value) if by_length else value) not in fits:
                value = field.deserialize(value, theirs, data, **kwargs)
            if value is not missing:
                at = read
                for step in heads:
                    at = at.setdefault(step, {})
                at[ours] = value
        return read


@lru_cache(maxsize=64)
def _outs(schema: Schema) -> tuple[_Out, ...]:
    own = type(schema).get_attribute is not Schema.get_attribute
    return tuple(_out(name, field, own) for name, field in schema.dump_fields.items())


@lru_cache(maxsize=64)
def _ins(schema: Schema) -> tuple[_In, ...]:
    return tuple(_in(name, field, schema.partial) for name, field in schema.load_fields.items())


@lru_cache(maxsize=64)
def _known(schema: Schema) -> frozenset[str]:
    return frozenset(way.theirs for way in _ins(schema))


def _found(value: Any, steps: tuple[str, ...]) -> Any:
    """Return what stands at `steps` of `value`, as marshmallow finds it."""
    for step in steps:
        if type(value) is dict and step in value:
            value = value[step]
        elif hasattr(value, "__getitem__"):
            value = get_value(value, step)
        else:
            value = getattr(value, step, missing)
    return value


def _out(name: str, field: fields.Field[Any], own: bool) -> _Out:
    kind, _ = _PLAIN.get(type(field), (None, ()))
    return _Out(
        field,
        name,
        theirs=name if field.data_key is None else field.data_key,
        steps=tuple((field.attribute or name).split(".")),
        kind=kind if field._CHECK_ATTRIBUTE and not own else None,
        most=getattr(field, "most", sys.maxsize),
    )


def _in(name: str, field: fields.Field[Any], partial: Any) -> _In:
    kind, fits = _PLAIN.get(type(field), (None, range(0)))
    *heads, ours = (field.attribute or name).split(".")
    return _In(
        field,
        theirs=name if field.data_key is None else field.data_key,
        heads=tuple(heads),
        ours=ours,
        absent=_absent(name, field, partial),
        kwargs=_kwargs(name, partial),
        kind=None if field.pre_load or field.post_load else kind,
        fits=_taken(field, kind, fits),
        by_length=kind is str and not any(type(v) is OneOf for v in field.validators),
    )


def _absent(name: str, field: fields.Field[Any], partial: Any) -> Any:
    if partial is True or (is_collection(partial) and name in partial):
        return missing
    own = type(field).deserialize is not fields.Field.deserialize
    return _ASK if own or field.required or callable(field.load_default) else field.load_default


def _kwargs(name: str, partial: Any) -> dict[str, Any]:
    """Return what marshmallow tells a field of a schema that is `partial`."""
    if not is_collection(partial):
        return {} if partial is None else {"partial": partial}
    begun = f"{name}."
    return {"partial": [each.removeprefix(begun) for each in partial if each.startswith(begun)]}


def _taken(field: fields.Field[Any], kind: type | None, fits: range) -> Container[Any]:
    """Return what a field's validators take of what `fits`: nothing where that is not plain."""
    if not field.validators:
        return fits
    check, *more = field.validators
    if more:
        return ()
    if type(check) is OneOf and all(type(choice) is str for choice in check.choices):
        return frozenset(check.choices)
    if type(check) is Length and check.equal is None and kind is str:
        return range(check.min or 0, fits.stop if check.max is None else check.max + 1)
    return ()
