"""What a verified message is worth: the provider's truth decides (R20), never the message alone."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import paycore
from paycore.errors import NotSent
from paycore.ledger.protocol import InboxState
from paycore.payment import PaymentStatus
from paycore.states import FINAL, State
from tests.stage import PAGE, Does, Effect, Says, Stage, cad


@pytest.fixture
def stage():
    stage = Stage()
    stage.charge(method=PAGE)
    return stage


@pytest.fixture
def proof():
    stage = Stage(description={"webhook_is_proof": True})
    stage.charge(method=PAGE)
    return stage


def charge(stage, reference="o-1"):
    return stage.find(reference).operations[0]


def last(stage):
    return stage.ledger.messages()[-1].state


def told(stage, **fields):
    """Receive a message, acknowledged in any case, and return what it was worth."""
    assert stage.tell(**{"reference": "o-1", **fields}).body == b"thanks"
    return last(stage)


class TestHints:
    """A provider whose proof is weak."""

    @pytest.mark.parametrize("state", ["succeeded", "declined"])
    def test_a_claim_the_provider_does_not_confirm_changes_nothing(self, stage, state):
        """Even with a good seal: it waits for the truth."""
        assert told(stage, state=state) is InboxState.VERIFIED
        assert charge(stage).state is State.PENDING
        assert charge(stage).review == ""

    def test_a_claim_the_provider_confirms_is_applied(self, stage):
        """By the query's answer."""
        stage.till.settle("o-1")

        assert told(stage) is InboxState.APPLIED
        assert [e.source.value for e in stage.ledger.evidence(charge(stage).id)] == [
            "response",
            "query",
        ]

    def test_a_claim_that_is_false_is_quarantined(self, stage):
        """The provider says the contrary, and that is what counts."""
        stage.till.settle("o-1", "declined")

        assert told(stage) is InboxState.QUARANTINED
        assert charge(stage).state is State.DECLINED
        assert stage.find().review == ""

    @pytest.mark.parametrize("fields", [{"amount": 1}, {"currency": "USD"}, {"kind": "refund"}])
    def test_a_mismatch_is_quarantined_whatever_is_true(self, stage, fields):
        """N15, N16, R24; the query's truth stands."""
        stage.till.settle("o-1")

        assert told(stage, **fields) is InboxState.QUARANTINED
        assert stage.find().paid

    @pytest.mark.parametrize("state", ["pending", "unknown"])
    def test_a_claim_of_nothing_final_is_a_reason_to_ask(self, stage, state):
        """And then it is done with."""
        assert told(stage, state=state) is InboxState.APPLIED
        assert stage.till.count("query") == 1


class TestProof:
    """A provider whose word is proof."""

    @pytest.mark.parametrize("state", [State.SUCCEEDED, State.DECLINED, State.EXPIRED])
    def test_it_is_believed(self, proof, state):
        """Without a query; and listeners hear of it."""
        assert told(proof, state=state.value) is InboxState.APPLIED
        assert charge(proof).state is state
        assert proof.till.count("query") == 0
        assert proof.ear.finished("o-1") == [State.PENDING, state]

    def test_it_is_not_believed_of_something_else(self, proof):
        """A mismatch raises the flag."""
        assert told(proof, amount=1) is InboxState.QUARANTINED
        assert charge(proof).state is State.PENDING
        assert charge(proof).review

    def test_it_is_not_believed_late(self, proof):
        """N21: a query decides, and says no."""
        told(proof, state="declined")

        assert told(proof) is InboxState.VERIFIED
        assert charge(proof).state is State.DECLINED
        assert proof.till.count("query") == 1

    def test_one_that_says_no_more_than_we_know_is_old(self, proof):
        """Pending, of what is pending."""
        assert told(proof, state="pending") is InboxState.APPLIED
        assert proof.ear.finished("o-1") == [State.PENDING]


