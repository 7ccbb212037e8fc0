"""What may be reserved, and what a report may do, whichever ledger keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from paycore.errors import Conflict, InvalidRequest
from paycore.ledger.admission import admitted, reserved_amount
from paycore.ledger.protocol import Intent, Source
from paycore.ledger.rules import books_differ, concluded
from paycore.money import Money
from paycore.naming import Naming
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Conclusion, Report
from paycore.states import FINAL, OPEN, Kind, State

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FULL = Money(1500, "CAD")
SETTLED = sorted(FINAL - {State.SUCCEEDED})


def cad(minor):
    return Money(minor, "CAD")


def intent(kind=Kind.CHARGE, key="k-1", amount=FULL, **more):
    fields = {"owner": "o-1", "fingerprint": "f", "account": "main", "lease_s": 30.0}
    return Intent(
        kind=kind, key=key, amount=amount, naming=Naming(frozenset("o-1"), 9), **fields, **more
    )


def operation(kind=Kind.CHARGE, state=State.SUCCEEDED, amount=FULL, **more):
    fields = {
        "id": f"{kind.value}-{more.get('key', 'k-1')}",
        "key": "k-1",
        "owner": "o-1",
        "fingerprint": "f",
        "account": "main",
        "reference": f"w-{kind.value}-{more.get('key', 'k-1')}",
        "method": "",
        "charge": "charge-k-1" if kind.gives_back else "",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Operation(**{**fields, "kind": kind, "state": state, "amount": amount, **more})


def payment(*operations):
    return Payment("o-1", FULL, operations, NOW)


CHARGED = operation()


class TestAdmitted:
    """Which intents may be dispatched."""

    def test_a_new_payment_is(self):
        """Nothing stands in the way of the first attempt."""
        assert admitted(intent(), None, None, ())

    @pytest.mark.parametrize("state", [s for s in State if s is not State.NOT_SENT])
    def test_a_known_key_is_answered_by_what_is_stored(self, state):
        """Whatever became of it, unless not one byte left us."""
        known = operation(state=state)

        assert not admitted(intent(), known, payment(known), [known])

    def test_a_key_that_was_never_sent_is(self):
        """NOT_SENT is over: the same key may try again."""
        known = operation(state=State.NOT_SENT)

        assert admitted(intent(), known, payment(known), [known])

    @pytest.mark.parametrize("state", State)
    def test_a_key_stands_for_one_thing_for_ever(self, state):
        """The same key with other content is refused, whatever became of it."""
        known = operation(state=state, fingerprint="other")

        with pytest.raises(Conflict, match="key"):
            admitted(intent(), known, payment(known), [known])

    @pytest.mark.parametrize("state", sorted(OPEN))
    def test_no_second_attempt_while_one_is_open(self, state):
        """R6: the first may still succeed."""
        first = operation(state=state)

        with pytest.raises(Conflict, match=state.value):
            admitted(intent(key="k-2"), None, payment(first), [first])

    @pytest.mark.parametrize("state", [*SETTLED, State.NOT_SENT])
    def test_a_new_attempt_follows_one_that_failed(self, state):
        """Another key is another attempt."""
        first = operation(state=state)

        assert admitted(intent(key="k-2"), None, payment(first), [first])

    def test_nobody_pays_twice(self):
        """A paid payment takes no attempt, and a key that was never sent is no exception."""
        unsent = operation(state=State.NOT_SENT, key="k-2")
        books = payment(CHARGED, unsent)

        for known in (None, unsent):
            with pytest.raises(Conflict, match="paid"):
                admitted(intent(key="k-2"), known, books, [CHARGED])

    def test_a_reference_names_one_amount_for_ever(self):
        """Another amount is another payment."""
        first = operation(state=State.DECLINED)

        with pytest.raises(Conflict, match="amount"):
            admitted(intent(key="k-2", amount=cad(1)), None, payment(first), [first])

    def test_what_a_provider_has_although_we_never_sent_it_waits_for_a_person(self):
        """NOT_SENT under review is no licence to try again, with whatever key."""
        unsent = operation(state=State.NOT_SENT, review="succeeded reported after not_sent")

        for known in (None, unsent):
            with pytest.raises(Conflict, match="review"):
                admitted(intent(), known, payment(unsent), [unsent])

    @pytest.mark.parametrize("state", [*sorted(OPEN), State.SUCCEEDED])
    def test_a_token_is_stored_once(self, state):
        """While one is stored or may be, no second is made under its name."""
        first = operation(Kind.TOKEN, state, None)

        with pytest.raises(Conflict, match=state.value):
            admitted(intent(Kind.TOKEN, "k-2", None), None, None, [first])

    @pytest.mark.parametrize("state", [*SETTLED, State.NOT_SENT])
    def test_a_token_that_failed_is_tried_again(self, state):
        """Another key is another attempt."""
        first = operation(Kind.TOKEN, state, None)

        assert admitted(intent(Kind.TOKEN, "k-2", None), None, None, [first])


class TestAdmittedReturns:
    """Which refunds and voids may be dispatched."""

    def test_part_of_a_charge_is(self):
        """Up to all of it."""
        for minor in (1, 1500):
            assert admitted(intent(Kind.REFUND, amount=cad(minor)), None, payment(CHARGED), ())

    @pytest.mark.parametrize("books", [None, payment(operation(state=State.PENDING))])
    def test_nothing_is_given_back_before_it_was_taken(self, books):
        """A payment that nobody knows, or that was not captured."""
        with pytest.raises(InvalidRequest):
            admitted(intent(Kind.REFUND), None, books, ())

    def test_never_more_than_is_left(self):
        """What open refunds may still give back is not left."""
        refund = operation(Kind.REFUND, State.UNKNOWN, cad(1000), key="r-1")

        with pytest.raises(InvalidRequest, match=r"5\.00 CAD"):
            admitted(intent(Kind.REFUND, amount=cad(501)), None, payment(CHARGED, refund), ())

    @pytest.mark.parametrize("kind", [Kind.REFUND, Kind.VOID])
    @pytest.mark.parametrize("taken", [Kind.REFUND, Kind.VOID])
    @pytest.mark.parametrize("state", [*sorted(OPEN), State.SUCCEEDED])
    def test_one_remedy_for_each_cent(self, kind, taken, state):
        """R34: void or refund, never both; an open one counts."""
        first = operation(taken, state, key="r-1")

        with pytest.raises(Conflict):
            admitted(intent(kind, "r-2", None), None, payment(CHARGED, first), ())

    @pytest.mark.parametrize("state", [*sorted(OPEN), State.SUCCEEDED])
    def test_a_void_is_whole(self, state):
        """Part of it was given back, or may be: what is left can only be refunded."""
        first = operation(Kind.REFUND, state, cad(1), key="r-1")

        with pytest.raises(Conflict, match="whole"):
            admitted(intent(Kind.VOID, "v-1", None), None, payment(CHARGED, first), ())

    def test_what_failed_stands_in_nobody_s_way(self):
        """Declined, not executed or never sent: its money is free again."""
        for state in (State.DECLINED, State.NOT_EXECUTED, State.NOT_SENT):
            first = operation(Kind.VOID, state, key="v-1")

            assert admitted(intent(Kind.REFUND), None, payment(CHARGED, first), ())

    def test_a_charge_under_review_gives_nothing_back(self):
        """S38: the books differ, so a person decides."""
        doubtful = replace(CHARGED, review="books differ")

        with pytest.raises(Conflict, match="books differ"):
            admitted(intent(Kind.REFUND), None, payment(doubtful), ())

    def test_a_late_success_can_be_given_back(self):
        """That is the usual thing to do with it."""
        late = replace(CHARGED, review="succeeded after declined", late=True)

        assert admitted(intent(Kind.REFUND), None, payment(late), ())

    def test_the_account_that_took_it_gives_it_back(self):
        """Another account's charge became the one with money left: nothing is sent elsewhere."""
        elsewhere = replace(CHARGED, account="other")

        with pytest.raises(Conflict, match="account"):
            admitted(intent(Kind.REFUND), None, payment(elsewhere), ())


