"""JSON object -> schema -> values and back, with one named error for all that goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import TYPE_CHECKING, Any

from paycore.errors import InvalidRequest, OutcomeUnknown, PaycoreError
from paycore.secret import scrub
from paycore.wire.strict import JsonObject

if TYPE_CHECKING:
    from marshmallow import Schema

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
        otherwise: a field is missing or malformed; the error names it and quotes nothing.
    """
    from marshmallow import ValidationError

    try:
        loaded = schema.load(fields)
    except ValidationError as invalid:
        names, problem = _names(invalid.messages), _problem(invalid.messages)
    except PaycoreError as refused:  # a value of ours that the provider's fields do not fit
        names, problem = [refused.field or "?"], _MALFORMED
    except _SLIPS:
        names, problem = ["?"], _MALFORMED
    else:
        return dict(loaded)
    raise otherwise(f"{', '.join(names)}: {problem}", field=names[0])


def dump(schema: Schema, value: object) -> JsonObject:
    """Return `value` in the provider's words, read back to be sure that the schema accepts it.

    marshmallow validates what it loads and never what it dumps: a slip of ours stays in the house.

    Raises:
        InvalidRequest: the value does not fit; the error names the provider's field.
    """
    from marshmallow import ValidationError

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


def scrubbed(schema: Schema, fields: Mapping[str, Any]) -> JsonObject:
    """Return what the provider said as evidence: by `schema`'s own marks, and no further.

    A field that the schema marks `sensitive` is hidden, one it does not know is named without
    its value, and free text is masked where it could be a card number.
    """
    known = {f.data_key or name: f for name, f in schema.fields.items()}
    shown: JsonObject = {}
    for name, value in fields.items():
        field = known.get(name)
        if field is None:
            shown[scrub(name)] = UNLISTED
        elif field.metadata.get("sensitive"):
            shown[name] = HIDDEN
        else:
            shown[name] = _shown(value)
    return shown


def _shown(value: object) -> object:
    """Return a plain value, masked where it could be a card number, a number as well as a text."""
    if not isinstance(value, (str, int, float, NoneType)):
        return UNLISTED
    text = scrub(str(value))
    return value if text == str(value) else text


def _problem(messages: Any) -> str:
    """Return what is wrong with all of it: names that nobody knows are a kind of their own."""
    told = messages.values() if isinstance(messages, dict) else ()
    unknown = [each == ["Unknown field."] for each in told]
    return "unknown name" if unknown and all(unknown) else _MALFORMED


def _names(messages: Any) -> list[str]:
    return sorted(map(str, messages)) if isinstance(messages, dict) else ["?"]
