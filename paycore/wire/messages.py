"""JSON object -> schema -> values and back, with one named error for all that goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from types import NoneType
from typing import Any

from marshmallow import Schema, ValidationError

from paycore.errors import (
    InvalidRequest,
    OutcomeUnknown,
    PaycoreError,
    SettingsError,
    WebhookRejected,
)
from paycore.secret import scrub
from paycore.wire.strict import JsonObject
from paycore.wire.written import written

HIDDEN = "[hidden]"
UNLISTED = "[unlisted]"
_MALFORMED = "missing or malformed"
_SLIPS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


def load(
    schema: Schema,
    fields: Mapping[str, Any],
    otherwise: type[PaycoreError] = OutcomeUnknown,
) -> JsonObject:
    """Return `fields` as `schema` reads them: our names on the left.

    Raises:
        otherwise: a field is missing or malformed; the error names it and quotes nothing. Of a
            setting it says what is wanted, where the schema's code says so word for word.
    """
    said: Any = None
    try:
        loaded = schema.load(fields)
    except ValidationError as invalid:
        said = invalid.messages
        names, problem = _names(said), _problem(said)
    except PaycoreError as refused:  # a value of ours that the provider's fields do not fit
        names, problem = [refused.field or "?"], _MALFORMED
    except _SLIPS:
        names, problem = ["?"], _MALFORMED
    else:
        return dict(loaded)
    if said is not None and issubclass(otherwise, SettingsError):
        problem = written(schema, said) or problem
    raise otherwise(f"{', '.join(names)}: {problem}", field=names[0])


def dump(schema: Schema, value: object) -> JsonObject:
    """Return `value` in the provider's words, read back to be sure that the schema accepts it.

    marshmallow validates what it loads and never what it dumps: a slip of ours stays in the house.

    Raises:
        InvalidRequest: the value does not fit; the error names the provider's field.
    """
    try:
        said: JsonObject = schema.dump(value)
        problems = schema.validate(said)
    except InvalidRequest as refused:  # the plugin's own word for it names our field
        raise InvalidRequest(str(refused), field=refused.field) from None
    except (ValidationError, PaycoreError, *_SLIPS):
        problems = {"?": ["cannot be said"]}
    if problems:
        names = _names(problems)
        raise InvalidRequest(f"{', '.join(names)}: the provider does not take this", field=names[0])
    return said


def with_extra(said: Mapping[str, Any], request: object, *ours: str) -> JsonObject:
    """Return what is said of `request`, with the members that it passes through, if it has any.

    Raises:
        InvalidRequest: one would reach into what is said, or into `ours`, as `a[c]` into `a[b]`.
    """
    extra: Mapping[str, str] = getattr(request, "extra", {})
    taken = {_head(name) for name in (*said, *ours)}
    if odd := [name for name in extra if _head(name) in taken]:
        raise InvalidRequest(f"extra: {min(odd)} is ours to say", field="extra")
    return {**said, **extra}


def _head(name: str) -> str:
    return name.partition("[")[0]


@contextmanager
def rejecting() -> Iterator[None]:
    """Make whatever cannot be read of a genuine message its rejection, with 400 to answer."""
    try:
        yield
    except WebhookRejected:
        raise
    except PaycoreError as odd:
        raise WebhookRejected(str(odd), field=odd.field) from None


def inside(said: object, *names: str) -> Any:
    """Return what stands in `said` under a name, and in that under the next; None if nothing does.

    For what was heard and may be of any shape: a provider tells a thing whole, or names it only.
    """
    for name in names:
        said = said.get(name) if isinstance(said, Mapping) else None
    return said


def scrubbed(schema: Schema, fields: Mapping[str, Any]) -> JsonObject:
    """Return what the provider said as evidence: by `schema`'s own marks, and no further.

    A field that the schema marks `sensitive` is hidden, one it does not know is named without
    its value, and free text is masked where it could be a card number.
    """
    sensitive = _sensitive(schema)
    shown: JsonObject = {}
    for name, value in fields.items():
        hidden = sensitive.get(name)
        if hidden is None:
            shown[scrub(name)] = UNLISTED
        else:
            shown[name] = HIDDEN if hidden else _shown(value)
    return shown


@lru_cache(maxsize=64)
def _sensitive(schema: Schema) -> dict[str, bool]:
    """Return the provider's names for what a schema knows, and which are marked."""
    known = schema.fields.items()
    return {f.data_key or name: bool(f.metadata.get("sensitive")) for name, f in known}


def _shown(value: object) -> object:
    """Return a plain value, masked where it could be a card number, a number as well as a text."""
    if not isinstance(value, (str, int, float, NoneType)):
        return UNLISTED
    text = str(value)
    masked = scrub(text)
    return value if masked == text else masked


def _problem(messages: Any) -> str:
    """Return what is wrong with all of it: names that nobody knows are a kind of their own."""
    told = messages.values() if isinstance(messages, dict) else ()
    unknown = [each == ["Unknown field."] for each in told]
    return "unknown name" if unknown and all(unknown) else _MALFORMED


def _names(messages: Any) -> list[str]:
    return sorted(map(str, messages)) if isinstance(messages, dict) else ["?"]