class TestSettled:
    """What is settled is settled."""

    def test_what_we_know_is_a_duplicate(self, stage):
        """N20: no query either."""
        stage.till.settle("o-1")
        stage.gateway.query("o-1")

        assert told(stage) is InboxState.DUPLICATE
        assert stage.till.count("query") == 1

    def test_a_refunded_payment_does_not_go_back(self, stage):
        """N23."""
        stage.till.settle("o-1")
        stage.gateway.query("o-1")
        stage.gateway.refund("o-1", key="r-1")

        assert told(stage) is InboxState.DUPLICATE
        assert stage.find().refundable == cad(0)

    def test_a_late_failure_is_quarantined(self, stage):
        """N24: asked about, and denied."""
        stage.till.settle("o-1")
        stage.gateway.query("o-1")

        assert told(stage, state="declined") is InboxState.QUARANTINED
        assert stage.find().paid
        assert stage.find().review == ""

    def test_a_late_success_is_quarantined_and_alarmed(self, stage):
        """N21: truth decides."""
        stage.till.settle("o-1", "declined")
        stage.gateway.query("o-1")
        stage.till.settle("o-1")

        assert told(stage) is InboxState.QUARANTINED
        assert (stage.find().paid, charge(stage).late) == (True, True)
        assert stage.find().review == "succeeded after declined"

    def test_a_false_late_success_is_quarantined(self, stage):
        """The provider does not confirm it."""
        stage.till.settle("o-1", "declined")
        stage.gateway.query("o-1")

        assert told(stage) is InboxState.QUARANTINED
        assert charge(stage).state is State.DECLINED

    def test_one_nobody_could_ask_about_waits(self, stage):
        """The provider is out of reach: it may be true."""
        stage.till.settle("o-1", "declined")
        stage.gateway.query("o-1")
        stage.till.settle("o-1")
        stage.till.next_query("not_sent")
        waiting = told(stage)
        stage.clock.advance(60)
        stage.gateway.reconcile(ahead=True)

        assert (waiting, last(stage)) == (InboxState.VERIFIED, InboxState.QUARANTINED)
        assert stage.find().paid

    def test_a_success_of_a_voided_payment_is_quarantined(self, stage):
        """N22: asked about, never silently dropped."""
        stage.till.settle("o-1")
        stage.gateway.query("o-1")
        stage.gateway.void("o-1", key="v-1")
        before = stage.till.count("query")

        assert told(stage) is InboxState.QUARANTINED
        assert stage.till.count("query") == before + 1
        assert stage.find().status is PaymentStatus.VOIDED

    def test_a_success_of_what_was_never_sent_is_looked_into(self):
        """Our proof may be wrong: where the provider has it, the key may not try again."""
        stage = Stage()
        stage.till.next("not_sent")
        with pytest.raises(NotSent):
            stage.charge()
        first = told(stage)
        stage.till.orders["o-1"] = {"kind": "charge", "reference": "o-1", "amount": 1500}
        stage.till.orders["o-1"] |= {"currency": "CAD", "state": "succeeded"}
        second = told(stage, event="e-2")

        assert (first, second) == (InboxState.QUARANTINED, InboxState.QUARANTINED)
        with pytest.raises(paycore.Conflict):
            stage.charge()
        assert stage.till.effects == []


class TestEarly:
    """R15: what precedes its payment, or its response, is kept and applied."""

    def test_nobody_knows_it_yet(self, stage):
        """N18: parked, and applied when its payment appears."""
        parked = told(stage, reference="o-2")
        stage.till.next("pending")
        stage.charge("o-2")
        waiting = last(stage)
        stage.till.settle("o-2")
        stage.clock.advance(60)
        stage.gateway.reconcile(ahead=True)

        assert (parked, waiting) == (InboxState.PARKED, InboxState.VERIFIED)
        assert last(stage) in {InboxState.APPLIED, InboxState.DUPLICATE}
        assert stage.find("o-2").paid

    @pytest.mark.parametrize("description", [{}, {"webhook_is_proof": True}])
    def test_its_dispatcher_is_still_at_work(self, description):
        """N19: parked; applied when the dispatcher has ended, by one transition."""
        stage = Stage(description=description)
        seen = []
        stage.till.next(Does(lambda: seen.append(told(stage))))
        payment = stage.charge()

        assert seen == [InboxState.PARKED]
        assert last(stage).is_finished
        assert payment.paid
        assert stage.ear.finished("o-1") == [State.SUCCEEDED]

    def test_its_dispatcher_lost_the_answer(self):
        """The message is what finds it out."""
        stage = Stage()
        stage.till.next(Does(lambda: told(stage), then="lost_after"))
        payment = stage.charge()

        assert payment.paid
        assert last(stage) is InboxState.APPLIED

    def test_its_dispatcher_ended_while_it_was_parked(self, stage):
        """The race between the two is lost by nobody."""
        stage.till.next("pending")
        real = stage.ledger.by_wire
        first = []

        def by_wire(account, reference, theirs):
            if reference == "o-2" and not first:
                first.append("nobody yet")
                stage.charge("o-2")
                stage.till.settle("o-2")
                return None
            return real(account, reference, theirs)

        stage.ledger.by_wire = by_wire
        stage.till.watch = lambda _: None

        assert told(stage, reference="o-2") is InboxState.APPLIED
        assert stage.find("o-2").paid

    def test_by_the_provider_s_own_name(self, stage):
        """It names only its own; we learn it with the answer."""
        parked = told(stage, reference=None, theirs="T-o-2")
        stage.charge("o-2")

        assert parked is InboxState.PARKED
        assert last(stage) is InboxState.DUPLICATE


