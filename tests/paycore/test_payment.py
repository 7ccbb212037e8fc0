"""A payment is computed from its operations: status, sums, and what the payer has to do."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.methods import Redirect
from paycore.money import Money
from paycore.operation import Operation
from paycore.payment import Payment, PaymentStatus
from paycore.report import Decline, Instrument
from paycore.states import OPEN, Kind, State
from paycore.testing.strategies import operations, payments

S, P = State, PaymentStatus
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = Redirect("https://pay.example/1")
NOTHING, WHOLE = Money(0, "CAD"), Money(1500, "CAD")
GIVES_BACK = OPEN | {S.SUCCEEDED}

STATUS = {
    S.RESERVED: P.PROCESSING,
    S.SUBMITTING: P.PROCESSING,
    S.PENDING: P.PROCESSING,
    S.UNKNOWN: P.UNKNOWN,
    S.AUTHORIZED: P.AUTHORIZED,
    S.SUCCEEDED: P.PAID,
    S.DECLINED: P.FAILED,
    S.NOT_EXECUTED: P.FAILED,
    S.EXPIRED: P.EXPIRED,
    S.NOT_SENT: P.NEW,
}
"""What one attempt alone makes of a payment."""


def operation(kind, state, id_="c-1", minor=1500, **more):
    return Operation(
        id=id_,
        kind=kind,
        owner="order-1",
        key=id_,
        fingerprint="f",
        reference=id_,
        method="HostedPage",
        amount=Money(minor, "CAD"),
        state=state,
        created_at=NOW,
        updated_at=NOW,
        **{"account": "cards", "charge": "c-1" if kind.gives_back else "", **more},
    )


def charge(state=S.SUCCEEDED, id_="c-1", **more):
    return operation(Kind.CHARGE, state, id_, **more)


def refund(minor, state=S.SUCCEEDED, id_="r-1", **more):
    return operation(Kind.REFUND, state, id_, minor, **more)


def void(state=S.SUCCEEDED, id_="v-1", **more):
    return operation(Kind.VOID, state, id_, **more)


def payment(*of):
    return Payment("order-1", WHOLE, of, NOW)


# Status


def test_a_payment_without_attempts_is_new():
    """Nothing was tried, nothing is owed."""
    new = payment()

    assert (new.status, new.paid, new.charge, new.captured, new.open_charge) == (
        (P.NEW, False, None, None, None)
    )
    assert (new.refunded, new.reserved, new.refundable) == (NOTHING, NOTHING, NOTHING)
    assert (new.account, new.review) == ("", "")
    assert (new.next_action, new.instrument, new.decline) == (None, None, None)


@pytest.mark.parametrize("state", State)
def test_one_attempt_decides_alone(state):
    """Each state of the only attempt has its status; every state is in the table."""
    assert payment(charge(state)).status is STATUS[state]
    assert payment(charge(state)).paid == (state is S.SUCCEEDED)


def test_a_payer_who_has_to_act_is_awaited():
    """A pending attempt with something to do; one without is being processed."""
    assert payment(charge(S.PENDING, next_action=PAGE)).status is P.AWAITING_PAYER
    assert payment(charge(S.PENDING)).status is P.PROCESSING


@pytest.mark.parametrize(("first", "second"), list(product(State, State)))
def test_of_two_attempts_the_one_that_matters_decides(first, second):
    """Captured, held, open, else the last that left us, in this order; NOT_SENT never counts."""
    states = [state for state in (first, second) if state is not S.NOT_SENT]
    if S.SUCCEEDED in states:
        wanted = P.PAID
    elif S.AUTHORIZED in states:
        wanted = P.AUTHORIZED
    elif is_open := [state for state in states if state in OPEN]:
        wanted = STATUS[is_open[-1]]
    else:
        wanted = STATUS[states[-1]] if states else P.NEW

    assert payment(charge(first), charge(second, "c-2")).status is wanted


@pytest.mark.parametrize("first", State)
def test_a_capture_makes_it_paid_and_an_open_attempt_undecided(first):
    """Whatever else was tried, before or after: all combinations of three attempts."""
    for second, third in product(State, State):
        tried = payment(charge(first), charge(second, "c-2"), charge(third, "c-3"))
        states = {first, second, third}

        assert tried.paid == (S.SUCCEEDED in states)
        assert (tried.open_charge is not None) == bool(OPEN & states)
        if not tried.paid and OPEN & states:
            assert tried.status in {P.PROCESSING, P.AUTHORIZED, P.UNKNOWN}


@pytest.mark.parametrize(("kind", "state"), list(product([Kind.REFUND, Kind.VOID], State)))
def test_only_a_void_that_succeeded_takes_a_payment_back(kind, state):
    """Refunds leave it PAID, whole refunds too; an open or failed void changes nothing."""
    given_back = payment(charge(), operation(kind, state, "b-1"))

    assert given_back.status is (P.VOIDED if (kind, state) == (Kind.VOID, S.SUCCEEDED) else P.PAID)
    assert given_back.paid == (given_back.status is P.PAID)


@pytest.mark.parametrize("state", State)
def test_what_gives_back_never_makes_a_status(state):
    """Without a captured charge, refunds and voids say nothing of the payment."""
    assert payment(refund(1500, state)).status is P.NEW
    assert payment(charge(S.DECLINED), void(state)).status is P.FAILED


def test_a_void_takes_back_only_its_own_charge():
    """Of two attempts that were both captured, voiding one leaves the payment paid by the other."""
    twice = charge(), charge(id_="c-2")
    one = payment(*twice, void())
    both = payment(*twice, void(), void(id_="v-2", charge="c-2"))

    assert (one.status, one.captured.id, one.refundable) == (P.PAID, "c-2", WHOLE)
    assert (both.status, both.refundable) == (P.VOIDED, NOTHING)


# Which attempt


def test_the_captured_attempt_decides_on_everything():
    """Its account, its card; what other attempts did is history."""
    declined = charge(S.DECLINED, account="old", decline=Decline())
    card = Instrument("4111111111111111")
    paid = payment(declined, charge(id_="c-2", account="new", instrument=card))

    assert (paid.charge.id, paid.account, paid.instrument, paid.decline) == (
        ("c-2", "new", card, None)
    )


def test_a_late_success_decides_over_a_newer_attempt():
    """The money is where it was captured, whatever was tried since."""
    late = payment(charge(late=True), charge(S.DECLINED, "c-2"))

    assert late.charge.id == late.captured.id == "c-1"


def test_an_open_attempt_decides_over_a_later_failure():
    """It may still succeed."""
    assert payment(charge(S.UNKNOWN), charge(S.DECLINED, "c-2")).charge.id == "c-1"


def test_the_newest_of_several_open_attempts_is_shown():
    """A superseded page stays open beside its successor; the payer is sent to the newer one."""
    old, new = Redirect("https://pay.example/old"), Redirect("https://pay.example/new")
    shown = payment(charge(S.PENDING, next_action=old), charge(S.PENDING, "c-2", next_action=new))

    assert shown.next_action == new
    assert shown.status is P.AWAITING_PAYER


def test_the_reason_is_the_last_attempts():
    """Why it was declined, for the one that was tried last."""
    first, last = Decline(provider_code="1"), Decline(provider_code="2")
    tried = payment(charge(S.DECLINED, decline=first), charge(S.DECLINED, "c-2", decline=last))

    assert tried.decline == last


def test_a_flag_on_any_operation_is_the_payments():
    """A refund that contradicts itself is a reason to look at the payment."""
    assert payment(charge(), refund(1, review="look")).review == "look"
    assert payment(charge(), refund(1)).review == ""


# Sums


@pytest.mark.parametrize(("first", "second"), list(product(State, State)))
def test_sums_by_the_states_of_two_refunds(first, second):
    """SUCCEEDED is refunded, open is reserved, everything else gives nothing back."""
    held = payment(charge(), refund(400, first, "r-1"), refund(700, second, "r-2"))
    parts = {"r-1": (400, first), "r-2": (700, second)}.values()
    refunded = sum(minor for minor, state in parts if state is S.SUCCEEDED)
    reserved = sum(minor for minor, state in parts if state in OPEN)

    assert held.refunded == Money(refunded, "CAD")
    assert held.reserved == Money(reserved, "CAD")
    assert held.refundable == Money(1500 - refunded - reserved, "CAD")


@pytest.mark.parametrize("state", State)
def test_nothing_is_refundable_beside_a_void_that_may_be_done(state):
    """One remedy for each cent: an open void holds all of it, a failed one lets it go."""
    held = payment(charge(), void(state))

    assert held.refundable == (NOTHING if state in GIVES_BACK else WHOLE)
    assert held.reserved == (WHOLE if state in OPEN else NOTHING)
    assert held.refunded == NOTHING


@pytest.mark.parametrize("state", [state for state in State if state is not S.SUCCEEDED])
def test_nothing_is_refundable_that_was_not_captured(state):
    """Whatever else happened to it."""
    assert payment(charge(state)).refundable == NOTHING


@pytest.mark.parametrize(
    "more",
    [
        [refund(1500), refund(1500, id_="r-2")],
        [refund(1501)],
        [refund(500), void(S.PENDING)],
        [refund(500), void()],
        [operation(Kind.VOID, S.SUCCEEDED, "v-1", 100)],
        [void(), void(id_="v-2")],
    ],
)
def test_refundable_is_never_negative(more):
    """Whatever the provider's console gave back, asking raises nothing; a void takes all."""
    assert payment(charge(), *more).refundable == NOTHING


