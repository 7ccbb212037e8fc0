"""A query moves nothing by itself; what it proves is recorded, and nothing else is."""

from __future__ import annotations

import pytest

import paycore
from paycore.errors import LedgerError, NotSent
from paycore.ledger.protocol import Source
from paycore.payment import PaymentStatus
from paycore.report import Conclusion, NotFound
from paycore.states import Kind, State
from paycore.verbs.ask import UNTOLD, ask, asked
from tests.stage import URL, Does, Effect, Raises, Refused, Says, Stage, Teller, cad


@pytest.fixture
def stage():
    return Stage()


def charge(stage, reference="o-1"):
    return stage.find(reference).operations[0]


def unknown(stage, act="lost_after"):
    stage.till.next(act)
    stage.charge()
    return charge(stage)


class TestAnswers:
    """What an answer makes of an operation."""

    @pytest.mark.parametrize(
        ("act", "state"),
        [
            ("ok", State.SUCCEEDED),
            (Says({"state": "pending"}), State.PENDING),
            (Says({"state": "declined"}), State.DECLINED),
            (Says({"state": "unknown"}), State.UNKNOWN),
            (Says({"state": "expired"}), State.EXPIRED),
        ],
    )
    def test_an_answer_is_believed(self, stage, act, state):
        """It is the provider's own word."""
        operation = unknown(stage)
        stage.till.next_query(act)

        assert ask(stage.wiring, operation).state is state
        assert stage.till.effects == [Effect("charge", "o-1", 1500)]

    @pytest.mark.parametrize(
        "act",
        [
            Says({"amount": 1}),
            Says({"currency": "USD"}),
            Says({"reference": "o-2"}),
            Says({"kind": "refund"}),
            Says({"amount": None}),
            Says({"refundable": 1499}),
            Says({"refundable": 1500, "currency": "USD", "amount": None, "state": "succeeded"}),
        ],
    )
    def test_an_answer_about_something_else_is_not(self, stage, act):
        """S17 to S19, S38: it stays UNKNOWN, and a person is asked."""
        operation = unknown(stage)
        stage.till.next_query(act)

        after = ask(stage.wiring, operation)

        assert after.state is State.UNKNOWN
        assert after.review

    @pytest.mark.parametrize(
        "act",
        [
            "not_sent",
            "lost_before",
            "lost_after",
            Refused("51"),
            Says(b"<html>"),
            Says({"state": "odd"}),
            Raises(RuntimeError("a bug of the transport")),
        ],
    )
    def test_no_answer_changes_nothing(self, stage, act):
        """A query that fails proves nothing: not even a refusal."""
        operation = unknown(stage)
        stage.till.next_query(act)
        after = ask(stage.wiring, operation)

        assert (after.state, after.review, after.checks) == (State.UNKNOWN, "", 1)
        assert asked(stage.wiring, operation).answer is not None

    def test_who_interrupts_a_query_is_not_held_up(self, stage):
        """And nothing is concluded."""
        operation = unknown(stage)
        stage.till.next_query(Raises(KeyboardInterrupt()))

        with pytest.raises(KeyboardInterrupt):
            ask(stage.wiring, operation)

        assert charge(stage).state is State.UNKNOWN

    @pytest.mark.parametrize("said", [None, "paid", True])
    def test_a_plugin_s_nonsense_is_no_answer(self, said):
        """R47."""

        class Rogue(Teller):
            @paycore.hookimpl
            def query(self, account, request):
                yield paycore.Call(f"{URL}/query", {"reference": request.reference})
                return said

        stage = Stage(plugin=Rogue())
        operation = unknown(stage)

        assert asked(stage.wiring, operation).answer is None
        assert charge(stage).state is State.UNKNOWN

    def test_not_found_is_evidence_and_no_proof(self, stage):
        """S33: it may have been asked too early, or the wrong server."""
        operation = unknown(stage, "lost_before")
        told = asked(stage.wiring, operation)
        seen = [e.fields for e in stage.ledger.evidence(operation.id)]

        assert isinstance(told.answer, NotFound)
        assert told.operation.state is State.UNKNOWN
        assert seen[1:] == [{"absent": True, "paycore": "not found"}]

    def test_a_late_success_is_believed_and_alarmed(self, stage):
        """S36: recorded, reviewed, told once."""
        stage.till.next("declined")
        stage.charge()
        stage.till.settle("o-1")
        stage.ear.heard.clear()
        late = [ask(stage.wiring, charge(stage)) for _ in range(2)][-1]

        assert (late.state, late.late, late.review) == (
            State.SUCCEEDED,
            True,
            "succeeded after declined",
        )
        assert stage.ear.finished("o-1") == [State.SUCCEEDED]

    def test_a_success_is_never_taken_back(self, stage):
        """Whatever the provider says later, it is a person's case."""
        stage.paid()
        stage.till.next_query(Says({"state": "declined"}))
        after = ask(stage.wiring, charge(stage))

        assert (after.state, bool(after.review)) == (State.SUCCEEDED, True)


