"""A flat schema says and hears just what marshmallow would, whatever it is given."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from marshmallow import EXCLUDE, INCLUDE, RAISE, Schema, fields, post_load, validates
from marshmallow.exceptions import ValidationError
from marshmallow.validate import Length, OneOf, Range

from paycore import ChargeRequest, EmbeddedForm, HostedPage, Money, Payer, StoredToken, Wallet
from paycore.money import MAX_MINOR
from paycore.wire import flat
from paycore.wire.fields import Amount, Digits, Heard, IfShort, Made, Minor, Said, Text
from paycore.wire.flat import Flat
from paycore_iotpay.schemas import HEARD, SAYS


class Louder(Text):
    """A text that changes on both ways, though what it derives from does not."""

    def _serialize(self, value, attr, obj, **kwargs):
        return f"{super()._serialize(value, attr, obj, **kwargs)}!"

    def _deserialize(self, value, attr, data, **kwargs):
        return super()._deserialize(value, attr, data, **kwargs) + "!"


class Order(Said):
    reference = Text("orderNo", "ask.reference", 5)
    amount = Amount(attribute="ask.amount.minor", required=True)
    currency = fields.String(attribute="ask.amount.currency", validate=OneOf(["CAD", "JPY"]))
    payer = IfShort("payer", "ask.payer", 3)
    subject = Made("subject", 4, lambda ask, by, **_: by.get("text", "") * 2)
    louder = Louder("louder", "by.name", 4)
    plain = fields.String(dump_default="none")


class Told(Heard):
    reference = fields.String(required=True, data_key="orderNo")
    short = fields.String(validate=Length(1, 4), load_default="")
    exact = fields.String(validate=Length(equal=3))
    upto = fields.String(validate=Length(max=3), load_default=None)
    word = fields.String(validate=OneOf(["pay", "refund"]), load_default="")
    both = fields.String(validate=[Length(1, 9), OneOf(["pay", "refund"])])
    odd = fields.String(validate=OneOf(["pay", 5]))
    trimmed = fields.String(post_load=[str.strip])
    opened = fields.String(pre_load=[str], load_default="")
    amount = Minor()
    count = Digits(load_default=None)
    few = Digits(validate=Range(max=3))
    of = fields.String(attribute="nested.of")
    by = fields.String(attribute="nested.by", load_default="us")
    more = fields.Dict(load_default=dict)
    currency = fields.String()


class Strict(Told):
    class Meta:
        unknown = RAISE


class Open(Told):
    class Meta:
        unknown = INCLUDE


class Text2(str):
    """A text that is no plain one."""


NAMES = sorted({f.data_key or name for name, f in Told().fields.items()})
texts = st.one_of(
    st.text(max_size=6), st.sampled_from(["", "pay", "refund", " x ", "CAD", "JPY", "12", "007"])
)
values = st.one_of(
    texts,
    texts.map(Text2),
    st.integers(-1, 5),
    st.sampled_from(
        [0, 1, 1500, MAX_MINOR, MAX_MINOR + 1, True, False, None, 1.5, b"pay", b"\xff"]
    ),
    st.lists(texts, max_size=1),
    st.dictionaries(texts, texts, max_size=1),
)
sound = st.fixed_dictionaries(
    {"orderNo": st.text(max_size=4)},
    optional={
        "short": st.text("xy", min_size=1, max_size=4),
        "exact": st.text("xy", min_size=3, max_size=3),
        "upto": st.text("xy", max_size=3),
        "word": st.sampled_from(["pay", "refund"]),
        "both": st.just("pay"),
        "odd": st.just("pay"),
        "trimmed": st.sampled_from(["x", " x "]),
        "opened": st.integers(0, 5),
        "amount": st.sampled_from([0, 5, "5"]),
        "count": st.integers(0, 5),
        "few": st.integers(0, 3),
        "of": texts,
        "more": st.dictionaries(texts, texts, max_size=1),
        "currency": st.sampled_from(["CAD", "JPY"]),
    },
)
odd = st.dictionaries(st.sampled_from([*NAMES, "strange"]), values, max_size=1)
messages = st.builds(lambda sound, odd: {**sound, **odd}, sound, odd) | odd


def outcome(act):
    """Return what comes of it, with its types, or how it fails."""
    try:
        done = act()
    except ValidationError as invalid:
        return "invalid", invalid.messages, typed(invalid.valid_data)
    except Exception as error:
        return type(error), str(error)
    return typed(done)


def typed(value):
    if isinstance(value, dict):
        return {name: typed(item) for name, item in value.items()}
    return type(value), value


def both(act):
    """Return what comes of it as it is, and as marshmallow alone has it."""
    quick = outcome(act)
    with (
        patch.object(Flat, "_serialize", Schema._serialize),
        patch.object(Flat, "_deserialize", Schema._deserialize),
    ):
        return quick, outcome(act)


@pytest.mark.parametrize("schema", [Told(), Strict(), Open()], ids=["exclude", "raise", "include"])
@given(messages)
@example({"orderNo": "o-1", "amount": 5, "currency": "CAD", "word": "pay"})
@example({"orderNo": "o-1", "short": "x" * 5})
@example({"orderNo": "o-1", "upto": "x" * 4})
@example({"orderNo": "o-1", "strange": "x"})
def test_what_is_heard_is_what_marshmallow_hears(schema, message):
    """Sound or odd, known or strange: the same values of the same types, or the same error."""
    quick, slow = both(lambda: schema.load(message))

    assert quick == slow


@pytest.mark.parametrize(
    "how",
    [
        {"partial": True},
        {"partial": ("reference", "short")},
        {"partial": ["nested.of"]},
        {"unknown": RAISE},
        {"unknown": INCLUDE},
        {"unknown": EXCLUDE},
        {"many": True},
    ],
    ids=str,
)
@given(messages)
def test_it_is_told_how_to_hear(how, message):
    """What one call asks for holds for that call, as it does with marshmallow."""
    asked = [message, message] if "many" in how else message
    quick, slow = both(lambda: Told().load(asked, **how))

    assert quick == slow


@pytest.mark.parametrize("partial", [True, ["reference"], ["nested.of", "short"]], ids=str)
@given(messages)
def test_a_partial_schema_lets_fields_be_absent(partial, message):
    """Those that it names, or all."""
    quick, slow = both(lambda: Told(partial=partial).load(message))

    assert quick == slow


@pytest.mark.parametrize("data", [None, [], "text", 5, OrderedDict(orderNo="o-1")], ids=repr)
def test_what_is_no_dict_is_heard_alike(data):
    """Nothing but a dict is read at once."""
    quick, slow = both(lambda: Strict().load(data))

    assert quick == slow


CAD = Money(1500, "CAD")


@dataclass(frozen=True)
class Ask:
    reference: Any = "o-1"
    amount: Any = CAD
    payer: Any = ""


class Both(dict[str, Any]):
    """Has members, and attributes of the same names."""

    reference = "attribute"


amounts = st.builds(SimpleNamespace, minor=values, currency=values) | st.sampled_from(
    [Money(1500, "CAD"), Money(0, "CAD"), Money(5, "JPY"), {"minor": 5, "currency": "JPY"}, None]
)
asks = st.one_of(
    st.builds(Ask, values, amounts, values),
    st.fixed_dictionaries({"reference": values, "amount": amounts}, optional={"payer": values}),
    st.fixed_dictionaries({"reference": values, "amount": amounts}).map(Both),
    values,
)
ORDERS = [Order(), Order(partial=["payer", "louder"])]
says = st.fixed_dictionaries(
    {"ask": asks, "by": st.dictionaries(st.sampled_from(["text", "name"]), texts)},
    optional={"plain": values, "items": values},
)


@pytest.mark.parametrize(
    "schema", [Order(), Order(partial=["payer", "louder"])], ids=["all", "few"]
)
@given(says)
@example({"ask": Ask(), "by": {"text": "ab", "name": "us"}})
@example({"ask": Ask(payer="xxxx"), "by": {"text": "", "name": "us"}})
@example({"ask": Both(reference="member", amount=Money(1, "CAD")), "by": {}})
def test_what_is_said_is_what_marshmallow_says(schema, value):
    """Whatever stands where its values are looked for; and it is read back alike."""
    quick, slow = both(lambda: schema.dump(value))

    assert quick == slow
    if isinstance(quick, dict):
        said = schema.dump(value)
        quick, slow = both(lambda: schema.validate(said))
        assert quick == slow
        quick, slow = both(lambda: schema.load(said))
        assert quick == slow


methods = st.one_of(
    st.sampled_from([HostedPage, EmbeddedForm]).map(lambda page: page("https://shop.example/")),
    st.builds(StoredToken, st.text(max_size=35)),
    st.builds(Wallet, st.sampled_from(["apple_pay", "google_pay", "odd"]), st.text(max_size=5)),
)
requests = st.builds(
    ChargeRequest,
    reference=st.text(max_size=35),
    amount=st.builds(Money, st.integers(0, MAX_MINOR), st.sampled_from(["CAD", "JPY"])),
    method=methods,
    description=st.text(max_size=70),
    details=st.text(max_size=5),
    payer=st.builds(Payer, st.text(max_size=35), st.text(max_size=5)),
)


@pytest.mark.parametrize("operation", ["cc_purchase", "cc_purchasewithtoken", "cc_query"])
@given(request=requests)
def test_a_real_schema_says_the_same(operation, request, iotpay_account):
    """IOTPay's own, of charges that fit and that do not."""
    schema, value = SAYS[operation], {"ask": request, "by": iotpay_account}
    quick, slow = both(lambda: schema.dump(value))

    assert quick == slow
    if isinstance(quick, dict):
        said = schema.dump(value)
        quick, slow = both(lambda: schema.validate(said))
        assert quick == slow