def test_two_captures_can_be_given_back_one_after_the_other():
    """When a payment was charged twice, each charge can be refunded whole, and no more."""
    twice = charge(), charge(id_="c-2")
    first = payment(*twice)
    second = payment(*twice, refund(1500))
    done = payment(*twice, refund(1500), refund(1500, id_="r-2", charge="c-2"))

    assert (first.captured.id, first.refundable) == ("c-1", WHOLE)
    assert (second.captured.id, second.refundable, second.status) == ("c-2", WHOLE, P.PAID)
    assert (done.captured.id, done.refundable, done.status) == ("c-1", NOTHING, P.PAID)


def test_a_refund_that_names_no_charge_counts_against_all():
    """The cautious reading of what an old book may hold."""
    assert payment(charge(), refund(500, charge="")).refundable == Money(1000, "CAD")
    assert payment(charge(), void(charge="")).status is P.VOIDED


@given(payments())
def test_the_sums_of_any_payment_add_up(drawn):
    """Captured is refunded, reserved and refundable together; nothing is negative or foreign."""
    sums = (drawn.refunded, drawn.reserved, drawn.refundable)

    assert all(amount.currency == drawn.amount.currency for amount in sums)
    if drawn.captured:
        taken = drawn.captured.taken or drawn.amount
        assert sum(amount.minor for amount in sums) == taken.minor
    else:
        assert sums[2].minor == 0


