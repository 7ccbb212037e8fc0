"""Between JSON and our values: one named error, and evidence that shows nothing secret."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import EXCLUDE, Schema, fields, post_load, pre_load, validates_schema
from marshmallow.exceptions import ValidationError

from paycore.errors import (
    InvalidRequest,
    OutcomeUnknown,
    PaycoreError,
    SettingsError,
    WebhookRejected,
)
from paycore.money import Money
from paycore.secret import Secret
from paycore.testing.strategies import card_numbers
from paycore.wire.fields import SENSITIVE, Amount, Digits, MaskedCard
from paycore.wire.messages import (
    HIDDEN,
    UNLISTED,
    dump,
    inside,
    load,
    rejecting,
    scrubbed,
    with_extra,
)

CANARY = "canary-4d1f0c"
NUMBER = "4111111111111111"


class Heard(Schema):
    class Meta:
        unknown = EXCLUDE

    reference = fields.String(required=True, data_key="orderNo")
    minor = Digits(data_key="amount")
    card = MaskedCard(data_key="cardNum")
    note = fields.String()


class Said(Schema):
    minor = Amount(required=True, data_key="amount", attribute="amount.minor")
    currency = fields.String(required=True, attribute="amount.currency")


class Sale:
    def __init__(self, amount):
        self.amount = amount


# load


def test_our_names_come_out():
    """Theirs go in, ours come out, and what the schema does not know is left out."""
    heard = {"orderNo": "o-1", "amount": "1500", "cardNum": NUMBER, "new": 1}

    assert load(Heard(), heard) == {
        "reference": "o-1",
        "minor": 1500,
        "card": "411111******1111",
    }


@pytest.mark.parametrize("otherwise", [OutcomeUnknown, WebhookRejected, SettingsError])
def test_what_does_not_fit_is_the_callers_error(otherwise):
    """It names every field that is wrong by their name, and quotes no value."""
    with pytest.raises(otherwise) as caught:
        load(Heard(), {"amount": CANARY, "orderNo": [CANARY]}, otherwise)

    assert str(caught.value) == "amount, orderNo: missing or malformed"
    assert caught.value.field == "amount"
    assert caught.value.__context__ is None


def test_a_missing_field_is_named():
    """An outcome is unknown where a reply says too little."""
    with pytest.raises(OutcomeUnknown, match=r"^orderNo: missing or malformed$"):
        load(Heard(), {})


class Broken(Heard):
    """A schema whose own code fails, in the way that `error` says."""

    def __init__(self, when, error):
        super().__init__()
        self.when, self.error = when, error

    @pre_load
    def before(self, data, **kwargs):
        if self.when == "before":
            raise self.error
        return data

    @validates_schema
    def meanwhile(self, data, **kwargs):
        if self.when == "meanwhile":
            raise self.error

    @post_load
    def after(self, data, **kwargs):
        if self.when == "after":
            raise self.error
        return data


@pytest.mark.parametrize("when", ["before", "meanwhile", "after"])
@pytest.mark.parametrize(
    "error",
    [
        ValueError(CANARY),
        TypeError(CANARY),
        KeyError(CANARY),
        IndexError(CANARY),
        AttributeError(CANARY),
        ZeroDivisionError(CANARY),
        OverflowError(CANARY),
        UnicodeEncodeError("utf-8", CANARY, 0, 1, CANARY),
        InvalidRequest(CANARY),
        ValidationError([CANARY]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_slip_in_a_schema_is_the_same_error(when, error):
    """A message that breaks a plugin's schema ends as any other bad message, quoting nothing."""
    with pytest.raises(WebhookRejected) as caught:
        load(Broken(when, error), {"orderNo": "o-1"}, WebhookRejected)

    assert CANARY not in str(caught.value)
    assert caught.value.field


def test_a_value_of_ours_that_does_not_fit_names_its_field():
    """Money that cannot be, made in a schema: the message is at fault, not the caller."""
    broken = Broken("after", InvalidRequest("currency: no such code", field="currency"))

    with pytest.raises(OutcomeUnknown, match=r"^currency: ") as caught:
        load(broken, {"orderNo": "o-1"})
    assert caught.value.field == "currency"


