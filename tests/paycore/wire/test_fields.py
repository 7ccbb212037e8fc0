"""Fields for what providers really send and take: one spelling each, and secrets marked once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, fields
from marshmallow.exceptions import ValidationError

from paycore.errors import InvalidRequest, OutcomeUnknown, SettingsError
from paycore.methods import CardData
from paycore.money import MAX_MINOR, Money
from paycore.report import Instrument
from paycore.secret import Secret
from paycore.testing.strategies import card_numbers, currencies
from paycore.wire.fields import (
    Amount,
    Digits,
    Heard,
    IfShort,
    Made,
    MaskedCard,
    Minor,
    Said,
    SecretText,
    SettingsSchema,
    Text,
    by_last_four,
    mmyy,
)
from paycore.wire.messages import dump, load

CANARY = "canary-4d1f0c-0123456789"
BASE = {"base_url": "https://api.example", "mode": "live"}


def heard(field, value):
    """Return what `field` makes of `value`."""
    return field.deserialize(value)


def refused(field, value):
    """Check that `field` refuses `value`, without quoting it; return what it wants."""
    with pytest.raises(ValidationError) as caught:
        field.deserialize(value)

    assert CANARY not in str(caught.value)
    return caught.value.messages[0]


# Digits


@given(st.integers(0, MAX_MINOR))
def test_digits_and_integers_are_one_number(number):
    """1500 and "1500" sign alike, and are alike."""
    assert heard(Digits(), number) == heard(Digits(), str(number)) == number


@pytest.mark.parametrize(
    "value",
    ["", " ", "01500", "00", "+1", "-1", "-0", "1 ", " 1", "1\n", "1.0", "1e3", "1_0", "0x1",
     "１５", "١٥", "²", "9223372036854775808", "9999999999999999999", "1" * 5000, -1, 2**63, 10**30,
     1500.0, 0.0, True, False, None, [1500], {"a": 1}, b"1500"],
    ids=lambda value: repr(value)[:24],
)  # fmt: skip
def test_digits_have_one_spelling(value):
    """No sign, blank, leading zero, fraction, other script or other type; within 64 bits."""
    with pytest.raises(ValidationError):
        Digits().deserialize(value)


def test_nothing_at_all_is_digits():
    """Zero is a number as any other."""
    assert heard(Digits(), 0) == heard(Digits(), "0") == 0


# Amount


@given(st.integers(1, MAX_MINOR))
def test_an_amount_is_said_as_an_integer(minor):
    """What is said is what was meant, and is read back as such."""
    schema = Schema.from_dict({"minor": Amount(required=True)})()

    assert schema.dump({"minor": minor}) == {"minor": minor}
    assert heard(Amount(), minor) == minor


@pytest.mark.parametrize("value", [0, -1, 2**63, 15.0, True, "1500", None, [1]], ids=repr)
def test_an_amount_that_is_none_is_refused(value):
    """Zero and below, beyond 64 bits, and everything that only looks like an integer."""
    with pytest.raises(ValidationError):
        Amount().deserialize(value)


@pytest.mark.parametrize("value", [15.9, True, "15"])
def test_an_amount_is_never_bent_into_shape(value):
    """The library's own Integer says 15 for 15.9; this one leaves it for `dump` to refuse."""
    schema = Schema.from_dict({"minor": Amount(required=True)})()

    assert schema.dump({"minor": value})["minor"] is value
    with pytest.raises(InvalidRequest):
        dump(schema, {"minor": value})


# Cards


@pytest.mark.parametrize(
    ("card", "shown"),
    [
        ({"last": "4242", "brand": "visa", "m": 4, "y": 2030}, ("visa", "0430")),
        ({"last": "4242", "brand": "visa", "m": "11", "y": "2030"}, ("visa", "1130")),
        ({"last": "4242"}, ("", "")),
        ({"last": 4242, "brand": None, "m": 4}, ("", "")),
        ({"last": "4242", "m": "four", "y": 2030}, ("", "")),
        ({"last": "4242", "m": 4, "y": 30}, ("", "")),
        ({"last": "4242", "brand": "b" * 99}, ("b" * 30, "")),
    ],
)
def test_a_card_is_shown_by_its_last_four_digits(card, shown):
    """All but four hidden, and its last month only where month and year are both told."""
    told = by_last_four(card, "last", "brand", "m", "y")

    assert told == Instrument("************4242", *shown)