@given(payments())
def test_any_payment_has_one_word_for_its_status(drawn):
    """Every combination of operations has a status, and only PAID is paid."""
    assert isinstance(drawn.status, PaymentStatus)
    assert drawn.paid == (drawn.status is P.PAID)
    assert (drawn.status is P.AWAITING_PAYER) <= (drawn.next_action is not None)
    assert (drawn.charge is None) == (drawn.account == "")


@given(
    st.lists(operations(Kind.CHARGE, Kind.REFUND, Kind.VOID, amounts=st.just(WHOLE)), max_size=6)
)
def test_no_set_of_operations_breaks_a_payment(held):
    """Whatever a ledger holds, every property answers."""
    odd = payment(*held)

    assert NOTHING <= odd.refundable <= WHOLE
    assert odd.status in PaymentStatus
    assert (odd.captured is not None) == (odd.status in {P.PAID, P.VOIDED})


def test_a_payment_shows_no_metadata():
    """It is the application's, and may be about a person."""
    assert "canary" not in repr(Payment("o", WHOLE, (), NOW, {"note": "canary"}))
    assert Payment("o", WHOLE, (), NOW).metadata == {}


# What is held


def ending(kind, state=S.SUCCEEDED, id_="e-1", **more):
    return operation(kind, state, id_, **{"charge": "c-1", **more})


