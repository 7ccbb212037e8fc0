"""The memory ledger keeps the promises of its protocol, for all threads of a process."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from paycore.errors import Conflict, InvalidRequest, LedgerError
from paycore.ledger.memory import MemoryLedger
from paycore.ledger.protocol import InboxState, Intent, Source
from paycore.money import Money
from paycore.naming import Naming
from paycore.payment import PaymentStatus
from paycore.report import Conclusion, Notification, Report
from paycore.states import Kind, State
from paycore.wire.guard import in_transaction

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMING = Naming(frozenset("abcdefghijklmnopqrstuvwxyz0123456789-"), 12)
LEASE_S = 60.0


def cad(minor):
    return Money(minor, "CAD")


def after_s(seconds):
    return NOW + timedelta(seconds=seconds)


def intent(kind=Kind.CHARGE, key="k-1", minor=1500, **more):
    fields = {
        "owner": "o-1",
        "fingerprint": f"{kind.value} {minor}",
        "account": "main",
        "naming": NAMING,
        "lease_s": LEASE_S,
        "amount": None if minor is None else cad(minor),
        "nonce": f"nonce-{key}",
    }
    return Intent(kind=kind, key=key, **{**fields, **more})


@pytest.fixture
def ledger():
    return MemoryLedger()


def report(operation, state=State.SUCCEEDED, **more):
    fields = {"amount": operation.amount, "provider_reference": f"T-{operation.reference}"}
    return Report(operation.reference, state, **{**fields, **more})


def recorded(ledger, operation, state=State.SUCCEEDED, source=Source.RESPONSE, at=NOW, **more):
    return ledger.record(operation.id, report(operation, state, **more), source, at)


def unsent(ledger, operation):
    said = Conclusion(operation.reference, State.NOT_SENT)
    return ledger.record(operation.id, said, Source.RESPONSE, NOW, fence=operation.fence)


def captured(ledger, owner="o-1", minor=1500):
    reserved = ledger.reserve(intent(owner=owner, key=owner, minor=minor), NOW)
    return recorded(ledger, reserved.operation)


class TestReserve:
    """What stands in the ledger before a byte leaves."""

    def test_it_stands_as_submitting_under_a_lease(self, ledger):
        """With all that its dispatcher and its heirs need to know."""
        reserved = ledger.reserve(intent(), NOW)
        stands = ledger.operation(reserved.operation.id)

        assert reserved.fresh
        assert stands == reserved.operation
        assert (stands.state, stands.sent_at) == (State.SUBMITTING, NOW)
        assert (stands.reference, stands.attempt, stands.sends, stands.fence) == ("o-1", 1, 1, 1)
        assert stands.lease_until == after_s(LEASE_S)
        assert ledger.by_nonce("nonce-k-1") == stands

    def test_its_payment_stands_with_it(self, ledger):
        """The metadata are the first attempt's."""
        ledger.reserve(intent(metadata={"cart": "7"}), NOW)
        payment = ledger.payment("o-1")

        assert (payment.amount, payment.status) == (cad(1500), PaymentStatus.PROCESSING)
        assert payment.metadata == {"cart": "7"}

    def test_a_refusal_leaves_nothing(self, ledger):
        """Neither row nor payment."""
        with pytest.raises(InvalidRequest):
            ledger.reserve(intent(Kind.REFUND, "r-1"), NOW)

        assert ledger.by_key(Kind.REFUND, "r-1") is None
        assert ledger.payment("o-1") is None

    def test_a_known_key_is_not_fresh(self, ledger):
        """The stored operation is the answer."""
        first = ledger.reserve(intent(), NOW)
        again = ledger.reserve(intent(), after_s(5))

        assert (again.fresh, again.operation) == (False, first.operation)

    def test_a_key_never_sent_is_dispatched_again(self, ledger):
        """Under the same name, so that the provider can tell; and with another fence."""
        first = ledger.reserve(intent(), NOW).operation
        unsent(ledger, first)
        again = ledger.reserve(intent(nonce="another"), after_s(9))
        second = again.operation

        assert again.fresh
        assert (second.id, second.reference) == (first.id, first.reference)
        assert (second.sends, second.fence, second.attempt) == (2, 2, 1)
        assert (second.created_at, second.sent_at) == (NOW, after_s(9))
        assert second.nonce == first.nonce

    def test_a_refund_reserves_its_money(self, ledger):
        """Open, it is not there for another; all that is left is what is left at that moment."""
        charge = captured(ledger)
        ledger.reserve(intent(Kind.REFUND, "r-1", 400), NOW)
        rest = ledger.reserve(intent(Kind.REFUND, "r-2", None), NOW).operation

        assert rest.amount == cad(1100)
        assert rest.charge == charge.id
        assert ledger.payment("o-1").refundable == cad(0)

    def test_a_refund_never_sent_reserves_again(self, ledger):
        """What is left may be less by then."""
        captured(ledger)
        first = ledger.reserve(intent(Kind.REFUND, "r-1", None), NOW).operation
        unsent(ledger, first)
        ledger.reserve(intent(Kind.REFUND, "r-2", 1000), NOW)
        again = ledger.reserve(intent(Kind.REFUND, "r-1", None), NOW).operation

        assert (first.amount, again.amount) == (cad(1500), cad(500))
        assert again.reference == first.reference

    def test_no_name_is_used_twice(self, ledger):
        """Readable while it is free and allowed, one namespace for all kinds and accounts."""
        captured(ledger, "o-1")
        reserve = lambda *a, **m: ledger.reserve(intent(*a, **m), NOW).operation.reference  # noqa: E731
        taken = [
            "o-1",
            reserve(Kind.REFUND, "r-1", 1),
            reserve(Kind.REFUND, "r-2", 1),
            reserve(Kind.TOKEN, "t-1", None, owner="o-1-r1"),
            reserve(owner="o-1-r2", key="c-2"),
            reserve(owner="a name too long", key="c-3"),
        ]

        assert taken[:3] == ["o-1", "o-1-r1", "o-1-r2"]
        assert len(set(taken)) == len(taken)
        assert all(NAMING.allows(name) for name in taken)
        assert reserve(owner="o-1-r1", key="c-4", account="other") not in taken
        assert reserve(owner="b-1", key="c-5", account="other") == "b-1"

    def test_later_attempts_carry_their_number(self, ledger):
        """order-2 is the second try at order."""
        first = ledger.reserve(intent(), NOW).operation
        recorded(ledger, first, State.DECLINED)
        second = ledger.reserve(intent(key="k-2"), NOW).operation

        assert (second.reference, second.attempt) == ("o-1-2", 2)