@pytest.mark.parametrize("said", [None, [], "text", 1, True, [["orderNo", "o-1"]]], ids=repr)
def test_what_is_no_object_is_refused(said):
    """Null where data should be, a list, a number."""
    with pytest.raises(OutcomeUnknown):
        load(Heard(), said)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["orderNo", "amount", "cardNum", "note", "x"]), JSON))
def test_noise_ends_in_values_or_in_one_error(said):
    """Whatever a provider sends, there is no third thing."""
    try:
        heard = load(Heard(), said, WebhookRejected)
    except PaycoreError as refused:
        heard = {"reference": type(refused).__name__}

    assert heard["reference"] in (said.get("orderNo"), "WebhookRejected")


# dump


def test_their_names_come_out():
    """Ours go in, theirs come out."""
    assert dump(Said(), Sale(Money(1500, "CAD"))) == {"amount": 1500, "currency": "CAD"}


class Odd:
    """Looks like Money, and is not."""

    def __init__(self, minor, currency="CAD"):
        self.minor, self.currency = minor, currency


@pytest.mark.parametrize("minor", [0, -1, 15.0, 15.9, True, "1500", None, 2**63, [1500]], ids=repr)
def test_what_we_say_is_read_back(minor):
    """The library would cut 15.9 down to 15 and take True for 1; nothing of the kind leaves us."""
    with pytest.raises(InvalidRequest) as caught:
        dump(Said(), Sale(Odd(minor)))

    assert caught.value.field == "amount"


def test_a_field_that_we_have_not_is_named():
    """A value without what the schema wants: marshmallow itself would leave it out."""
    with pytest.raises(InvalidRequest, match=r"^amount, currency: ") as caught:
        dump(Said(), Sale(None))
    assert CANARY not in str(caught.value)