@given(
    st.dictionaries(
        st.sampled_from([f.data_key or name for name, f in HEARD.fields.items()]), values
    )
)
def test_a_real_schema_hears_the_same(message):
    """IOTPay's own, of whatever may come in."""
    quick, slow = both(lambda: HEARD.load(message))

    assert quick == slow


@pytest.fixture(scope="module")
def iotpay_account():
    from paycore_iotpay.hooks import open_account

    return open_account(
        {
            "base_url": "https://ccapi.iotpaycloud.com",
            "mode": "live",
            "merchant_id": "10000701",
            "merchant_key": "k" * 32,
            "login_name": "jack123",
        }
    )


def test_a_sound_message_never_takes_the_long_way():
    """It is marshmallow's own reading and writing that costs."""
    value = {"ask": Ask(payer="me"), "by": {"text": "a", "name": "us"}, "plain": "x"}

    def slow(*args: object, **kwargs: object) -> None:
        raise AssertionError("the long way")

    with patch.object(Schema, "_serialize", slow), patch.object(Schema, "_deserialize", slow):
        said = Order().dump(value)

        assert Order().validate({**said, "louder": "us"}) == {}
        assert Told().load({"orderNo": "o-1", "new": 1})["reference"] == "o-1"


def test_what_a_class_adds_still_runs():
    """Validators and hooks of a schema of one's own see what they saw before."""

    class Own(Told):
        @validates("reference")
        def _check(self, value, data_key):
            if value == "bad":
                raise ValidationError("bad")

        @post_load
        def _counted(self, told, **kwargs):
            return {**told, "members": len(told)}

    assert Own().load({"orderNo": "o-1"})["members"] > 1
    with pytest.raises(ValidationError, match="bad"):
        Own().load({"orderNo": "bad"})