@pytest.mark.parametrize(
    "card", [None, "4242", [], {}, {"last": None}, {"last": "424"}, {"last": "4242424242424242"},
             {"last": "٤٢٤٢"}, {"last": "4242\n"}, {"last": {"last": "4242"}}],
    ids=repr,
)  # fmt: skip
def test_what_does_not_end_in_four_digits_is_no_card(card):
    """Whatever was heard: nothing is shown, a whole number least of all."""
    assert by_last_four(card, "last", "brand", "m", "y") is None


# Texts


def said(**more):
    """Return a schema that says `text`, and what is given."""
    return Said.from_dict({"ours": Text("theirs", "ask.text", 5), **more})()


@pytest.mark.parametrize("text", ["a", "abcde", "été"])
def test_a_text_is_said_by_its_path(text):
    """Under their name, from 1 character to as many as they take."""
    asked = {"ask": SimpleNamespace(text=text)}

    assert dump(said(), asked) == {"theirs": text}


@pytest.mark.parametrize("text", ["abcdef", ""])
def test_a_text_too_long_or_empty_is_refused(text):
    """What they must be told cannot be left out or cut."""
    with pytest.raises(InvalidRequest) as caught:
        dump(said(), {"ask": SimpleNamespace(text=text)})
    assert caught.value.field == "theirs"


@pytest.mark.parametrize(("text", "kept"), [("ab", {"note": "ab"}), ("abc", {}), ("", {})])
def test_what_may_be_left_out_is_where_it_is_too_long(text, kept):
    """A text that only helps is not worth a refusal, and is never cut in half."""
    field = IfShort("note", "ask.note", 2)
    field.required = False
    schema = Said.from_dict({"note": field})()

    assert dump(schema, {"ask": SimpleNamespace(note=text)}) == kept


def test_a_text_can_be_made_of_all_that_is_said():
    """By the names of what is said, and held to its length all the same."""
    made = Made("theirs", 5, lambda ask, by: f"{by}{ask}")
    schema = Said.from_dict({"made": made})()

    assert dump(schema, {"ask": "ab", "by": "c"}) == {"theirs": "cab"}
    with pytest.raises(InvalidRequest):
        dump(schema, {"ask": "abcdef", "by": "c"})


@pytest.mark.parametrize(
    ("month", "year", "written"), [(1, 2030, "0130"), (12, 2026, "1226"), (9, 2100, "0900")]
)
def test_a_cards_last_month_is_written_in_four_digits(month, year, written):
    """Month first, both with two digits."""
    assert mmyy(CardData(Secret("4"), month, year, Secret("1"), "A")) == written


# Cards and keys


@given(card_numbers())
def test_a_card_number_is_masked_as_it_comes_in(number):
    """Nobody behind the schema ever sees it."""
    field = MaskedCard()
    masked = heard(field, number)

    assert number not in masked
    assert masked.count("*") >= 6
    assert field.metadata["sensitive"]


@pytest.mark.parametrize("value", [4111111111111111, None, ["4111111111111111"], True])
def test_a_card_number_is_a_text(value):
    """As a number it would not be masked; it is refused, unquoted."""
    assert "4111" not in refused(MaskedCard(), value)


@pytest.mark.parametrize("key", [CANARY, Secret(CANARY), "é" * 8, "x" * 16, "a b c d e f g h i"])
def test_a_key_becomes_a_secret(key):
    """A text or a secret of 16 bytes and more, in any script."""
    secret = heard(SecretText(), key)

    assert isinstance(secret, Secret)
    assert SecretText().metadata["sensitive"]