class TestRefunds:
    """Refunds that nobody here asked for."""

    @pytest.fixture
    def paid(self):
        stage = Stage()
        stage.paid()
        return stage

    def console(self, stage, minor=500):
        """The provider's console gives money back."""
        order = {"kind": "refund", "reference": "x", "amount": minor, "state": "succeeded"}
        stage.till.orders["x"] = {**order, "of": "o-1"}

    @pytest.mark.parametrize("reference", ["x", None])
    def test_the_books_are_looked_into(self, paid, reference):
        """N67: quarantined; the query finds that less is left, and a person is asked."""
        self.console(paid)
        fields = {"kind": "refund", "theirs": "T-x", "of_theirs": "T-o-1", "amount": 500}

        assert told(paid, reference=reference, **fields) is InboxState.QUARANTINED
        assert "books" in paid.find().review
        with pytest.raises(paycore.Conflict):
            paid.gateway.refund("o-1", key="r-1")
        assert paid.till.effects == [Effect("charge", "o-1", 1500)]

    def test_our_own_under_way_is_none(self, paid):
        """It names only the provider's name for it, which we do not know yet."""
        seen = []
        fields = {"reference": None, "kind": "refund", "theirs": "T-o-1-r1", "amount": 500}
        act = Does(lambda: seen.append(told(paid, of_theirs="T-o-1", **fields)))
        paid.till.next(act)
        paid.gateway.refund("o-1", cad(500), key="r-1")

        assert seen == [InboxState.PARKED]
        assert last(paid) is InboxState.DUPLICATE
        assert paid.find().review == ""

    @pytest.mark.parametrize("theirs", ["", "T-nobody", "T-o-1-r1"])
    def test_one_of_a_charge_that_nobody_knows_is_parked(self, paid, theirs):
        """It may be known one day; a refund is no charge."""
        paid.gateway.refund("o-1", cad(1), key="r-1")

        fields = {"reference": "x", "kind": "refund", "of_theirs": theirs}
        assert told(paid, **fields) is InboxState.PARKED

    def test_in_whatever_order_the_end_is_the_same(self):
        """N68: the refund's notice may come before the charge's."""
        charge_ = {"reference": "o-1", "theirs": "T-o-1"}
        refund = {"reference": "x", "kind": "refund", "theirs": "T-x", "of_theirs": "T-o-1"}
        ends = set()
        for order in permutations([charge_, {**refund, "amount": 500}]):
            stage = Stage()
            stage.charge(method=PAGE)
            stage.till.settle("o-1")
            for fields in order:
                self.console(stage)
                told(stage, **fields)
                stage.clock.advance(60)
            stage.gateway.reconcile(ahead=True)
            stage.clock.advance(60)
            stage.gateway.query("o-1")
            payment = stage.find()
            ends.add((payment.status, bool(payment.review)))

        assert len(ends) == 1


claims = st.lists(
    st.sampled_from(["pending", "unknown", "succeeded", "declined", "expired"]), max_size=6
)