class TestRecord:
    """One funnel for all that is heard."""

    def test_evidence_and_state_go_together(self, ledger):
        """Both are there, and the lease is over."""
        operation = ledger.reserve(intent(), NOW).operation
        after = recorded(ledger, operation, raw={"status": 2}, at=after_s(3))
        seen = ledger.evidence(operation.id)

        assert ledger.operation(operation.id) == after
        assert (after.state, after.updated_at, after.lease_until) == (
            State.SUCCEEDED,
            after_s(3),
            None,
        )
        assert [(e.source, e.reported, e.fields, e.at) for e in seen] == [
            (Source.RESPONSE, "succeeded", {"status": 2}, after_s(3))
        ]

    def test_who_holds_an_older_fence_leaves_evidence_only(self, ledger):
        """R39: whoever came back from the dead moves nothing; its success is told."""
        first = ledger.reserve(intent(), NOW).operation
        unsent(ledger, first)
        second = ledger.reserve(intent(), NOW).operation
        after = ledger.record(first.id, report(first), Source.RESPONSE, NOW, fence=first.fence)

        assert after == replace(second, review=after.review, version=second.version + 1)
        assert "given up" in after.review
        assert [e.reported for e in ledger.evidence(first.id)] == ["not_sent", "succeeded"]

    def test_news_that_is_old_touches_nothing(self, ledger):
        """Not even the time of the last change."""
        operation = captured(ledger)

        assert recorded(ledger, operation, at=after_s(9)) == operation

    def test_a_report_about_nothing_is_refused(self, ledger):
        """The ledger has to know what it records."""
        with pytest.raises(LedgerError):
            ledger.record("nobody", Report("x", State.UNKNOWN), Source.QUERY, NOW)

        assert ledger.evidence("nobody") == ()

    def test_the_books_are_compared(self, ledger):
        """S38: a query that leaves less to refund than we know of raises the flag."""
        charge = captured(ledger)

        after = recorded(ledger, charge, source=Source.QUERY, refundable=cad(1))

        assert after.review
        with pytest.raises(Conflict):
            ledger.reserve(intent(Kind.REFUND, "r-1", 1), NOW)


class TestAsking:
    """Who asks the provider, and how often."""

    def test_a_check_is_claimed_once_in_its_gap(self, ledger):
        """Whichever way the clock went meanwhile (R52)."""
        operation = ledger.reserve(intent(), NOW).operation
        claims = [
            ledger.claim_check(operation.id, after_s(at), 30) for at in (0, 29, -29, 30, 31, -3600)
        ]

        assert claims == [True, False, False, True, False, True]
        assert ledger.operation(operation.id).checks == 3
        assert ledger.claim_check(operation.id, after_s(-3600), 0)

    def test_what_is_due_is_open_and_free(self, ledger):
        """Whose dispatcher may be at work is left alone until its lease ran out."""
        submitting = ledger.reserve(intent(owner="o-1", key="1"), NOW).operation
        pending = recorded(
            ledger, ledger.reserve(intent(owner="o-2", key="2"), NOW).operation, State.PENDING
        )
        captured(ledger, "o-3")

        assert ledger.due(NOW, None) == []
        assert ledger.due(NOW, None, ahead=True) == ledger.due(after_s(18), None) == [pending]
        assert ledger.due(after_s(LEASE_S), None) == [pending, submitting]
        assert ledger.due(after_s(LEASE_S), None, ahead=True) == [pending, submitting]

    def test_who_waited_longest_comes_first(self, ledger):
        """A limit starves nobody."""
        for number in range(4):
            reserved = ledger.reserve(intent(owner=f"o-{number}", key=str(number)), NOW)
            recorded(ledger, reserved.operation, State.UNKNOWN)
        seen = []
        for at in (20, 21, 72, 73):
            for operation in ledger.due(after_s(at), 2):
                ledger.claim_check(operation.id, after_s(at), 0)
                seen.append(operation.owner)

        everybody = Counter(f"o-{n}" for n in range(4))
        assert Counter(seen[:4]) == Counter(seen[4:]) == everybody