@pytest.mark.parametrize(
    "key",
    ["", " ", " " * 20, "x" * 15, "é" * 7, f" {CANARY}", f"{CANARY}\n", f"{CANARY}\u00a0",
     Secret(""), Secret("x" * 15), Secret(f"{CANARY} "), None, 1234567890123456, b"x" * 16,
     ["x" * 16]],
    ids=lambda key: ascii(key)[:20],
)  # fmt: skip
def test_a_blank_or_short_key_is_refused(key):
    """What an unset variable expands to is no key; blanks around it were not meant."""
    with pytest.raises(ValidationError) as caught:
        SecretText(required=True).deserialize(key)

    assert "canary" not in str(caught.value)


def test_how_short_a_key_may_be_is_the_schemas_to_say():
    """Where a provider's keys are shorter."""
    assert heard(SecretText(shortest=4), "abcd").reveal() == "abcd"
    assert "not long enough" in refused(SecretText(shortest=4), "abc")


# Heard


class Told(Heard):
    amount = Minor()
    left = Minor(data_key="refundable")
    currency = fields.String()
    note = fields.String(load_default="none")


@given(st.integers(0, MAX_MINOR), currencies())
def test_what_is_heard_becomes_money(minor, currency):
    """With the currency that comes with it; digits as text are as good."""
    told = load(Told(), {"amount": str(minor), "refundable": minor, "currency": currency})

    assert told["amount"] == told["left"] == Money(minor, currency)


@pytest.mark.parametrize("absent", [{}, {"note": None}, {"note": ""}, {"amount": ""}, {"new": 1}])
def test_null_and_empty_mean_absent(absent):
    """No decision may rest on either; and they may add a member any day."""
    assert load(Told(), absent) == {"amount": None, "left": None, "note": "none"}


def test_an_amount_without_currency_is_no_money():
    """And a currency without amount is none either."""
    assert load(Told(), {"amount": 1500})["amount"] is None
    assert load(Told(), {"currency": "CAD"})["amount"] is None
    assert load(Told(), {"amount": 0, "currency": "CAD"})["amount"] == Money(0, "CAD")


@pytest.mark.parametrize("currency", ["cad", "ZZZ", "XXX", " ", 124])
def test_money_that_cannot_be_is_malformed(currency):
    """An amount in a currency that nobody has is no amount."""
    with pytest.raises(OutcomeUnknown):
        load(Told(), {"amount": 1500, "currency": currency})


# Settings


def test_every_account_has_these_settings():
    """Where to talk to and how are wanted; the rest has a cautious default."""
    assert load(SettingsSchema(), BASE, SettingsError) == {
        **BASE,
        "notify_url": "",
        "pci_dss": False,
    }


def test_what_came_as_a_secret_and_is_none_is_opened():
    """`env:` and `file:` give secrets; a login name is a text all the same, a key stays hidden."""
    said = SettingsSchema.from_dict({"key": SecretText(required=True)})()
    opened = load(said, {**BASE, "mode": Secret("live"), "key": Secret(CANARY)}, SettingsError)

    assert opened["mode"] == "live"
    assert opened["key"] == Secret(CANARY)


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"merchent_key": CANARY}, "merchent_key"),
        ({"merchent_key": Secret(CANARY)}, "merchent_key"),
        ({"base_url": None}, "base_url"),
        ({"mode": 1}, "mode"),
        ({"pci_dss": "perhaps"}, "pci_dss"),
    ],
)
def test_a_wrong_setting_is_named_and_not_quoted(more, name):
    """Unknown names are refused: a slip in a setting must not be silence."""
    with pytest.raises(SettingsError, match=f"^{name}: ") as caught:
        load(SettingsSchema(), {**BASE, **more}, SettingsError)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("settings", [None, [], "x", 1], ids=repr)
def test_settings_that_are_no_mapping_are_refused(settings):
    """With the named error, as everything else."""
    with pytest.raises(SettingsError):
        load(SettingsSchema(), settings, SettingsError)
