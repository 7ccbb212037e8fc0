"""What is told of a setting that does not fit stood in the code before the setting was read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

import paycore_iotpay.account
import paycore_stripe.account
from paycore.errors import OutcomeUnknown, SettingsError
from paycore.settings.schemas import AccountSchema, TopSchema
from paycore.wire.messages import load
from paycore.wire.written import written

CANARY = "Canary0123456789"
MALFORMED = "missing or malformed"
SOURCE = Path(__file__).read_text(encoding="utf-8")


def _refuse(value: str) -> None:
    """Refuse in the way that the value names."""
    if value == "constant":
        raise ValidationError("want the name of a colour")
    if value.startswith("quoted"):
        raise ValidationError(f"want a colour and not {value}")
    if value.startswith("bare"):
        raise ValidationError(value)


class Paint(Schema):
    """Settings whose validators tell much, some of them too much."""

    colour = fields.String(validate=_refuse)
    other = fields.String(validate=_refuse)
    some = fields.List(fields.String(validate=_refuse))
    shade = fields.String(validate=validate.OneOf(["light"], error="not {input}, but {choices}"))
    count = fields.Integer()

    @validates_schema
    def _fits(self, data: Any, **kwargs: Any) -> None:
        if data.get("colour") == data.get("other") == "same":
            raise ValidationError("want two colours", "other")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"colour": "constant"}, "colour: want the name of a colour"),
        ({"some": ["red", "constant"]}, "some: want the name of a colour"),
        ({"colour": "constant", "other": "constant"}, "colour, other: want the name of a colour"),
        ({"colour": "same", "other": "same"}, "other: want two colours"),
        ({"count": "x"}, f"count: {MALFORMED}"),
        ({"colour": f"quoted {CANARY}"}, f"colour: {MALFORMED}"),
        ({"colour": f"bare {CANARY}"}, f"colour: {MALFORMED}"),
        ({"shade": CANARY}, f"shade: {MALFORMED}"),
        ({"colour": 5}, f"colour: {MALFORMED}"),
        ({"colour": "constant", "other": f"bare {CANARY}"}, f"colour, other: {MALFORMED}"),
        ({"colour": "constant", "count": "x"}, f"colour, count: {MALFORMED}"),
        ({"some": ["constant", CANARY, 5]}, f"some: {MALFORMED}"),
        ({"surprise": CANARY}, "surprise: unknown name"),
        ({"colour": "constant", CANARY: 1}, f"{CANARY}, colour: {MALFORMED}"),
    ],
)
def test_only_what_is_written_is_told(said: dict[str, Any], told: str) -> None:
    """What a validator makes of a value, and marshmallow's own texts, are not passed on."""
    with pytest.raises(SettingsError) as refused:
        load(Paint(), said, otherwise=SettingsError)

    assert str(refused.value) == told


def test_what_a_provider_said_is_told_by_name_only() -> None:
    """Settings are ours to mend; a reply is nobody's here."""
    with pytest.raises(OutcomeUnknown, match=f"^colour: {MALFORMED}$"):
        load(Paint(), {"colour": "constant"})


@pytest.mark.parametrize(
    ("schema", "said", "told"),
    [
        (TopSchema, {"return_hosts": ["https://shop.example"]}, "want the name of a host"),
        (AccountSchema, {"notify_peers": ["shop.example"]}, "want an IP address"),
        (paycore_stripe.account.AccountSchema, {"mode": "sandbox"}, "not a secret key for this"),
        (paycore_iotpay.account.AccountSchema, {"merchant_key": 5}, "want a text"),
    ],
)
def test_our_own_validators_say_what_they_want(
    schema: type[Schema], said: dict[str, Any], told: str
) -> None:
    """The core's, a plugin's, and the fields' that plugins share."""
    sound = {
        "accounts": {},
        "provider": "fake",
        "base_url": "https://api.example",
        "mode": "live",
        "secret_key": f"sk_live_{CANARY}",
        "webhook_secret": f"whsec_{CANARY}",
        "merchant_id": "10000701",
        "merchant_key": CANARY,
        "login_name": "jack123",
    }
    fitting = {name: sound[name] for name in schema().fields if name in sound}
    load(schema(), fitting, otherwise=SettingsError)

    with pytest.raises(SettingsError, match=rf"^\w+: {told}[^,]*$") as refused:
        load(schema(), {**fitting, **said}, otherwise=SettingsError)
    assert CANARY not in str(refused.value)


