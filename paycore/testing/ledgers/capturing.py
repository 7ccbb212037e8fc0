"""What is taken of a hold: once, as it was asked, and what can be given back of it."""

from __future__ import annotations

from typing import Final

from paycore.errors import Conflict, InvalidRequest
from paycore.ledger.protocol import Source
from paycore.payment import PaymentStatus
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import (
    NOW,
    Check,
    OpenLedger,
    cad,
    capturing,
    held,
    intent,
    payment,
    recorded,
    refused,
    releasing,
    reserved,
    taken,
    unsent,
)

TOLD: Final = frozenset({Source.RESPONSE, Source.QUERY, Source.NOTIFICATION})


def a_capture_moves_nothing_by_itself(open_ledger: OpenLedger) -> None:
    """Only the charge's own success does: then it is paid, and all of it can be given back."""
    ledger = open_ledger()
    charge = held(ledger)
    capture = capturing(ledger, None)
    done = recorded(ledger, capture)

    assert (capture.charge, capture.amount) == (charge.id, cad(1500))
    assert done.state is State.SUCCEEDED
    assert (payment(ledger).status, payment(ledger).refundable) == (
        (PaymentStatus.AUTHORIZED, cad(0))
    )
    paid = recorded(ledger, charge)
    assert (paid.state, paid.captured, payment(ledger).refundable) == (
        (State.SUCCEEDED, None, cad(1500))
    )
    assert ledger.reserve(intent(Kind.REFUND, "r-1", 1500), NOW).fresh


def what_was_taken_can_be_given_back(open_ledger: OpenLedger) -> None:
    """R32: of a part, that part and not a cent more; a void takes back just that."""
    ledger = open_ledger()
    charge = taken(ledger, 600)

    assert (charge.taken, charge.amount) == (cad(600), cad(1500))
    assert payment(ledger).refundable == cad(600)
    assert refused(InvalidRequest, lambda: ledger.reserve(intent(Kind.REFUND, "r", 601), NOW))
    part = recorded(ledger, reserved(ledger, intent(Kind.REFUND, "r-1", 1)), State.DECLINED)
    assert part.state is State.DECLINED
    assert reserved(ledger, intent(Kind.VOID, "v-1", None)).amount == cad(600)
    assert payment(ledger).refundable == cad(0)
    assert ledger.operation(charge.id).captured == cad(600)


def all_that_was_taken_is_refunded(open_ledger: OpenLedger) -> None:
    """R32: in two parts, and then nothing is left."""
    ledger = open_ledger()
    taken(ledger, 600)
    recorded(ledger, reserved(ledger, intent(Kind.REFUND, "r-1", 400)))
    rest = recorded(ledger, reserved(ledger, intent(Kind.REFUND, "r-2", None)))

    assert (rest.amount, payment(ledger).refunded) == (cad(200), cad(600))
    assert refused(Conflict, lambda: ledger.reserve(intent(Kind.REFUND, "r-3", 1), NOW))


def no_more_is_captured_than_is_held(open_ledger: OpenLedger) -> None:
    """Not by a cent, and a refusal leaves nothing."""
    ledger = open_ledger()
    assert refused(InvalidRequest, lambda: capturing(ledger))
    held(ledger)

    assert refused(InvalidRequest, lambda: capturing(ledger, 1501))
    assert ledger.by_key(Kind.CAPTURE, "c-1") is None
    assert capturing(ledger, 1500).state is State.SUBMITTING


def a_capture_that_failed_gives_way(open_ledger: OpenLedger) -> None:
    """To another one, under another key, of another amount, or to a release."""
    ledger = open_ledger()
    held(ledger)
    recorded(ledger, capturing(ledger), State.DECLINED)
    recorded(ledger, capturing(ledger, 700, "c-2"), State.DECLINED)

    assert releasing(ledger).state is State.SUBMITTING
    assert payment(ledger).status is PaymentStatus.AUTHORIZED