def test_a_class_that_finds_values_itself_is_asked():
    """`get_attribute` is marshmallow's door for that."""

    class Own(Said):
        name = fields.String()

        def get_attribute(self, obj, attr, default):
            return f"its {attr}"

    assert Own().dump({"name": "us"}) == {"name": "its name"}


def test_a_field_is_looked_up_when_it_is_first_needed():
    """A schema may still change its fields when it is made, and a copy with fewer has its own."""

    class Own(Heard):
        name = fields.String(load_default="")

        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.fields["name"].required = True

    with pytest.raises(ValidationError):
        Own().load({})

    class Outer(Heard):
        inner = fields.Nested(TOLD, only=("reference",))

    assert TOLD.load({"orderNo": "o-1"})["short"] == ""
    assert Outer().load({"inner": {"orderNo": "o-1"}}) == {"inner": {"reference": "o-1"}}


TOLD = Told()


def test_two_fields_of_one_name_both_hear_it():
    """Only what is said has a name of its own."""

    class Own(Heard):
        first = fields.String(data_key="name", load_only=True)
        second = fields.String(data_key="name", load_only=True)

    assert Own().load({"name": "us"}) == {"first": "us", "second": "us"}


def test_what_is_absent_is_made_anew_each_time():
    """Nobody finds what another message left in a default."""
    Told().load({"orderNo": "o-1"})["more"]["left"] = 1

    assert TOLD.load({"orderNo": "o-1"})["more"] == {}
    assert TOLD.load({"orderNo": "o-1"})["more"] is not TOLD.load({"orderNo": "o-1"})["more"]


def test_what_is_looked_up_once_cannot_pile_up():
    """A schema made for each call is forgotten again."""
    for _ in range(300):
        Told().load({"orderNo": "o-1"})

    assert flat._ins.cache_info().currsize <= 64