def test_what_names_no_amount_reserves_all_that_is_left():
    """And what names one reserves that."""
    books = payment(CHARGED, operation(Kind.REFUND, State.UNKNOWN, cad(400), key="r-1"))

    assert reserved_amount(intent(Kind.REFUND, amount=None), books) == cad(1100)
    assert reserved_amount(intent(Kind.REFUND, amount=cad(3)), books) == cad(3)
    assert reserved_amount(intent(), None) == FULL
    assert reserved_amount(intent(Kind.TOKEN, amount=None), None) is None


def told(left=None, state=State.SUCCEEDED, **more):
    fields = {"reference": "w-charge-k-1", "amount": FULL, "refundable": left}
    return Report(state=state, **{**fields, **more})


class TestBooks:
    """Where the provider's books differ from ours."""

    @pytest.mark.parametrize("left", [None, FULL])
    def test_a_charge_nobody_gave_back_has_it_all(self, left):
        """Or the provider does not tell."""
        assert not books_differ(payment(CHARGED), CHARGED, told(left))

    @pytest.mark.parametrize("minor", [0, 1499, 1501])
    def test_a_cent_is_a_difference(self, minor):
        """More or less, captured or about to be."""
        for charge in (CHARGED, replace(CHARGED, state=State.UNKNOWN)):
            assert books_differ(payment(charge), charge, told(cad(minor)))

    @pytest.mark.parametrize(("minor", "differs"), [(999, 1), (1000, 0), (1500, 0), (1501, 1)])
    def test_what_is_open_may_have_been_done_or_not(self, minor, differs):
        """Anything between is no difference."""
        refund = operation(Kind.REFUND, State.UNKNOWN, cad(500), key="r-1")

        assert bool(books_differ(payment(CHARGED, refund), CHARGED, told(cad(minor)))) is bool(
            differs
        )

    def test_another_currency_is_a_difference(self):
        """Whatever the number."""
        assert books_differ(payment(CHARGED), CHARGED, told(Money(1500, "USD")))

    def test_only_a_success_has_books(self):
        """What is pending, declined or unknown says nothing of what is left."""
        assert not books_differ(payment(CHARGED), CHARGED, told(cad(0), State.UNKNOWN))

    def test_of_two_captured_charges_one_has_books(self):
        """The other one is under review already."""
        second = operation(key="k-2")

        assert not books_differ(payment(CHARGED, second), second, told(cad(0)))

    def test_what_moved_while_the_provider_was_asked_is_no_difference(self):
        """Its answer may be older than the refund."""
        asked = replace(CHARGED, checked_at=NOW)
        refund = operation(Kind.REFUND, State.SUCCEEDED, cad(500), key="r-1")
        meanwhile = replace(refund, updated_at=NOW + timedelta(seconds=1))

        assert not books_differ(payment(asked, meanwhile), asked, told(FULL))
        assert books_differ(payment(asked, refund), asked, told(FULL))


