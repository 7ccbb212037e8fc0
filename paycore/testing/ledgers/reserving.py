"""What stands in the ledger before a byte leaves."""

from __future__ import annotations

from typing import Final

from paycore.errors import Conflict
from paycore.payment import PaymentStatus
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import (
    LEASE_S,
    NOW,
    Check,
    OpenLedger,
    after_s,
    cad,
    captured,
    intent,
    payment,
    recorded,
    refused,
    reserved,
    unsent,
)


def reserve_leaves_all_that_its_heirs_need(open_ledger: OpenLedger) -> None:
    """It stands as SUBMITTING, under a lease and a fence, as it was returned (R2)."""
    ledger = open_ledger()
    made = ledger.reserve(intent(method="hosted_page"), NOW)
    stands = ledger.operation(made.operation.id)

    assert made.fresh
    assert stands == made.operation
    assert (stands.state, stands.sent_at, stands.created_at) == (State.SUBMITTING, NOW, NOW)
    assert (stands.reference, stands.attempt, stands.sends, stands.fence) == ("o-1", 1, 1, 1)
    assert stands.lease_until == after_s(int(LEASE_S))
    assert (stands.amount, stands.method) == (cad(1500), "hosted_page")


def reserve_begins_the_payment(open_ledger: OpenLedger) -> None:
    """With the metadata of the first attempt, whatever they say."""
    ledger = open_ledger()
    said = {"cart": "7", "note": "żółć \N{SNOWMAN}"}
    reserved(ledger, intent(metadata=said))
    begun = payment(ledger)

    assert (begun.amount, begun.status) == (cad(1500), PaymentStatus.PROCESSING)
    assert (begun.metadata, begun.created_at) == (said, NOW)


def a_known_key_is_answered_from_the_books(open_ledger: OpenLedger) -> None:
    """R7: the stored operation is the answer, whatever became of it."""
    ledger = open_ledger()
    first = captured(ledger)
    again = ledger.reserve(intent(key="o-1"), after_s(5))

    assert (again.fresh, again.operation) == (False, first)


def a_key_means_one_thing(open_ledger: OpenLedger) -> None:
    """R7: other content is a conflict, and another kind is another key."""
    ledger = open_ledger()
    captured(ledger)

    assert refused(Conflict, lambda: ledger.reserve(intent(key="o-1", minor=2), NOW))
    assert refused(Conflict, lambda: ledger.reserve(intent(key="o-1", minor=2, owner="o-2"), NOW))
    assert ledger.reserve(intent(Kind.REFUND, "o-1", 2), NOW).fresh
    assert ledger.payment("o-2") is None


def a_key_never_sent_is_dispatched_again(open_ledger: OpenLedger) -> None:
    """Under the same name, so that the provider can tell; and with another fence."""
    ledger = open_ledger()
    first = reserved(ledger, intent())
    unsent(ledger, first)
    again = ledger.reserve(intent(nonce="another"), after_s(9))
    second = again.operation

    assert again.fresh
    assert (second.id, second.reference) == (first.id, first.reference)
    assert (second.sends, second.fence, second.attempt) == (2, 2, 1)
    assert (second.created_at, second.sent_at) == (NOW, after_s(9))
    assert (second.nonce, second.state) == (first.nonce, State.SUBMITTING)
    assert ledger.operation(first.id) == second


def one_charge_at_a_time(open_ledger: OpenLedger) -> None:
    """R6: none beside an open one, none after a paid one."""
    ledger = open_ledger()
    first = reserved(ledger, intent())
    for state in (State.PENDING, State.UNKNOWN, State.SUCCEEDED):
        assert refused(Conflict, lambda: ledger.reserve(intent(key="k-2"), NOW))
        recorded(ledger, first, state)

    assert refused(Conflict, lambda: ledger.reserve(intent(key="k-2"), NOW))
    assert ledger.operations("o-1", Kind.CHARGE) == (ledger.operation(first.id),)


def later_attempts_carry_their_number(open_ledger: OpenLedger) -> None:
    """order-2 is the second try at order."""
    ledger = open_ledger()
    recorded(ledger, reserved(ledger, intent()), State.DECLINED)
    second = reserved(ledger, intent(key="k-2"))

    assert (second.reference, second.attempt) == ("o-1-2", 2)
    assert [o.attempt for o in payment(ledger).operations] == [1, 2]


def tokens_belong_to_no_payment(open_ledger: OpenLedger) -> None:
    """Even where a payment has their name; and one is stored at a time."""
    ledger = open_ledger()
    token = reserved(ledger, intent(Kind.TOKEN, minor=None))
    unknown = ledger.payment("o-1")
    reserved(ledger, intent(account="other"))
    twice = refused(Conflict, lambda: ledger.reserve(intent(Kind.TOKEN, "t-2", None), NOW))
    stored = recorded(ledger, token, token="card-7")  # noqa: S106

    assert unknown is None
    assert twice
    assert [o.kind for o in payment(ledger).operations] == [Kind.CHARGE]
    assert ledger.operations("o-1", Kind.TOKEN) == (stored,)
    assert (stored.token, stored.amount) == ("card-7", None)
    assert refused(Conflict, lambda: ledger.reserve(intent(Kind.TOKEN, "t-2", None), NOW))


CHECKS: Final[tuple[Check, ...]] = (
    reserve_leaves_all_that_its_heirs_need,
    reserve_begins_the_payment,
    a_known_key_is_answered_from_the_books,
    a_key_means_one_thing,
    a_key_never_sent_is_dispatched_again,
    one_charge_at_a_time,
    later_attempts_carry_their_number,
    tokens_belong_to_no_payment,
)
