"""Which texts may be told of a setting that does not fit: those that are written in our code.

A validator's text may quote what it refuses, and that may be a key. One that stands in the code,
word for word, was there before any value was read, so no value can be in it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

from marshmallow import Schema

_THEIRS: Final = frozenset({"marshmallow", *sys.stdlib_module_names})


def written(schema: Schema, messages: Any) -> str:
    """Return the one text that all of `messages` say, if it is written in the schema's code.

    That is the code of what the schema and its fields are made of, and of the functions beside
    it in its modules, marshmallow's apart. Empty where they say several things, or anything that
    is not written there.
    """
    said = set(_leaves(messages))
    told = said.intersection(_texts(schema))
    return min(told) if len(said) == 1 and told else ""


def _leaves(messages: Any) -> Iterator[str]:
    """Yield every text at the ends of what marshmallow collected."""
    if isinstance(messages, (dict, list)):
        for each in messages.values() if isinstance(messages, dict) else messages:
            yield from _leaves(each)
    else:
        yield messages if type(messages) is str else ""


def _texts(schema: Schema) -> Iterator[str]:
    """Yield every text that is written in the functions that a schema is made of.

    Whatever else stands beside them is a stranger's, and may raise when it is asked for anything.
    """
    kinds = {type(schema), *map(type, schema.fields.values())}
    ours = {base for kind in kinds for base in kind.__mro__ if not _is_theirs(base)}
    modules = (sys.modules.get(base.__module__) for base in ours)
    for holder in (*ours, *(each for each in modules if type(each) is ModuleType)):
        for thing in list(vars(holder).values()):
            wrapped = type(thing) in (staticmethod, classmethod)
            function = thing.__func__ if wrapped else thing
            if type(function) is FunctionType and not _is_theirs(function):
                yield from _constants(function.__code__)


def _is_theirs(thing: object) -> bool:
    """Return whether something comes from marshmallow or from Python itself."""
    return str(getattr(thing, "__module__", "")).partition(".")[0] in _THEIRS


def _constants(code: CodeType) -> Iterator[str]:
    for each in code.co_consts:
        if isinstance(each, str):
            yield each
        elif isinstance(each, CodeType):
            yield from _constants(each)
