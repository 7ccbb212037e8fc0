"""Every outcome has a word and an exit code, and no provider's text reaches a terminal raw."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from paycore import Kind, Money, Operation, Payment, PaymentStatus, Redirect, Refund, State, Token
from paycore.cli import outcomes
from paycore.cli.failing import DECLINED, REFUSED, UNKNOWN, Failure
from paycore.cli.output import STYLES
from paycore.report import Decline, DeclineCode

AT = datetime(2026, 1, 1, tzinfo=UTC)
CODES = {
    State.RESERVED: UNKNOWN,
    State.SUBMITTING: UNKNOWN,
    State.PENDING: UNKNOWN,
    State.UNKNOWN: UNKNOWN,
    State.SUCCEEDED: 0,
    State.DECLINED: DECLINED,
    State.NOT_EXECUTED: DECLINED,
    State.EXPIRED: DECLINED,
}


def operation(state, kind=Kind.CHARGE, **more):
    """Return one operation in that state."""
    money = None if kind is Kind.TOKEN else Money(1500, "CAD")
    made = Operation(
        "id-1", kind, "o-1", "k-1", "f", "cards", "o-1", "hosted_page", money, state, AT, AT
    )
    return replace(made, **more)


def code_of(judge, *words, **more):
    """Return what a command would exit with."""
    try:
        judge(*words, **more)
    except Failure as failure:
        return failure.exit_code
    return 0


def test_every_status_and_state_has_a_sign_and_words():
    """Signs that there are, and no two states told alike."""
    assert set(outcomes.STATUS) == set(PaymentStatus)
    assert set(outcomes.STATE) == set(State)
    assert {verdict for verdict, _ in outcomes.STATE.values()} <= set(STYLES)
    assert len({words for _, words in outcomes.STATE.values()}) == len(State)


@pytest.mark.parametrize(("state", "code"), CODES.items(), ids=str)
def test_every_state_has_its_code(state, code):
    """The same for charge, refund and stored card: only a success is 0."""
    payment = Payment("o-1", Money(1500, "CAD"), (operation(state),), AT)

    assert code_of(outcomes.judge_payment, payment) == code
    assert code_of(outcomes.judge_given_back, "refund", Refund.of(operation(state))) == code
    assert code_of(outcomes.judge_token, Token.of(operation(state, Kind.TOKEN))) == code


@pytest.mark.parametrize("state", [State.SUBMITTING, State.PENDING, State.UNKNOWN])
def test_a_payment_is_not_over_while_a_refund_of_it_is_not(state):
    """Whoever asks how it stands hears of it; who typed the charge got what was asked for."""
    both = (operation(State.SUCCEEDED), operation(state, Kind.REFUND, id="id-2"))
    payment = Payment("o-1", Money(1500, "CAD"), both, AT)

    assert code_of(outcomes.judge_payment, payment) == UNKNOWN
    assert code_of(outcomes.judge_payment, payment, opened=True) == 0


@pytest.mark.parametrize("operations", [(), (operation(State.NOT_SENT),)])
def test_what_never_left_may_be_tried_again(operations):
    """Exit code 1: nothing moved."""
    payment = Payment("o-1", Money(1500, "CAD"), operations, AT)

    assert code_of(outcomes.judge_payment, payment) == REFUSED


@pytest.mark.parametrize(
    ("judge", "done"),
    [
        (outcomes.judge_token, Token.of(operation(State.NOT_SENT, Kind.TOKEN))),
        (partial(outcomes.judge_given_back, "refund"), Refund.of(operation(State.NOT_SENT))),
    ],
    ids=["token", "refund"],
)
def test_whatever_never_left_may_be_tried_again_with_its_key(judge, done):
    """Exit code 1; another key would be another attempt, and none was made."""
    with pytest.raises(Failure, match="was never sent; the same --key may try again") as failed:
        judge(done)

    assert (failed.value.name, failed.value.exit_code) == ("NotSent", REFUSED)


def test_an_open_page_is_what_a_charge_was_typed_for():
    """0 where it was opened just now, 3 where somebody asks how it stands."""
    waits = operation(State.PENDING, next_action=Redirect("https://fake.example/pay"))
    payment = Payment("o-1", Money(1500, "CAD"), (waits,), AT)
    token = Token.of(replace(waits, kind=Kind.TOKEN))

    assert code_of(outcomes.judge_payment, payment, opened=True) == 0
    assert code_of(outcomes.judge_payment, payment) == UNKNOWN
    assert code_of(outcomes.judge_token, token, opened=True) == 0
    assert code_of(outcomes.judge_token, token) == UNKNOWN


def test_a_failed_payment_is_told_by_its_last_attempt():
    """Declined and never executed are two things."""
    for state, word in ((State.DECLINED, "declined"), (State.NOT_EXECUTED, "not executed")):
        payment = Payment("o-1", Money(1500, "CAD"), (operation(state),), AT)
        assert outcomes.words(payment) == ("failed", word)


def test_why_it_was_declined_is_told_in_both_words():
    """Ours and the provider's; nothing where nobody said."""
    assert outcomes.why(Decline(DeclineCode.EXPIRED_CARD, "54")) == (
        "expired_card, the provider says 54"
    )
    assert outcomes.why(Decline(DeclineCode.EXPIRED_CARD)) == "expired_card"
    assert outcomes.why(None) == ""