class Failing(fields.Field):
    """Cannot be said, in the way that `error` says."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def _serialize(self, value, attr, obj, **kwargs):
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        ValueError(CANARY),
        TypeError(CANARY),
        KeyError(CANARY),
        AttributeError(CANARY),
        OverflowError(CANARY),
        ValidationError(CANARY),
        OutcomeUnknown(CANARY),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_slip_in_saying_stays_in_the_house(error):
    """Nothing was sent, and the error says so and quotes nothing."""
    schema = Schema.from_dict({"x": Failing(error)})()

    with pytest.raises(InvalidRequest) as caught:
        dump(schema, {"x": 1})
    assert str(caught.value) == "?: the provider does not take this"
    assert caught.value.__context__ is None


# scrubbed


class Evidence(Heard):
    code = fields.String(data_key="cvv", metadata=SENSITIVE)
    inner = fields.Dict()


def test_evidence_shows_what_the_schema_marks_as_harmless():
    """Sensitive fields are hidden, unknown ones named without value, free text masked."""
    said = {
        "orderNo": "o-1",
        "amount": 1500,
        "cardNum": NUMBER,
        "cvv": "123",
        "note": f"card {NUMBER}",
        "new": CANARY,
        "minor": CANARY,
    }

    assert scrubbed(Evidence(), said) == {
        "orderNo": "o-1",
        "amount": 1500,
        "cardNum": HIDDEN,
        "cvv": HIDDEN,
        "note": "card 411111******1111",
        "new": UNLISTED,
        "minor": UNLISTED,
    }


@given(card_numbers())
def test_a_card_number_is_evidence_nowhere(number):
    """In text, as a number, as a name, or inside of something: it is not in what is kept."""
    said = {
        "orderNo": f"x {number}",
        "amount": int(number),
        "note": float(f"{number}.5"),
        "cardNum": number,
        "cvv": number,
        "inner": {"cardNum": number},
        number: "x",
        "list": [number],
    }

    assert number not in json.dumps(scrubbed(Evidence(), said))


@pytest.mark.parametrize("value", [None, True, False, 0, 1500, -1, 2**63 - 1, 1.5, "", "o-1"])
def test_plain_values_are_kept_as_they_are(value):
    """Evidence is as it came: a number stays a number."""
    kept = scrubbed(Evidence(), {"note": value})["note"]

    assert kept == value
    assert type(kept) is type(value)


@pytest.mark.parametrize("value", [{"a": CANARY}, [CANARY], b"canary", Secret(CANARY)])
def test_what_is_not_plain_is_named_only(value):
    """Objects and lists hold what no field marked."""
    assert scrubbed(Evidence(), {"inner": value}) == {"inner": UNLISTED}


def test_an_unknown_name_is_called_one():
    """Settings tell a misspelt name from a bad value; both are named."""
    schema = Schema.from_dict({"amount": fields.Integer(strict=True)})()

    with pytest.raises(SettingsError, match=r"^surprise: unknown name$"):
        load(schema, {"amount": 1, "surprise": 2}, otherwise=SettingsError)
    with pytest.raises(SettingsError, match=r"^amount, surprise: missing or malformed$"):
        load(schema, {"amount": "x", "surprise": 2}, otherwise=SettingsError)


def test_a_plugins_own_refusal_keeps_its_field():
    """What a plugin refuses while it speaks names our field, not theirs."""

    def refuse(_: object) -> str:
        raise InvalidRequest("description: holds emoji", field="description")

    schema = Schema.from_dict({"subject": fields.Function(refuse)})()

    with pytest.raises(InvalidRequest, match=r"^description: holds emoji$") as refused:
        dump(schema, object())

    assert refused.value.field == "description"


def passing(**extra):
    return SimpleNamespace(extra=extra)


def test_what_is_passed_through_stands_beside_what_is_said():
    """Added to it, and to nothing else; a request without any passes nothing."""
    said = {"amount": 1500}

    assert with_extra(said, passing(note="x", empty="")) == {
        "amount": 1500,
        "note": "x",
        "empty": "",
    }
    assert with_extra(said, object()) == said == {"amount": 1500}


@pytest.mark.parametrize(
    ("said", "name"),
    [("amount", "amount"), ("amount", "amount[0]"), ("a[b][c]", "a[b]"), ("a[b]", "a[c]"),
     ("a[b]", "a"), ("amount", "confirm"), ("amount", "confirm[]")],
)  # fmt: skip
def test_what_is_passed_through_reaches_into_nothing_of_ours(said, name):
    """Neither what is said nor what the plugin keeps to itself, nor a member of either."""
    with pytest.raises(InvalidRequest, match=r"^extra: .* is ours to say$") as caught:
        with_extra({said: 1}, passing(**{name: CANARY}), "confirm")
    assert caught.value.field == "extra"
    assert CANARY not in str(caught.value)


def test_what_cannot_be_read_of_a_message_is_its_rejection():
    """With 400 and the field; a rejection keeps its own status, and a bug stays a bug."""
    with pytest.raises(WebhookRejected) as caught, rejecting():
        raise OutcomeUnknown("amount: no money", field="amount")
    assert (caught.value.status, caught.value.field) == (400, "amount")
    assert caught.value.__cause__ is None
    with pytest.raises(WebhookRejected) as caught, rejecting():
        raise WebhookRejected("sign: not genuine", field="sign", status=401)
    assert caught.value.status == 401
    with pytest.raises(ZeroDivisionError), rejecting():
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("said", "names", "found"),
    [
        ({"a": {"b": 1}}, ("a", "b"), 1), ({"a": {"b": 1}}, ("a",), {"b": 1}),
        ({"a": 0}, ("a",), 0),
        ({"a": "b"}, ("a", "b"), None), ({"a": None}, ("a", "b"), None), ({}, ("a", "b"), None),
        ({"a": ["b"]}, ("a", "b"), None), ("ab", ("a",), None), (None, ("a",), None), (7, (), 7),
    ],
)  # fmt: skip
def test_what_stands_inside_is_found_whatever_the_shape(said, names, found):
    """Step by step, and None where a step leads nowhere."""
    assert inside(said, *names) == found
