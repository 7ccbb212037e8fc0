"""The front door: what each verb gives, and what it refuses."""

from __future__ import annotations

import pytest

from paycore.errors import InvalidRequest, NotSent
from paycore.payment import PaymentStatus
from paycore.results import Refund, Token, Void
from paycore.states import State
from tests.stage import CARD, PAGE, Refused, Says, Stage, cad


@pytest.fixture
def stage():
    return Stage()


class TestFind:
    """What we know, without a network."""

    def test_a_payment_is_found(self, stage):
        """As it stands; nobody is asked."""
        stage.charge(method=PAGE)

        assert stage.find().status is PaymentStatus.AWAITING_PAYER
        assert stage.till.count("query") == 0

    @pytest.mark.parametrize("reference", ["o-9", "", None])
    def test_nobody_s_is_none(self, stage, reference):
        """And no error."""
        assert stage.gateway.find(reference) is None


class TestQuery:
    """What the provider says."""

    def test_the_truth_is_recorded(self, stage):
        """And what was refunded beside it."""
        stage.till.next("lost_after", "lost_after")
        stage.charge()
        stage.gateway.query("o-1")
        stage.gateway.refund("o-1", cad(500), key="r-1")
        payment = stage.gateway.query("o-1")

        assert (payment.paid, payment.refunded) == (True, cad(500))
        assert [o.state for o in payment.operations] == [State.SUCCEEDED] * 2

    def test_the_deciding_attempt_is_asked_about_and_what_is_open(self, stage):
        """Not what failed long ago."""
        stage.till.next(Refused("51"))
        stage.charge()
        stage.paid(key="k-2")
        stage.gateway.query("o-1")

        assert [r for name, r in stage.till.calls if name == "query"] == ["o-1-2"]

    def test_a_payment_that_failed_is_asked_about(self, stage):
        """A late success is found."""
        stage.till.next("declined")
        stage.charge()
        stage.till.settle("o-1")

        assert stage.gateway.query("o-1").paid

    def test_nothing_sent_is_nothing_to_ask(self, stage):
        """The payment is new."""
        stage.till.next("not_sent")
        with pytest.raises(NotSent):
            stage.charge()

        assert stage.gateway.query("o-1").status is PaymentStatus.NEW
        assert stage.till.count("query") == 0

    def test_books_that_differ_are_noticed(self, stage):
        """S38: less is left than we know of."""
        stage.paid()
        stage.till.next_query(Says({"refundable": 500}))

        assert stage.gateway.query("o-1").review

    @pytest.mark.parametrize("reference", ["o-9", "", None, 7])
    def test_nobody_s_is_refused(self, stage, reference):
        """By name."""
        with pytest.raises(InvalidRequest):
            stage.gateway.query(reference)


class TestQueryRefund:
    """One refund or void, by its key."""

    def test_its_truth_is_recorded(self, stage):
        """Each in its own shape."""
        for number, verb in enumerate((stage.gateway.refund, stage.gateway.void)):
            stage.paid(f"o-{number}")
            stage.till.next("lost_after")
            verb(f"o-{number}", key=f"k-{number}")
        refund = stage.gateway.query_refund("o-0", "k-0")
        void = stage.gateway.query_refund("o-1", "k-1")

        assert (type(refund), refund.succeeded) == (Refund, True)
        assert (type(void), void.succeeded) == (Void, True)

    @pytest.mark.parametrize(
        ("reference", "key"), [("o-1", "k-9"), ("o-9", "k-1"), ("o-1", "o-1"), ("o-1", ["k-1"])]
    )
    def test_nobody_s_is_refused(self, stage, reference, key):
        """Another payment's, a charge's key, no key at all."""
        stage.paid()
        stage.gateway.refund("o-1", key="k-1")

        with pytest.raises(InvalidRequest):
            stage.gateway.query_refund(reference, key)


class TestQueryToken:
    """A stored card."""

    @pytest.mark.parametrize("reference", ["card-9", "", None, ["card-1"]])
    def test_nobody_s_is_refused(self, stage, reference):
        """By name."""
        with pytest.raises(InvalidRequest):
            stage.gateway.query_token(reference)

    def test_the_last_try_counts(self, stage):
        """It is the one that may be stored."""
        stage.till.next(Refused("no"))
        stage.gateway.tokenize("card-1", PAGE)
        stage.gateway.tokenize("card-1", PAGE, key="t-2")
        stage.till.settle("card-1-2")

        assert stage.gateway.query_token("card-1").usable


class TestPayments:
    """All of them, page by page."""

    def test_pages_follow_each_other(self, stage):
        """By what the last one says."""
        for number in range(5):
            stage.charge(f"o-{number}", method=PAGE if number % 2 else CARD)
        first = stage.gateway.payments(limit=3)
        second = stage.gateway.payments(limit=3, after=first.after)
        paid = stage.gateway.payments(status=PaymentStatus.PAID)

        assert [len(first.payments), len(second.payments), second.after] == [3, 2, ""]
        assert [payment.reference for payment in paid.payments] == ["o-0", "o-2", "o-4"]
        assert stage.gateway.payments(account="nobody").payments == ()

    @pytest.mark.parametrize("limit", [0, -1, 1001, True, 1.5, "1", None])
    def test_a_limit_is_a_number_of_payments(self, stage, limit):
        """One to a thousand."""
        with pytest.raises(InvalidRequest, match="limit"):
            stage.gateway.payments(limit=limit)


def test_who_comes_back_is_shown_what_is_theirs(stage):
    """A payment or a token, by the nonce; nobody else's."""
    stage.charge(method=PAGE)
    stage.gateway.tokenize("card-1", PAGE)
    nonces = [o.nonce for o in stage.ledger.listed(limit=9)]
    shown = [stage.gateway.returned(nonce) for nonce in nonces]

    assert [type(each).__name__ for each in shown] == ["Payment", "Token"]
    assert isinstance(shown[1], Token)
    assert stage.gateway.returned("x" * 22) is None


def test_closing_lets_go_of_everything():
    """Every connection, the listeners, the ledger; twice is fine."""
    stage = Stage(names=("main", "other"))
    closed = []
    stage.ledger.close = lambda: closed.append("ledger")
    with stage.gateway as gateway:
        gateway.find("o-1")
    stage.gateway.close()

    assert [till.closed for till in stage.tills.values()] == [2, 2]
    assert closed == ["ledger"] * 2
    assert [hook for hook, _ in stage.ear.heard] == ["close"] * 2