class TestConcluded:
    """What a report may do."""

    def test_it_does_what_the_operation_says(self):
        """Where the ledger has no objection."""
        before = operation(state=State.UNKNOWN)

        assert concluded(before, told(FULL), Source.QUERY, payment(before)) == before.after(
            told(FULL)
        )

    def test_books_that_differ_move_nothing(self):
        """S38: the success is not believed, and a person is asked."""
        before = operation(state=State.UNKNOWN)

        after = concluded(before, told(cad(500)), Source.QUERY, payment(before))

        assert after.state is State.UNKNOWN
        assert "books" in after.review

    def test_books_that_differ_outweigh_a_late_success(self):
        """The late one could be refunded; one whose books differ cannot."""
        before = replace(CHARGED, review="succeeded after expired", late=True)

        after = concluded(before, told(cad(500)), Source.QUERY, payment(before))

        assert "books" in after.review

    def test_a_mismatch_is_named_before_the_books_are_opened(self):
        """Another order's books are no business of ours."""
        before = operation(state=State.UNKNOWN)

        after = concluded(before, told(cad(1), reference="x"), Source.QUERY, payment(before))

        assert "reference" in after.review

    @pytest.mark.parametrize("state", SETTLED)
    def test_a_late_success_is_believed_of_a_query_only(self, state):
        """A message that comes too late raises the flag, and a query decides."""
        before = operation(state=state)

        by_message = concluded(before, told(), Source.NOTIFICATION, payment(before))
        by_query = concluded(before, told(), Source.QUERY, payment(before))

        assert by_message.state is state
        assert by_message.review
        assert (by_query.state, by_query.late) == (State.SUCCEEDED, True)

    @pytest.mark.parametrize("kind", [Kind.REFUND, Kind.VOID])
    def test_a_late_refund_never_gives_back_more_than_was_taken(self, kind):
        """R32: another refund took its place; the books stay sound and a person is asked."""
        late = operation(kind, State.DECLINED, key="r-1")
        done = operation(Kind.REFUND, State.SUCCEEDED, cad(1), key="r-2")
        report = Report(late.reference, State.SUCCEEDED, FULL)

        after = concluded(late, report, Source.QUERY, payment(CHARGED, late, done))

        assert after.state is State.DECLINED
        assert "more than was left" in after.review

    def test_a_late_refund_that_still_fits_is_believed(self):
        """Its money is still there."""
        late = operation(Kind.REFUND, State.DECLINED, cad(500), key="r-1")
        report = Report(late.reference, State.SUCCEEDED, cad(500))

        after = concluded(late, report, Source.QUERY, payment(CHARGED, late))

        assert (after.state, after.late) == (State.SUCCEEDED, True)

    @pytest.mark.parametrize("state", State)
    def test_what_we_conclude_ourselves_contradicts_nobody(self, state):
        """It gives way to whatever was told meanwhile, without a flag."""
        before = operation(state=state)
        gone = Conclusion(before.reference, State.EXPIRED, reason="nobody paid in time")

        after = concluded(before, gone, Source.CORE, payment(before))

        assert not after.review
        assert after == before or before.state.is_open

    def test_who_was_given_up_can_write_no_more(self):
        """R39: its fence is another's."""
        before = operation(state=State.SUBMITTING)
        lost = Conclusion(before.reference, State.UNKNOWN)

        assert concluded(before, lost, Source.CORE, payment(before)).fence == before.fence + 1
        assert concluded(before, lost, Source.RESPONSE, payment(before)).fence == before.fence

    def test_two_that_took_the_money_are_named(self):
        """R9: whichever of them is told of last, and once."""
        second = operation(state=State.PENDING, key="k-2")
        report = Report(second.reference, State.SUCCEEDED, FULL)
        books = payment(CHARGED, second)

        after = concluded(second, report, Source.RESPONSE, books)
        again = concluded(after, report, Source.QUERY, payment(CHARGED, after))

        assert after.state is State.SUCCEEDED
        assert after.review == "captured twice: w-charge-k-1 and w-charge-k-2"
        assert again == after
        assert admitted(intent(Kind.REFUND), None, payment(after), ())

    def test_a_token_has_no_books(self):
        """It is what its reports say."""
        before = operation(Kind.TOKEN, State.PENDING, None)
        stored = Report(before.reference, State.SUCCEEDED, kind=Kind.TOKEN)

        assert concluded(before, stored, Source.QUERY, None).state is State.SUCCEEDED