class TestWhoIsAsked:
    """What is left alone."""

    def test_whose_dispatcher_may_be_at_work(self, stage):
        """Until its lease is over."""
        stage.crash()
        before = ask(stage.wiring, charge(stage)).state
        stage.clock.advance(stage.accounts["main"].lease_s - 1)
        during = ask(stage.wiring, charge(stage)).state
        stage.clock.advance(1)
        after = ask(stage.wiring, charge(stage))

        assert (before, during) == (State.SUBMITTING, State.SUBMITTING)
        assert (after.state, after.fence) == (State.SUCCEEDED, 2)
        assert stage.till.count("query") == 1

    def test_who_came_back_after_all(self, stage):
        """Somebody takes over too late: the operation is being sent again, or is done."""
        stage.crash()
        stale = charge(stage)
        stage.clock.advance(stage.accounts["main"].lease_s)
        unsent = Conclusion(stale.reference, State.NOT_SENT)
        stage.ledger.record(stale.id, unsent, Source.RESPONSE, stage.clock(), stale.fence)
        left_alone = ask(stage.wiring, stale)
        stage.till.next(Does(lambda: again.append(ask(stage.wiring, stale))))
        again = []
        stage.charge()

        assert left_alone.state is State.NOT_SENT
        assert again[0].state is State.SUBMITTING
        assert stage.till.count("query") == 0
        assert stage.find().paid

    def test_what_was_never_sent(self, stage):
        """There is nothing to ask about, unless somebody has a reason to doubt it."""
        stage.till.next("not_sent")
        with pytest.raises(NotSent):
            stage.charge()

        assert ask(stage.wiring, charge(stage)).state is State.NOT_SENT
        assert stage.till.count("query") == 0
        assert asked(stage.wiring, charge(stage)).operation.review == ""
        assert stage.till.count("query") == 1

    def test_what_the_provider_has_although_it_was_never_sent(self, stage):
        """Our proof was wrong: a person is asked, and the key may not try again."""
        stage.till.next("not_sent")
        with pytest.raises(NotSent):
            stage.charge()
        stage.till.orders["o-1"] = {"kind": "charge", "reference": "o-1", "amount": 1500}
        stage.till.orders["o-1"] |= {"currency": "CAD", "state": "succeeded"}
        after = asked(stage.wiring, charge(stage)).operation

        assert (after.state, bool(after.review)) == (State.NOT_SENT, True)
        with pytest.raises(paycore.Conflict):
            stage.charge()

    def test_whose_account_is_gone(self, stage):
        """The settings no longer name it: it stays as it is."""
        operation = unknown(stage)
        del stage.accounts["main"]

        assert ask(stage.wiring, operation) == operation
        assert stage.gateway.query("o-1").status is PaymentStatus.UNKNOWN
        assert stage.gateway.reconcile(ahead=True).still_open == 1

    def test_who_was_asked_a_moment_ago(self, stage):
        """Within the gap, what we know is the answer."""
        operation = unknown(stage, "lost_before")
        seen = []
        for seconds in (0, 29, 1):
            stage.clock.advance(seconds)
            ask(stage.wiring, operation, not_within_s=30)
            seen.append(stage.till.count("query"))

        assert seen == [1, 1, 2]