def a_capture_that_was_not_sent_is_sent_again(open_ledger: OpenLedger) -> None:
    """Under its own key and reference; not once another one took its place."""
    ledger = open_ledger()
    held(ledger)
    first = unsent(ledger, capturing(ledger, 700))
    again = capturing(ledger, 700)

    assert (again.id, again.reference, again.sends) == (first.id, first.reference, 2)
    unsent(ledger, again)
    recorded(ledger, releasing(ledger), State.UNKNOWN)
    assert refused(Conflict, lambda: capturing(ledger, 700))


def a_capture_key_has_one_meaning(open_ledger: OpenLedger) -> None:
    """R7: the stored result comes back, and another amount is a conflict."""
    ledger = open_ledger()
    held(ledger)
    first = recorded(ledger, capturing(ledger, 700))
    again = ledger.reserve(intent(Kind.CAPTURE, "c-1", 700), NOW)

    assert (again.operation, again.fresh) == (first, False)
    assert refused(Conflict, lambda: capturing(ledger, 701))


def only_our_own_capture_takes(open_ledger: OpenLedger) -> None:
    """A success that we never asked for, or of another amount, moves nothing and calls a person."""
    ledger = open_ledger()
    for number, source in enumerate(sorted(TOLD)):
        alone, other = f"alone-{number}", f"other-{number}"
        for owner in (alone, other):
            held(ledger, owner)
        reserved(ledger, intent(Kind.CAPTURE, f"c-{other}", 700, owner=other))
        for owner, minor in ((alone, 1500), (alone, 700), (other, 1500), (other, 699)):
            charge = payment(ledger, owner).operations[0]
            after = recorded(ledger, charge, source=source, amount=cad(minor))
            assert (after.state, after.captured) == (State.AUTHORIZED, None), (owner, source)
            assert after.review, (owner, source)
            assert payment(ledger, owner).refundable == cad(0)
        charge = payment(ledger, other).operations[0]
        assert recorded(ledger, charge, source=source, amount=cad(700)).captured == cad(700)


def a_capture_that_failed_took_nothing(open_ledger: OpenLedger) -> None:
    """What was asked for and declined is no reason to believe a success."""
    ledger = open_ledger()
    charge = held(ledger)
    recorded(ledger, capturing(ledger), State.DECLINED)
    after = recorded(ledger, charge, source=Source.QUERY)

    assert (after.state, bool(after.review)) == (State.AUTHORIZED, True)
    assert refused(Conflict, lambda: capturing(ledger, key="c-2"))


def after_a_capture_the_part_is_what_counts(open_ledger: OpenLedger) -> None:
    """R14: the hold is old news with its own amount; a success has to name what was taken."""
    ledger = open_ledger()
    charge = taken(ledger, 600)
    for state in (State.AUTHORIZED, State.PENDING, State.UNKNOWN):
        assert recorded(ledger, charge, state) == ledger.operation(charge.id)
    assert not recorded(ledger, charge, source=Source.QUERY, amount=cad(600)).review

    assert recorded(ledger, charge, source=Source.QUERY, amount=cad(1500)).review
    assert payment(ledger).refundable == cad(600)


def who_settles_a_hold_says_what_our_capture_took(open_ledger: OpenLedger) -> None:
    """By hand: what our capture asked for; without one, all of it."""
    ledger = open_ledger()
    for owner, part in (("o-1", cad(600)), ("o-2", None)):
        charge = held(ledger, owner)
        if part is not None:
            recorded(ledger, capturing(ledger, 600), State.UNKNOWN)
        settled = ledger.settle(charge.id, State.SUCCEEDED, "I saw it", charge.version, NOW)
        assert (settled.state, settled.captured) == (State.SUCCEEDED, part)
        assert payment(ledger, owner).refundable == (part or cad(1500))


CHECKS: Final[tuple[Check, ...]] = (
    a_capture_moves_nothing_by_itself,
    what_was_taken_can_be_given_back,
    all_that_was_taken_is_refunded,
    no_more_is_captured_than_is_held,
    a_capture_that_failed_gives_way,
    a_capture_that_was_not_sent_is_sent_again,
    a_capture_key_has_one_meaning,
    only_our_own_capture_takes,
    a_capture_that_failed_took_nothing,
    after_a_capture_the_part_is_what_counts,
    who_settles_a_hold_says_what_our_capture_took,
)