class Touchy:
    """What stands beside a schema and is nobody's to ask, as an application's proxy outside it."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError("outside of an application")


@pytest.mark.parametrize("value", ["constant", f"quoted {CANARY}"])
@pytest.mark.parametrize("holder", [Paint, sys.modules[__name__]], ids=["class", "module"])
def test_what_stands_beside_a_schema_is_not_asked(
    holder: Any, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal is a SettingsError all the same, and nothing behind it quotes the value."""
    monkeypatch.setattr(holder, "app", Touchy(), raising=False)
    with pytest.raises(SettingsError) as refused:
        load(Paint(), {"colour": f"bare {CANARY}", "other": value}, otherwise=SettingsError)

    assert str(refused.value) == f"colour, other: {MALFORMED}"
    assert refused.value.__context__ is refused.value.__cause__ is None


def test_what_stands_in_a_module_s_place_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some libraries put an object of their own there; what the class says is told still."""
    monkeypatch.setitem(sys.modules, __name__, Touchy())  # type: ignore[arg-type]

    assert written(Paint(), {"other": ["want two colours"]}) == "want two colours"
    assert written(Paint(), {"colour": ["want the name of a colour"]}) == ""


def test_a_schema_s_own_functions_are_read_however_they_are_bound() -> None:
    """Of an instance, of its class, or of nothing."""

    class Bound(Paint):
        @staticmethod
        def _free() -> str:
            return "want a free one"

        @classmethod
        def _of_all(cls) -> str:
            return "want one for all"

    for text in ("want a free one", "want one for all", "want two colours"):
        assert written(Bound(), {"colour": [text]}) == text


def test_what_is_no_text_is_not_told() -> None:
    """Nor asked for one: it would be the validator's own."""
    assert written(Paint(), {"colour": [Touchy]}) == ""
    assert written(Paint(), {"colour": ["want two colours", 5]}) == ""


@given(st.text(min_size=1).filter(lambda text: text not in SOURCE))
def test_no_text_that_was_not_written_is_told(text: str) -> None:
    """However it comes, in lists and under names, alone or beside what is written."""
    for messages in (text, [text], {"colour": [text]}, {"some": {0: [text]}}):
        assert written(Paint(), messages) == ""
    assert written(Paint(), {"colour": ["want two colours", text]}) == ""
    assert written(Paint(), {"colour": ["want two colours"]}) == "want two colours"


@pytest.mark.parametrize(
    "schema",
    [
        TopSchema,
        AccountSchema,
        paycore_iotpay.account.AccountSchema,
        paycore_stripe.account.AccountSchema,
    ],
)
@given(st.data())
def test_no_value_of_a_setting_is_ever_told(schema: type[Schema], data: st.DataObject) -> None:
    """Whichever settings hold a key by mistake, and in whatever shape, no refusal quotes it."""
    keys = st.builds(lambda before, after: f"{before}{CANARY}{after}", st.text(), st.text())
    shapes = keys | st.lists(keys, min_size=1) | st.dictionaries(st.just("charge"), keys)
    names = st.sampled_from(sorted(schema().fields))
    said = data.draw(st.dictionaries(names, shapes, min_size=1))
    told = ""
    try:
        load(schema(), said, otherwise=SettingsError)
    except SettingsError as refused:
        told = str(refused)

    assert CANARY not in told
