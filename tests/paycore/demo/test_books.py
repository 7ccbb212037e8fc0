"""The two books: they agree only if every effect was asked for, and happened exactly once."""

from __future__ import annotations

from dataclasses import replace

import pytest

import paycore
from paycore import HostedPage, Money, StoredToken
from paycore.demo.books import Sums, compare
from paycore.simulators import Effect

PAID = Effect("charge", "o-1", "p-1", 1500, "CAD", "2026-01-01T00:00:00Z")
BACK = replace(PAID, kind="refund", reference="o-1-r1", amount_minor=500)


HELD = replace(PAID, reference="o-3", amount_minor=900)
FREED = replace(HELD, kind="void", reference="o-4")


@pytest.fixture
def holds():
    """Return two holds of 9.00 CAD: 4.00 of one was taken, the other was released."""
    token = StoredToken("tok_1")
    settings = {"ledger": "memory://", "accounts": {"a": {"provider": "fake"}}}
    with paycore.open_gateway(settings) as gateway:
        gateway.charge("o-3", Money(900, "CAD"), token, capture=False)
        gateway.charge("o-4", Money(900, "CAD"), token, capture=False)
        gateway.capture("o-3", Money(400, "CAD"), key="c")
        gateway.void("o-4", key="x")
        yield gateway.payments().payments


@pytest.fixture
def payments():
    """Return a payment of 15.00 CAD with 5.00 refunded, and a page that waits."""
    page = HostedPage("https://shop.example/thanks")
    settings = {"ledger": "memory://", "return_hosts": ["shop.example"]}
    settings |= {"accounts": {"a": {"provider": "fake"}}}
    with paycore.open_gateway(settings) as gateway:
        gateway.charge("o-1", Money(1500, "CAD"), page)
        gateway.query("o-1")
        gateway.refund("o-1", Money(500, "CAD"), key="r")
        gateway.charge("o-2", Money(700, "CAD"), page)
        yield gateway.payments().payments


def test_equal_books_agree(payments):
    """What we have and what moved are the same; a page that waits moved nothing."""
    books = compare(payments, [PAID, BACK])
    first, second = books.lines

    assert books.agree
    assert books.effects == 2
    assert first.ours == first.theirs == Sums(*(Money(m, "CAD") for m in (1500, 500, 0)))
    assert first.asked == ("charge 15.00 CAD", "refund 5.00 CAD")
    assert second.asked == ("charge 7.00 CAD, pending",)
    assert second.agrees


@pytest.mark.parametrize(
    "effects",
    [
        [PAID],
        [BACK],
        [],
        [PAID, PAID, BACK],
        [PAID, BACK, BACK],
        [PAID, replace(BACK, kind="void")],
        [PAID, replace(BACK, amount_minor=501)],
        [replace(PAID, currency="USD"), BACK],
        [PAID, BACK, replace(PAID, reference="o-2", amount_minor=700)],
    ],
)
def test_one_effect_too_few_too_many_or_other_is_noticed(payments, effects):
    """A missing, a second and a different effect each make the books differ."""
    books = compare(payments, effects)

    assert not books.agree
    assert not all(line.agrees for line in books.lines)


def test_an_effect_that_nobody_asked_for_is_extra(payments):
    """What moved under a reference that is not ours stands beside the payments."""
    stray = replace(PAID, reference="stray")
    books = compare(payments, [PAID, BACK, stray])

    assert books.extra == (stray,)
    assert all(line.agrees for line in books.lines)
    assert not books.agree


def test_of_a_hold_what_was_taken_and_what_was_released_is_compared(holds):
    """A capture moves its charge by what was taken; a release undoes the whole charge."""
    taken = replace(HELD, amount_minor=400)
    books = compare(holds, [taken, FREED])

    assert books.agree
    assert [line.ours.captured for line in books.lines] == [Money(400, "CAD"), Money(0, "CAD")]
    assert [line.ours.voided for line in books.lines] == [Money(0, "CAD"), Money(900, "CAD")]


@pytest.mark.parametrize("effects", [[HELD, FREED], [FREED], [replace(HELD, amount_minor=400)]])
def test_a_hold_that_was_taken_otherwise_is_noticed(holds, effects):
    """The whole instead of the part, nothing at all, or a release that never was."""
    assert not compare(holds, effects).agree
