"""A refund, a void and a token are their operations, seen from outside."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given

from paycore.errors import LedgerError
from paycore.methods import StoredToken
from paycore.results import Refund, Token, Void
from paycore.states import Kind, State
from paycore.testing.strategies import operations


@given(operations(Kind.REFUND, Kind.VOID))
def test_a_refund_says_what_its_operation_says(operation):
    """Payment, key, amount, state and references, as the ledger holds them."""
    refund = Refund.of(operation)

    assert refund == Refund(
        payment=operation.owner,
        key=operation.key,
        amount=operation.amount,
        state=operation.state,
        reference=operation.reference,
        provider_reference=operation.provider_reference,
        account=operation.account,
        decline=operation.decline,
        review=operation.review,
    )
    assert refund.succeeded == (operation.state is State.SUCCEEDED)


@given(operations(Kind.VOID))
def test_a_void_is_a_refund_of_another_kind(operation):
    """Both are told apart, though they say the same."""
    void = Void.of(operation)

    assert isinstance(void, Refund)
    assert type(void) is Void
    assert void != Refund.of(operation)
    assert repr(void).startswith("Void(")


@given(operations(Kind.REFUND))
def test_what_gives_back_has_an_amount(operation):
    """A ledger that lost it is not believed; the payment is named."""
    with pytest.raises(LedgerError) as caught:
        Refund.of(replace(operation, amount=None))

    assert str(caught.value).startswith(f"{operation.owner}: ")


@given(operations(Kind.TOKEN))
def test_a_token_says_what_its_operation_says(operation):
    """Our reference, its account and state, and the payer's next step; never the provider's id."""
    token = Token.of(replace(operation, token="theirs"))

    assert token == Token(
        reference=operation.owner,
        account=operation.account,
        state=operation.state,
        next_action=operation.next_action,
        instrument=operation.instrument,
        decline=operation.decline,
        review=operation.review,
    )
    assert "theirs" not in repr(token)


@given(operations(Kind.TOKEN))
def test_a_token_is_charged_by_its_reference(operation):
    """Once it is stored, and not before, it can be used; its method names it."""
    token = Token.of(operation)

    assert token.method == StoredToken(operation.owner)
    assert token.usable == (operation.state is State.SUCCEEDED)


@given(operations(Kind.REFUND))
def test_results_never_change(operation):
    """They are frozen, voids included."""
    for result in (Refund.of(operation), Void.of(operation)):
        with pytest.raises(FrozenInstanceError):
            result.state = State.SUCCEEDED