class TestGivingBack:
    """What a plugin may conclude of a refund from what is left of its charge."""

    @pytest.fixture
    def requests(self, stage, monkeypatch):
        heard = []
        talk = stage.accounts["main"].provider.talk

        def hear(hook, handle, request):
            heard.append(request)
            return talk(hook, handle, request)

        monkeypatch.setattr(stage.accounts["main"].provider, "talk", hear)
        return heard

    def lose(self, stage, minor, key):
        stage.till.next("lost_before")
        stage.gateway.refund("o-1", cad(minor), key=key)

    def test_it_is_told_what_was_left_before(self, stage, requests):
        """And which charge it is about."""
        stage.paid()
        stage.gateway.refund("o-1", cad(100), key="r-0")
        self.lose(stage, 500, "r-1")
        stage.gateway.query_refund("o-1", "r-1")
        request = requests[-1]

        assert (request.kind, request.reference) == (Kind.REFUND, "o-1-r2")
        assert (request.amount, request.charge_refundable) == (cad(500), cad(1400))
        assert (request.charge_reference, request.charge_provider_reference) == ("o-1", "T-o-1")

    def test_not_while_another_is_open(self, stage, requests):
        """Nobody could tell which of the two is gone."""
        stage.paid()
        self.lose(stage, 500, "r-1")
        self.lose(stage, 500, "r-2")
        stage.gateway.query_refund("o-1", "r-1")

        assert requests[-1].charge_refundable is None

    def test_not_of_a_charge_that_is_not_the_one_with_money_left(self, stage, requests):
        """Of two that were captured, the books are the other one's."""
        stage.till.next("declined", "ok", "lost_before")
        stage.charge()
        stage.charge(key="k-2")
        stage.till.settle("o-1")
        stage.tell(reference="o-1")
        stage.gateway.refund("o-1", key="r-1")
        stage.gateway.query_refund("o-1", "r-1")

        assert requests[-1].charge_reference == "o-1"
        assert requests[-1].charge_refundable is None

    def test_not_of_what_is_settled(self, stage, requests):
        """Its own money is gone from the books already."""
        stage.paid()
        stage.gateway.refund("o-1", cad(500), key="r-1")
        stage.gateway.query_refund("o-1", "r-1")

        assert requests[-1].charge_refundable is None

    def test_an_answer_overtaken_by_another_refund_proves_nothing(self, stage):
        """What is gone may be the other's."""
        stage.paid()
        self.lose(stage, 500, "r-1")
        stage.till.orders["o-1-r1"] = {**stage.till.orders["o-1"], "kind": "refund"}
        stage.till.orders["o-1-r1"] |= {"reference": "o-1-r1", "amount": 500, "theirs": "T-r"}
        stage.till.next_query(Does(lambda: stage.gateway.refund("o-1", cad(500), key="r-2")))
        overtaken = stage.gateway.query_refund("o-1", "r-1").state
        later = stage.gateway.query_refund("o-1", "r-1").state

        assert (overtaken, later) == (State.UNKNOWN, State.SUCCEEDED)


def test_listeners_hear_of_a_change_only(stage):
    """Asking in vain is no event."""
    unknown(stage)
    stage.ear.heard.clear()
    stage.till.next_query("not_sent")
    for _ in range(3):
        stage.gateway.query("o-1")

    assert stage.ear.finished("o-1") == [State.SUCCEEDED]


def test_a_ledger_that_fails_is_heard(stage, monkeypatch):
    """Nothing was concluded that is not stored."""
    operation = unknown(stage)

    def record(*_, **__):
        raise LedgerError("gone")

    monkeypatch.setattr(stage.ledger, "record", record)

    with pytest.raises(LedgerError):
        ask(stage.wiring, operation)

    assert charge(stage).state is State.UNKNOWN


def test_an_answer_that_proves_nothing_is_kept_as_evidence(stage):
    """Who looks into it later sees that the provider was asked, and told nothing; noise is none."""
    stage.till.next("lost_before")
    operation = stage.charge().charge
    stage.till.next_query(Says(b'{"odd": 1}'))
    stage.gateway.query("o-1")
    stage.till.next_query(Says(b"<html>"))
    stage.gateway.query("o-1")
    told = [(e.source, e.fields) for e in stage.ledger.evidence(operation.id)]

    assert told[1:] == [(Source.QUERY, {"paycore": UNTOLD})]
    assert stage.gateway.find("o-1").status is PaymentStatus.UNKNOWN