class TestPages:
    """Payments, page by page."""

    def owners(self, ledger, **asked):
        page = ledger.payments(
            **{"status": None, "account": None, "limit": 9, "after": "", **asked}
        )
        return [payment.reference for payment in page.payments], page.after

    def test_pages_follow_each_other(self, ledger):
        """Oldest first; the last one says that it is the last."""
        for number in range(5):
            captured(ledger, f"o-{number}")

        assert self.owners(ledger, limit=2) == (["o-0", "o-1"], "o-1")
        assert self.owners(ledger, limit=2, after="o-1") == (["o-2", "o-3"], "o-3")
        assert self.owners(ledger, limit=2, after="o-3") == (["o-4"], "")
        assert self.owners(ledger, limit=5) == ([f"o-{n}" for n in range(5)], "")

    def test_only_what_is_asked_for(self, ledger):
        """By status, by account."""
        captured(ledger, "o-1")
        ledger.reserve(intent(owner="o-2", key="2", account="other"), NOW)

        assert self.owners(ledger, status=PaymentStatus.PAID) == (["o-1"], "")
        assert self.owners(ledger, account="other") == (["o-2"], "")
        assert self.owners(ledger, account="other", status=PaymentStatus.PAID) == ([], "")


def test_tokens_belong_to_no_payment(ledger):
    """Even where a payment has their name."""
    token = ledger.reserve(intent(Kind.TOKEN, minor=None), NOW).operation
    unknown = ledger.payment("o-1")
    ledger.reserve(intent(), NOW)

    assert unknown is None
    assert [o.kind for o in ledger.payment("o-1").operations] == [Kind.CHARGE]
    assert ledger.operations("o-1", Kind.TOKEN) == (token,)


def test_messages_are_kept_and_marked(ledger):
    """The inbox, by state and by whom it speaks about."""
    operation = captured(ledger)
    row = ledger.keep("main", "d", Notification(report(operation), b"thanks"), NOW)
    ledger.mark(row.id, InboxState.PARKED, "early", NOW)

    assert [r.reason for r in ledger.parked("main", operation.reference)] == ["early"]
    assert ledger.messages(state=InboxState.PARKED) == ledger.messages() != ()
    assert ledger.messages(state=InboxState.APPLIED) == ()


def test_nothing_can_be_sent_inside_a_transaction(ledger):
    """R3: the network can see that one is open, and only while it is."""
    seen = []

    class Nosy(Report):
        def __getattribute__(self, name):
            if name == "raw":
                seen.append(in_transaction.get())
            return super().__getattribute__(name)

    operation = ledger.reserve(intent(), NOW).operation
    said = Nosy(operation.reference, State.UNKNOWN)
    seen.clear()
    ledger.record(operation.id, said, Source.RESPONSE, NOW)

    assert seen == [True]
    assert not in_transaction.get()


def test_a_transaction_that_fails_is_over(ledger):
    """Its mark does not stay behind."""
    with pytest.raises(InvalidRequest):
        ledger.reserve(intent(Kind.REFUND, "r-1"), NOW)

    assert not in_transaction.get()


def test_closing_twice_is_fine(ledger):
    """There is nothing to let go of."""
    ledger.close()
    ledger.close()

    assert ledger.payment("o-1") is None


def at_once(work, items):
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(work, items))


def test_sixteen_threads_reserve_one_key_once(ledger):
    """R7: one of them dispatches, all of them get the same operation."""
    reserved = at_once(lambda _: ledger.reserve(intent(), NOW), range(64))

    assert sum(each.fresh for each in reserved) == 1
    assert len({each.operation.id for each in reserved}) == 1


def test_sixteen_threads_never_reserve_more_than_there_is(ledger):
    """R32: 64 refunds of a tenth; ten get it."""
    captured(ledger)

    def refund(number):
        try:
            ledger.reserve(intent(Kind.REFUND, f"r-{number}", 150), NOW)
        except (Conflict, InvalidRequest):
            return False
        return True

    assert sum(at_once(refund, range(64))) == 10
    assert ledger.payment("o-1").reserved == cad(1500)


def test_sixteen_threads_claim_a_check_once(ledger):
    """One of them asks."""
    operation = captured(ledger)

    assert sum(at_once(lambda _: ledger.claim_check(operation.id, NOW, 30), range(64))) == 1
