"""The strategies draw what is legal, and the edges of it too."""

from __future__ import annotations

import pytest
from hypothesis import Phase, find, given, settings

from paycore.money import MAX_MINOR, Money, exponent
from paycore.payment import PaymentStatus
from paycore.secret import Secret, has_card
from paycore.states import Kind, State
from paycore.testing.strategies import (
    card_numbers,
    cards,
    currencies,
    instruments,
    money,
    names,
    operations,
    passes_luhn,
    payments,
    references,
    return_urls,
    secrets,
    texts,
)
from paycore.wire.urls import host_of


def drawn(strategy, wanted):
    """Return the first that is drawn as `wanted`, without making it smaller."""
    quick = settings(phases=[Phase.generate], max_examples=2000, database=None)
    return find(strategy, wanted, settings=quick)


@pytest.mark.parametrize("places", [0, 2, 3, 4])
def test_currencies_of_every_exponent_are_drawn(places):
    """Yen, dollars, dinars and units of account."""
    assert drawn(currencies(), lambda code: exponent(code) == places)


@given(money("CAD", least=1, most=5))
def test_money_keeps_to_its_bounds(amount):
    """Both ends included, in the currency asked for."""
    assert Money(1, "CAD") <= amount <= Money(5, "CAD")


def test_money_goes_to_both_ends():
    """Nothing at all, and all that can be held."""
    assert drawn(money(), lambda amount: not amount) is not None
    assert drawn(money(least=MAX_MINOR), lambda amount: amount.minor == MAX_MINOR)


@given(references("ab", 3))
def test_references_keep_to_alphabet_and_length(reference):
    """Never empty."""
    assert 1 <= len(reference) <= 3
    assert set(reference) <= set("ab")


@given(names())
def test_names_have_no_blank_at_either_end(name):
    """Printable ASCII, at most 128 characters."""
    assert name.isascii()
    assert name.isprintable()
    assert name == name.strip()
    assert 1 <= len(name) <= 128


@given(texts(5))
def test_texts_can_be_encoded(text):
    """And are as short as wanted."""
    assert len(text) <= 5
    assert text.encode().decode() == text


@given(card_numbers())
def test_card_numbers_pass_for_cards(number):
    """13 to 19 digits."""
    assert passes_luhn(number)
    assert 13 <= len(number) <= 19


@pytest.mark.parametrize("size", range(13, 20))
def test_card_numbers_of_every_length_are_drawn(size):
    """From the shortest to the longest."""
    assert has_card(drawn(card_numbers(), lambda number: len(number) == size and has_card(number)))


@pytest.mark.parametrize("number", ["4111111111111111", "378282246310005", "0", "18"])
def test_luhn_is_luhn(number):
    """Known numbers pass, and one digit off fails."""
    assert passes_luhn(number)
    assert not passes_luhn(number[:-1] + str((int(number[-1]) + 1) % 10))


@given(secrets(), cards(), instruments(), return_urls())
def test_what_is_secret_is_drawn_as_such(key, card, instrument, url):
    """Keys of 16 characters and more, raw cards that nobody can read, masked ones, our own host."""
    assert len(key) >= 16
    assert isinstance(card.number, Secret)
    assert instrument.masked.count("*") >= 6
    assert host_of(url) == "shop.example"


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("state", State)
def test_operations_of_every_kind_and_state_are_drawn(kind, state):
    """With an amount unless it is a token, and a charge unless it is one or a token."""
    found = drawn(operations(kind, states=[state]), lambda _: True)

    assert (found.kind, found.state) == (kind, state)
    assert (found.amount is None) == (kind is Kind.TOKEN)
    assert bool(found.charge) == (kind.gives_back or kind.ends_a_hold)


@pytest.mark.parametrize("status", [s for s in PaymentStatus if s is not PaymentStatus.VOIDED])
def test_payments_of_every_status_are_drawn(status):
    """Voids are left to those who test them."""
    assert drawn(payments(), lambda payment: payment.status is status)


def test_payments_with_refunds_are_drawn():
    """In part and whole."""
    assert drawn(payments(), lambda found: found.refunded and found.refundable)
    assert drawn(payments(), lambda found: found.refunded and not found.refundable)


@given(payments("CAD"))
def test_a_payment_gives_back_no_more_than_it_took(payment):
    """Refunds in any state, together, never exceed the amount."""
    given_back = sum(o.amount.minor for o in payment.operations if o.kind is Kind.REFUND)

    assert given_back <= payment.amount.minor
    assert {o.owner for o in payment.operations} <= {payment.reference}