@given(claims, st.sampled_from(["succeeded", "declined", "pending"]), st.booleans(), st.data())
def test_without_the_truth_nothing_succeeds(told_, truth, known, data):
    """R20: whoever holds the seal but is not the provider makes nothing succeed."""
    stage = Stage()
    stage.charge(method=PAGE)
    stage.till.settle("o-1", truth)
    for number, state in enumerate(told_):
        amount = data.draw(st.sampled_from([1500, 1, 999_999]))
        stage.tell(reference="o-1", state=state, amount=amount, event=str(number))
    if known:
        stage.gateway.reconcile(ahead=True)

    assert charge(stage).state in {State(truth), State.PENDING}
    assert stage.find().paid is (charge(stage).state is State.SUCCEEDED)


@pytest.mark.parametrize("proof_", [False, True])
@given(
    order=st.permutations(["pending", "pending", "unknown", "succeeded", "succeeded", "pending"])
)
def test_order_and_copies_do_not_matter(proof_, order):
    """R14: however they arrive and however often, the same reports end in the same state."""
    stage = Stage(description={"webhook_is_proof": proof_})
    stage.charge(method=PAGE)
    stage.till.settle("o-1")
    for number, state in enumerate(order):
        stage.tell(reference="o-1", state=state, event=str(number))

    assert charge(stage).state is State.SUCCEEDED
    assert stage.ear.finished("o-1") == [State.PENDING, State.SUCCEEDED]
    assert stage.find().review == ""


@given(
    first=st.sampled_from(sorted(FINAL - {State.NOT_EXECUTED})),
    second=st.sampled_from(sorted(FINAL - {State.NOT_EXECUTED})),
)
def test_a_last_word_is_not_taken_back(first, second):
    """By a provider whose word is proof and who contradicts itself: the first one stands."""
    stage = Stage(description={"webhook_is_proof": True})
    stage.charge(method=PAGE)
    for state in (first, second):
        stage.tell(reference="o-1", state=state.value)

    assert charge(stage).state is first
    assert (last(stage) is InboxState.APPLIED) is (first is second)


def test_a_payment_whose_answer_is_odd_is_not_settled_by_it(stage):
    """The query that a message causes is believed no more than any other."""
    stage.till.settle("o-1")
    stage.till.next_query(Says({"amount": 1}))

    assert told(stage) is InboxState.VERIFIED
    assert charge(stage).state is State.PENDING
    assert charge(stage).review


@pytest.mark.parametrize("is_proof", [False, True])
class TestHeldLate:
    """A message that money is held of a charge that is over."""

    @pytest.fixture
    def over(self, is_proof):
        """Give a page that nobody authorized in time."""
        stage = Stage(description={"webhook_is_proof": is_proof})
        stage.charge(method=PAGE, capture=False)
        stage.clock.advance(2 * 86_400)
        stage.gateway.reconcile()
        assert charge(stage).state is State.EXPIRED
        return stage

    def test_it_causes_a_query_that_calls_a_person(self, over):
        """R14: no state moves; who looked takes the flag down."""
        over.till.settle("o-1", "authorized")
        asked = over.till.count("query")

        assert told(over, state="authorized") is InboxState.QUARANTINED
        assert (charge(over).state, charge(over).review) == (State.EXPIRED, "held after expired")
        assert over.till.count("query") == asked + 1
        assert over.ledger.in_review() == 1

    def test_it_is_old_where_the_provider_holds_nothing(self, over):
        """It was true once."""
        over.till.settle("o-1", "expired")

        assert told(over, state="authorized") is InboxState.DUPLICATE
        assert charge(over).review == ""

    def test_it_waits_where_nobody_answers(self, over):
        """Silence denies nothing: it is tried again, and then it calls."""
        over.till.settle("o-1", "authorized")
        over.till.next_query("lost_before")
        assert told(over, state="authorized") is InboxState.VERIFIED
        over.clock.advance(60)
        over.gateway.reconcile(ahead=True)

        assert last(over) is InboxState.QUARANTINED
        assert charge(over).review == "held after expired"

    def test_it_is_nothing_of_what_was_to_be_taken(self, is_proof):
        """A mismatch, as ever."""
        stage = Stage(description={"webhook_is_proof": is_proof})
        stage.till.next("declined")
        stage.charge()

        assert told(stage, state="authorized") is InboxState.QUARANTINED
        assert charge(stage).review == ""
