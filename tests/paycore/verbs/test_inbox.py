"""A kept message is applied once, whenever it can be; none is lost, and none stops another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.errors import LedgerError, NotSent
from paycore.ledger.protocol import InboxState, Reserved
from paycore.payment import PaymentStatus
from paycore.states import State
from paycore.verbs.inbox import MAX_FAILURES, apply_parked
from tests.stage import PAGE, Effect, Stage


@pytest.fixture
def stage():
    stage = Stage()
    stage.charge(method=PAGE)
    return stage


def states(stage):
    return [row.state for row in stage.ledger.messages()]


def breaking(monkeypatch, stage, method, poisoned):
    """Let the ledger fail for one reference only."""
    real = getattr(stage.ledger, method)

    def fail(account, reference, theirs):
        if reference == poisoned:
            raise LedgerError("gone")
        return real(account, reference, theirs)

    monkeypatch.setattr(stage.ledger, method, fail)


class TestRetries:
    """What is not finished is tried again."""

    def test_a_poison_message_stops_no_other_and_dies(self, stage, monkeypatch, caplog):
        """R18: dead after eight failures, with an alert; the others are applied."""
        breaking(monkeypatch, stage, "by_wire", "poison")
        stage.tell(reference="poison")
        stage.tell(reference="o-1")
        stage.till.settle("o-1")
        seen = []
        for _ in range(MAX_FAILURES + 1):
            stage.clock.advance(60)
            seen.append(stage.gateway.reconcile(ahead=True).messages)

        assert seen == [1, *[0] * (MAX_FAILURES - 2), 1, 0]
        assert states(stage) == [InboxState.DEAD, InboxState.DUPLICATE]
        assert "dead" in caplog.text
        assert stage.find().paid

    def test_waiting_is_no_failure(self, stage, monkeypatch):
        """What is parked for a year is not dead at the first hiccup."""
        stage.tell(reference="o-2")
        for _ in range(MAX_FAILURES * 3):
            stage.gateway.reconcile(ahead=True)
        with monkeypatch.context() as broken:
            breaking(broken, stage, "by_wire", "o-2")
            stage.gateway.reconcile(ahead=True)
        hiccup = states(stage)
        stage.charge("o-2")

        assert hiccup == [InboxState.PARKED]
        assert states(stage) == [InboxState.DUPLICATE]

    def test_a_claim_that_is_never_confirmed_is_given_up(self, stage):
        """After the settling window; no money state depends on it."""
        stage.tell(reference="o-1")
        stage.clock.advance(stage.accounts["main"].description.settling_window_s)
        stage.gateway.reconcile(ahead=True)
        waiting = states(stage)
        stage.clock.advance(60)
        stage.charge("o-2")
        stage.gateway.reconcile(ahead=True)

        assert (waiting, states(stage)) == ([InboxState.VERIFIED], [InboxState.QUARANTINED])

    def test_who_forges_a_message_early_does_not_silence_the_provider(self, stage):
        """Given up as never confirmed, the same words come again, and are true by now (R20)."""
        stage.tell(reference="o-1")
        stage.clock.advance(stage.accounts["main"].description.settling_window_s + 1)
        stage.gateway.reconcile(ahead=True)
        given_up = states(stage), stage.find().status
        stage.till.settle("o-1")
        stage.clock.advance(60)
        stage.tell(reference="o-1")

        assert given_up == ([InboxState.QUARANTINED], PaymentStatus.EXPIRED)
        assert stage.find().paid

    @pytest.mark.parametrize("told", [{"reference": "o-1", "amount": 1}, {"reference": "o-9"}])
    def test_what_cannot_be_true_is_not_asked_about_again(self, stage, told):
        """Another amount, or nothing that anybody knows."""
        stage.tell(**told)
        (row,) = stage.ledger.messages()
        stage.ledger.mark(row.id, InboxState.DEAD, "failed", stage.clock())
        before = stage.till.count("query")
        stage.clock.advance(60)
        stage.tell(**told)

        assert stage.till.count("query") == before

    def test_a_round_asks_once_for_each_operation(self, stage):
        """What the operation's own query told is not asked again for its message."""
        stage.tell(reference="o-1")
        stage.clock.advance(60)
        before = stage.till.count("query")
        stage.gateway.reconcile(ahead=True)

        assert stage.till.count("query") == before + 1

    def test_an_account_that_is_gone_leaves_its_messages(self, stage):
        """Until the settings name it again."""
        stage.tell(reference="o-1")
        account = stage.accounts.pop("main")
        gone = stage.gateway.reconcile(ahead=True).messages
        stage.accounts["main"] = account
        stage.till.settle("o-1")
        stage.clock.advance(60)

        assert (gone, states(stage)) == (0, [InboxState.VERIFIED])
        assert stage.gateway.reconcile(ahead=True).messages == 1


