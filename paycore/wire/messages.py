"""JSON object -> schema -> values and back, with one named error for all that goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from paycore.errors import InvalidRequest, OutcomeUnknown, PaycoreError
from paycore.secret import scrub
from paycore.wire.strict import JsonObject

if TYPE_CHECKING:
    from marshmallow import Schema

HIDDEN = "[hidden]"
UNLISTED = "[unlisted]"


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
        names = _names(invalid.messages)
    except (TypeError, ValueError, ArithmeticError):
        names = ["?"]
    else:
        return dict(loaded)
    raise otherwise(f"{', '.join(names)}: missing or malformed", field=names[0])


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
    except (ValidationError, TypeError, ValueError, AttributeError):
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
        elif isinstance(value, str):
            shown[name] = scrub(value)
        else:
            plain = value is None or isinstance(value, (int, float, bool))
            shown[name] = value if plain else UNLISTED
    return shown


def _names(messages: Any) -> list[str]:
    return sorted(str(name) for name in messages) if isinstance(messages, dict) else ["?"]