def test_a_hold_decides_before_what_is_open_beside_it():
    """A superseded page may be authorized all the same; one that is not superseded comes first."""
    old, new = charge(S.AUTHORIZED, superseded=True), charge(S.PENDING, "c-2")

    assert (payment(old, new).authorized, payment(old, new).charge) == (old, old)
    assert payment(old, charge(S.AUTHORIZED, "c-2")).authorized.id == "c-2"
    assert payment(old, charge(S.SUCCEEDED, "c-2")).charge.id == "c-2"


def test_what_is_held_beside_the_one_that_decides_is_spare():
    """Of two holds the superseded one, and any hold beside money that was taken and not voided."""
    old, new = charge(S.AUTHORIZED, superseded=True), charge(S.AUTHORIZED, "c-2")
    took, taken_back = charge(id_="c-2"), void(charge="c-2")

    assert payment(new).spare_holds == ()
    assert payment(old, new).spare_holds == (old,)
    assert payment(old, took).spare_holds == (old,)
    assert payment(old, took, taken_back).spare_holds == ()


def test_a_payment_is_not_voided_while_money_is_held():
    """One attempt was voided, another one holds money: that one decides now, to be released."""
    held, took = charge(S.AUTHORIZED), charge(id_="c-2")
    left = payment(held, took, void(charge="c-2"))

    assert (left.status, left.paid, left.charge) == (P.AUTHORIZED, False, held)
    assert (payment(held, took).status, payment(held, took).charge) == (P.PAID, took)
    also = charge(id_="c-3")
    assert payment(held, took, also, void(charge="c-2")).status is P.PAID
    gone = payment(charge(S.EXPIRED), took, void(charge="c-2"))
    assert (gone.status, gone.charge) == (P.VOIDED, took)


def test_each_attempt_has_its_own_left():
    """R32: what was taken of it, less what went back or may go back of it."""
    both = payment(charge(), charge(id_="c-2"), charge(S.PENDING, "c-3"), refund(500, charge="c-2"))

    assert (both.left("c-1"), both.left("c-2")) == (WHOLE, Money(1000, "CAD"))
    assert both.left("c-3") == both.left("nobody") == both.left("") == NOTHING


@pytest.mark.parametrize(("kind", "state"), list(product([Kind.CAPTURE, Kind.RELEASE], State)))
def test_what_takes_a_hold_is_a_capture(kind, state):
    """Of whatever attempt, open or done."""
    end = ending(kind, state, charge="c-9")
    takes = kind is Kind.CAPTURE and (state in OPEN or state is S.SUCCEEDED)

    assert payment(charge(S.EXPIRED), end).taking == (end if takes else None)


@pytest.mark.parametrize(("kind", "state"), list(product([Kind.CAPTURE, Kind.RELEASE], State)))
def test_the_end_of_a_hold_is_no_money_by_itself(kind, state):
    """Whatever became of it, the charge decides; nothing is reserved or given back."""
    held = payment(charge(S.AUTHORIZED), ending(kind, state))

    assert (held.status, held.paid) == (P.AUTHORIZED, False)
    assert (held.refundable, held.reserved, held.refunded) == (NOTHING, NOTHING, NOTHING)
    assert bool(held.ends_of_hold("c-1")) == (state in OPEN or state is S.SUCCEEDED)
    assert held.ends_of_hold("c-2") == ()


@pytest.mark.parametrize(("state", "ended"), list(product([S.EXPIRED, S.DECLINED], State)))
def test_a_hold_that_was_released_is_voided(state, ended):
    """Once the release surely did it; of another charge it says nothing."""
    release = ending(Kind.RELEASE, ended)
    voided = payment(charge(state), release)

    assert voided.status is (P.VOIDED if ended is S.SUCCEEDED else STATUS[state])
    assert payment(charge(state, "c-2"), release).status is STATUS[state]
    assert payment(charge(), release).status is P.PAID


def test_what_was_taken_is_what_can_be_given_back():
    """R32: of a part, the part, less what went back of it."""
    part = charge(hold_only=True, captured=Money(600, "CAD"))

    assert payment(part).refundable == Money(600, "CAD")
    assert payment(part, refund(200)).refundable == Money(400, "CAD")
    assert payment(part, refund(600)).refundable == NOTHING