class TestParked:
    """What came before its operation was done."""

    def test_it_is_applied_once_under_both_its_names(self, stage):
        """Ours and the provider's name the same message."""
        stage.tell(reference="o-2", theirs="T-o-2")
        stage.charge("o-2")

        assert states(stage) == [InboxState.DUPLICATE]
        assert stage.till.count("query") == 0

    def test_that_it_cannot_be_applied_changes_nothing_of_the_charge(self, stage, monkeypatch):
        """The payer has paid; the message waits."""
        stage.tell(reference="o-2")

        def parked(*_):
            raise LedgerError("gone")

        with monkeypatch.context() as broken:
            broken.setattr(stage.ledger, "parked", parked)
            payment = stage.charge("o-2")

        assert payment.paid
        assert states(stage) == [InboxState.PARKED]
        stage.gateway.reconcile(ahead=True)
        assert states(stage) == [InboxState.DUPLICATE]

    def test_nor_of_a_refund_or_a_token(self, stage, monkeypatch):
        """What was recorded is what is told."""

        def parked(*_):
            raise LedgerError("gone")

        stage.paid("o-2")
        monkeypatch.setattr(stage.ledger, "parked", parked)

        assert stage.gateway.refund("o-2", key="r-1").succeeded
        assert stage.gateway.tokenize("card-1", PAGE).state is State.PENDING

    def test_it_waits_while_the_charge_was_not_sent(self, stage):
        """And is looked into at the next round."""
        stage.tell(reference="o-2")
        stage.till.next("not_sent")
        with pytest.raises(NotSent):
            stage.charge("o-2")
        waiting = states(stage)
        stage.gateway.reconcile(ahead=True)

        assert (waiting, states(stage)) == ([InboxState.PARKED], [InboxState.QUARANTINED])

    def test_who_replays_a_charge_under_way_leaves_it_parked(self, stage):
        """Its dispatcher is still at work."""
        stage.tell(reference="o-2")
        stage.crash("o-2")
        stage.charge("o-2")

        assert states(stage) == [InboxState.PARKED]

    def test_nothing_parked_is_nothing_done(self, stage):
        """The operation comes back as it is."""
        operation = stage.find().operations[0]

        assert apply_parked(stage.wiring, Reserved(operation, fresh=True)) is operation

    def test_a_stored_result_comes_without_network(self, stage):
        """R7: whatever waits for its operation; the next round asks."""
        stage.tell(reference="o-2")
        stage.crash("o-2")
        stage.clock.advance(stage.accounts["main"].lease_s)
        stage.charge("o-2")
        before = (stage.till.count("query"), states(stage))
        stage.gateway.reconcile(ahead=True)

        assert before == (0, [InboxState.PARKED])
        assert stage.find("o-2").paid


def at_once(stage, copies=100, **fields):
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(lambda _: stage.tell(**{"reference": "o-1", **fields}), range(copies)))


@pytest.mark.parametrize("description", [{}, {"webhook_is_proof": True}], ids=["hint", "proof"])
def test_a_hundred_copies_at_once_are_one_event(description):
    """R13, N04: every one is acknowledged; one transition, one row, a query or two."""
    for _ in range(5):
        stage = Stage(description=description)
        stage.charge(method=PAGE)
        stage.till.settle("o-1")
        answers = at_once(stage)
        moved = {e.reported for e in stage.ledger.evidence(stage.find().operations[0].id)}

        assert {answer.body for answer in answers} == {b"thanks"}
        assert [(row.copies, row.state.is_finished) for row in stage.ledger.messages()] == [
            (100, True)
        ]
        assert stage.find().status is PaymentStatus.PAID
        assert stage.till.count("query") <= 2
        assert moved == {"pending", "succeeded"}


def test_a_message_and_a_return_at_once_pay_once(stage):
    """U08: both paths run, and the payment is paid once."""
    stage.till.settle("o-1")
    nonce = stage.find().operations[0].nonce

    def come(number):
        return stage.gateway.returned(nonce) if number % 2 else stage.tell(reference="o-1")

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(come, range(64)))

    assert stage.find().paid
    assert stage.find().operations[0].late is False
    assert stage.find().review == ""
    assert stage.till.effects == [Effect("charge", "o-1", 1500)]


names = st.sampled_from(["o-1", "o-2", "o-9"])
claims = st.sampled_from(["succeeded", "declined", "pending"])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), names, claims),
        st.tuples(st.just("settle"), names, claims),
        st.tuples(st.sampled_from(["reconcile", "wait", "charge"]), names, claims),
    ),
    max_size=20,
)


@given(steps, st.booleans())
def test_every_message_that_was_acknowledged_is_somewhere(history, proof):
    """R12: received = applied + duplicate + parked + waiting + quarantined + dead."""
    stage, acknowledged = Stage(description={"webhook_is_proof": proof}), 0
    stage.charge(method=PAGE)
    for step, name, state in history:
        if step == "tell":
            acknowledged += stage.tell(reference=name, state=state).body == b"thanks"
        elif step == "settle" and name in stage.till.orders:
            stage.till.settle(name, state)
        elif step == "reconcile":
            stage.gateway.reconcile(ahead=True)
        elif step == "wait":
            stage.clock.advance(60)
        elif step == "charge" and stage.gateway.find(name) is None:
            stage.charge(name, method=PAGE)
        by_state = [row for state in InboxState for row in stage.ledger.messages(state=state)]

        assert sum(row.copies for row in by_state) == acknowledged
        assert len(by_state) == len(stage.ledger.messages())
