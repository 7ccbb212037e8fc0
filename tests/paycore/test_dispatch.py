"""Reserve, talk, record: whatever goes wrong in between, the ledger says what is proved."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

import paycore
from paycore.errors import (
    InvalidRequest,
    LedgerError,
    NotSent,
    NotSupported,
    OutcomeUnknown,
    ProviderRefused,
)
from paycore.payment import PaymentStatus
from paycore.report import Conclusion, DeclineCode, Report
from paycore.states import Kind, State
from tests.stage import (
    AMOUNT,
    CARD,
    URL,
    Does,
    Effect,
    Raises,
    Refused,
    Says,
    Stage,
    Teller,
    cad,
)

CHARGED = Effect("charge", "o-1", 1500)


class Rogue(Teller):
    """A plugin whose charge does what the test says, before its call or after the answer."""

    def __init__(self, before=None, after=None):
        super().__init__()
        self.before, self.after = before, after

    @paycore.hookimpl
    def charge(self, account, request):
        said = {"reference": request.reference, "amount": request.amount.minor, "currency": "CAD"}
        if self.before:
            self.before(request)
        yield paycore.Call(f"{URL}/charge", said)
        return self.after(request) if self.after else None


def raising(error):
    def act(_request):
        raise error

    return act


def state(stage, reference="o-1"):
    return stage.find(reference).operations[0].state


@pytest.fixture
def stage():
    return Stage()


class TestOutcomes:
    """What becomes of an operation, by what was proved."""

    def test_an_answer_is_recorded(self, stage):
        """And listeners hear of the beginning and the end."""
        stage.charge()

        assert state(stage) is State.SUCCEEDED
        assert [hook for hook, _ in stage.ear.heard] == [
            "operation_started",
            "call_finished",
            "operation_finished",
        ]

    def test_a_refusal_is_a_decline(self, stage):
        """With the provider's own word for it."""
        stage.till.next(Refused("51"))

        decline = stage.charge().decline

        assert state(stage) is State.DECLINED
        assert (decline.code, decline.provider_code) == (DeclineCode.REFUSED, "51")
        assert stage.till.effects == []

    @pytest.mark.parametrize(
        ("said", "heard"),
        [("card_declined", DeclineCode.CARD_DECLINED), ("no such word", DeclineCode.REFUSED)],
    )
    def test_a_refusal_s_code_is_one_of_ours(self, said, heard):
        """Whatever a plugin calls it."""
        refused = ProviderRefused("no", code=said)
        stage = Stage(plugin=Rogue(after=raising(refused)))

        assert stage.charge().decline.code is heard

    def test_nothing_sent_is_told_and_may_try_again(self, stage):
        """Q42: the same key, under the same wire reference."""
        stage.till.next("not_sent")
        with pytest.raises(NotSent):
            stage.charge()
        between = (state(stage), stage.find().status, stage.till.effects[:])
        payment = stage.charge()

        assert between == (State.NOT_SENT, PaymentStatus.NEW, [])
        assert payment.paid
        assert stage.till.calls == [("charge", "o-1")] * 2
        assert stage.till.effects == [CHARGED]

    @pytest.mark.parametrize(
        "act", ["lost_before", "lost_after", Says(b"<html>"), Says({"state": "odd"})]
    )
    def test_no_proof_is_unknown_and_sends_nothing_again(self, stage, act):
        """R4: it is a value, and the same key gives it again without a call."""
        stage.till.next(act)
        first = stage.charge()
        again = stage.charge()

        assert first.status is again.status is PaymentStatus.UNKNOWN
        assert stage.till.count("charge") == 1
        assert stage.find().review == ""

    @pytest.mark.parametrize(
        "error",
        [
            KeyboardInterrupt(),
            SystemExit(1),
            asyncio.CancelledError(),
            GeneratorExit(),
        ],
        ids=lambda error: type(error).__name__,
    )
    @pytest.mark.parametrize("after_effect", [False, True])
    def test_an_interrupted_talk_is_unknown_before_it_goes_on(self, stage, error, after_effect):
        """Whether anything moved, nobody knows; whoever interrupted is not held up."""
        stage.till.next(Raises(error, after_effect))

        with pytest.raises(type(error)):
            stage.charge()

        assert state(stage) is State.UNKNOWN
        assert stage.charge().status is PaymentStatus.UNKNOWN
        assert stage.till.count("charge") == 1

    @pytest.mark.parametrize("error", [RuntimeError("a bug"), MemoryError(), LedgerError("odd")])
    @pytest.mark.parametrize("after_effect", [False, True])
    def test_a_transport_that_fails_unexpectedly_proves_nothing(self, stage, error, after_effect):
        """R4: recorded as UNKNOWN, whether it is told as a value or raised."""
        stage.till.next(Raises(error, after_effect))
        with suppress(LedgerError):
            stage.charge()

        assert stage.charge().status is PaymentStatus.UNKNOWN
        assert stage.till.count("charge") == 1


class TestBadPlugins:
    """R47: a plugin's bug is no proof of anything."""

    @pytest.mark.parametrize(
        "after",
        [
            lambda _: None,
            lambda _: "paid",
            lambda _: True,
            lambda _: {"state": "succeeded"},
            lambda _: Conclusion("o-1", State.NOT_SENT),
            lambda _: Conclusion("o-1", State.NOT_EXECUTED),
            lambda _: Report("o-1", "succeeded", AMOUNT),
            lambda _: Report("o-1", State.SUCCEEDED, "15.00"),
            raising(RuntimeError("oops")),
            raising(KeyError("retData")),
            raising(NotSent("surely not")),
            raising(InvalidRequest("too late")),
            raising(NotSupported("too late")),
            raising(StopIteration()),
            raising(RecursionError()),
        ],
    )
    def test_whatever_it_makes_of_an_answer_is_unknown(self, after):
        """Q40, Q41: it was sent, so it is asked about and not sent again."""
        stage = Stage(plugin=Rogue(after=after))

        assert stage.charge().status is PaymentStatus.UNKNOWN
        assert stage.charge().status is PaymentStatus.UNKNOWN
        assert stage.till.effects == [CHARGED]

    @pytest.mark.parametrize(
        "report",
        [
            Report("o-1", State.SUCCEEDED, cad(1499)),
            Report("o-1", State.SUCCEEDED, paycore.Money(1500, "USD")),
            Report("o-1", State.SUCCEEDED),
            Report("o-2", State.SUCCEEDED, AMOUNT),
            Report(None, State.SUCCEEDED, AMOUNT),
            Report("o-1", State.SUCCEEDED, AMOUNT, kind=Kind.REFUND),
            Report("o-2", State.DECLINED),
            Report("o-1", State.DECLINED, kind=Kind.TOKEN),
        ],
    )
    def test_a_report_about_something_else_is_reviewed(self, report):
        """Q43: it is UNKNOWN, and a person is asked."""
        stage = Stage(plugin=Rogue(after=lambda _: report))

        payment = stage.charge()

        assert payment.status is PaymentStatus.UNKNOWN
        assert payment.review

    @pytest.mark.parametrize(
        "error", [RuntimeError("oops"), NotSent("no"), InvalidRequest("no"), NotSupported("no")]
    )
    def test_before_its_first_call_nothing_was_sent(self, error):
        """Whatever it raises; the same key may try again once it is mended."""
        plugin = Rogue(
            before=raising(error), after=lambda r: Report(r.reference, State.SUCCEEDED, r.amount)
        )
        stage = Stage(plugin=plugin)
        with pytest.raises((NotSent, InvalidRequest, NotSupported)):
            stage.charge()
        before = (state(stage), stage.till.calls[:])
        plugin.before = None

        assert before == (State.NOT_SENT, [])
        assert stage.charge().paid

    @pytest.mark.parametrize("kind", [OutcomeUnknown, NotSent])
    def test_a_plugin_s_words_are_kept_without_a_card(self, kind, caplog):
        """R43: whoever quotes what the provider said may quote a number, and at any length."""
        caplog.set_level("INFO", "paycore")
        words = kind("they said: card 4111 1111 1111 1111 refused" + " again" * 10_000)
        stage = Stage(
            plugin=Rogue(**{"after" if kind is OutcomeUnknown else "before": raising(words)})
        )
        with suppress(NotSent):
            stage.charge()
        kept = stage.ledger.evidence(stage.find().operations[0].id)
        told = str([dict(each.fields) for each in kept]) + caplog.text

        assert "they said: card 411111******1111 refused" in told
        assert "4111 1111" not in told
        assert len(told) < 2_000

    def test_a_hook_that_is_not_there_is_refused_before_anything_is_stored(self):
        """Nothing left us and nothing stands in the ledger."""

        class Poor(Teller):
            refund = void = tokenize = None

        stage = Stage(plugin=Poor(token_methods=()))
        stage.paid()
        for verb in (
            lambda: stage.gateway.refund("o-1", key="r"),
            lambda: stage.gateway.void("o-1", key="v"),
            lambda: stage.gateway.reverse("o-1", key="x"),
            lambda: stage.gateway.tokenize("t-1", CARD),
        ):
            with pytest.raises(NotSupported):
                verb()

        assert len(stage.find().operations) == 1


class TestQuestions:
    """A capture, a refund or a void that first asks: what is not answered has moved nothing."""

    class Asking(Teller):
        """Asks how the charge stands before it gives it back."""

        @paycore.hookimpl
        def refund(self, account, request):
            asked = {"reference": request.charge_reference}
            yield paycore.Call(f"{URL}/query", asked, moves=False)
            return (yield from super().refund(account, request))

    def failed(self, error):
        """Refund while the question fails so; return the stage and the calls for the refund."""
        stage = Stage(plugin=self.Asking())
        stage.paid()
        before = len(stage.till.calls)
        stage.till.next_query(Raises(error))
        with pytest.raises((NotSent, type(error))):
            stage.gateway.refund("o-1", key="r-1")
        return stage, [name for name, _ in stage.till.calls[before:]]

    @pytest.mark.parametrize(
        "error",
        [
            OutcomeUnknown("lost"),
            RuntimeError("a bug"),
            KeyboardInterrupt(),
            asyncio.CancelledError(),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_a_question_that_failed_leaves_nothing_behind(self, error):
        """Nothing is reserved for it, and the same key may try again."""
        stage, calls = self.failed(error)
        between = stage.find().refundable
        refund = stage.gateway.refund("o-1", key="r-1")

        assert calls == ["query"]
        assert between == AMOUNT
        assert refund.state is State.SUCCEEDED
        assert stage.till.effects == [CHARGED, Effect("refund", refund.reference, 1500)]

    @pytest.mark.parametrize("error", [OutcomeUnknown("lost"), KeyboardInterrupt()])
    def test_what_moves_after_it_may_have_moved(self, error):
        """Once the question was answered, all is as if there had been none."""
        stage = Stage(plugin=self.Asking())
        stage.paid()
        stage.till.next(Raises(error, after_effect=True))
        with suppress(KeyboardInterrupt):
            stage.gateway.refund("o-1", key="r-1")

        assert stage.find().operations[-1].state is State.UNKNOWN
        assert stage.find().refundable == cad(0)


class TestLedgerFails:
    """The ledger fails at the worst moments."""

    @pytest.mark.parametrize("error", [LedgerError("busy"), ValueError(), KeyboardInterrupt()])
    @pytest.mark.parametrize("verb", ["capture", "refund", "void"])
    def test_a_request_that_cannot_be_made_was_not_sent(self, stage, monkeypatch, verb, error):
        """R4: what fails before the talk begins is no doubt; the same key may try again."""
        stage.held() if verb == "capture" else stage.paid()
        calls = list(stage.till.calls)
        reserve = stage.ledger.reserve

        def reserving(*given):
            reserved = reserve(*given)
            read = stage.ledger.operation

            def fails_once(_):
                monkeypatch.setattr(stage.ledger, "operation", read)
                raise error

            monkeypatch.setattr(stage.ledger, "operation", fails_once)
            return reserved

        monkeypatch.setattr(stage.ledger, "reserve", reserving)
        with pytest.raises(type(error)):
            getattr(stage.gateway, verb)("o-1", key="k-1")
        between = stage.find().operations[-1].state
        monkeypatch.setattr(stage.ledger, "reserve", reserve)
        getattr(stage.gateway, verb)("o-1", key="k-1")

        assert between is State.NOT_SENT
        assert stage.find().operations[-1].state is State.SUCCEEDED
        assert len(stage.till.calls) == len(calls) + 1

    def break_record(self, stage, monkeypatch, error, times=1):
        real, left = stage.ledger.record, [times]

        def record(*given, **named):
            if left[0]:
                left[0] -= 1
                raise error
            return real(*given, **named)

        monkeypatch.setattr(stage.ledger, "record", record)

    def test_without_a_row_nothing_is_sent(self, stage, monkeypatch):
        """Q44: no durable intent, no byte."""

        def reserve(*_):
            raise LedgerError("the disk is full")

        monkeypatch.setattr(stage.ledger, "reserve", reserve)

        with pytest.raises(LedgerError):
            stage.charge()

        assert (stage.till.calls, stage.till.effects) == ([], [])

    @pytest.mark.parametrize("error", [LedgerError("gone"), OSError("gone"), RuntimeError("gone")])
    def test_an_answer_that_cannot_be_stored_is_unknown(self, stage, monkeypatch, error):
        """It is told as such, and found out once its lease is over."""
        self.break_record(stage, monkeypatch, error)
        with pytest.raises(OutcomeUnknown) as told:
            stage.charge()
        at_once = (state(stage), stage.gateway.reconcile(ahead=True).asked)
        stage.clock.advance(stage.accounts["main"].lease_s)
        later = stage.gateway.reconcile(ahead=True)

        assert told.value.money_may_have_moved
        assert at_once == (State.SUBMITTING, 0)
        assert (later.asked, later.settled) == (1, 1)
        assert stage.find().paid
        assert stage.till.effects == [CHARGED]

    def test_who_interrupts_is_heard_even_then(self, stage, monkeypatch):
        """The row stands as SUBMITTING, and `reconcile` finds out."""
        self.break_record(stage, monkeypatch, LedgerError("gone"))
        stage.till.next(Raises(KeyboardInterrupt(), after_effect=True))

        with pytest.raises(KeyboardInterrupt):
            stage.charge()

        assert state(stage) is State.SUBMITTING

    def test_nothing_sent_is_true_even_then(self, stage, monkeypatch):
        """That it could not be noted does not make it a lie."""
        self.break_record(stage, monkeypatch, LedgerError("gone"))
        stage.till.next("not_sent")

        with pytest.raises(NotSent):
            stage.charge()

        assert state(stage) is State.SUBMITTING

    def test_a_payment_that_cannot_be_read_back_may_have_been_paid(self, stage, monkeypatch):
        """A ledger error says that nothing was sent; after a charge that would be a lie."""
        real = stage.ledger.payment

        def payment(reference):
            known = stage.ledger.by_key(Kind.CHARGE, "o-1")
            if known is not None and known.state is State.SUCCEEDED:
                raise LedgerError("gone")
            return real(reference)

        monkeypatch.setattr(stage.ledger, "payment", payment)

        with pytest.raises(OutcomeUnknown):
            stage.charge()

        assert stage.till.effects == [CHARGED]


def test_a_dispatcher_that_was_given_up_writes_no_more(stage):
    """R39: it slept past its lease; what it brings home is evidence, and a query decides."""

    def sleep():
        stage.clock.advance(stage.accounts["main"].lease_s)
        stage.gateway.reconcile(ahead=True)

    stage.till.next(Does(sleep))
    payment = stage.charge()
    evidence = stage.ledger.evidence(payment.operations[0].id)

    assert payment.status is PaymentStatus.UNKNOWN
    assert [e.reported for e in evidence] == ["unknown", "unknown", "succeeded"]
    assert stage.gateway.query("o-1").paid


@pytest.mark.parametrize(("given_up", "then"), [(True, State.UNKNOWN), (False, State.NOT_SENT)])
def test_a_dispatcher_that_was_held_up_before_it_sent_sends_no_more(
    stage, monkeypatch, given_up, then
):
    """It may have been told as never executed meanwhile, and paid back, or tried again."""

    def held_up(hook, **_):
        if hook == "operation_started":
            stage.clock.advance(stage.accounts["main"].lease_s)
            if given_up:
                stage.gateway.reconcile(ahead=True)

    monkeypatch.setattr(stage.ear, "emit", held_up)
    with pytest.raises(NotSent):
        stage.charge()

    assert (stage.till.effects, stage.till.count("charge")) == ([], 0)
    assert state(stage) is then


def test_a_replay_while_the_first_is_under_way_is_its_state(stage):
    """Somebody asks again before the answer is there: nothing is sent."""
    seen = []
    stage.till.next(Does(lambda: seen.append(stage.charge().status)))
    stage.charge()

    assert seen == [PaymentStatus.PROCESSING]
    assert stage.till.effects == [CHARGED]


def test_sixteen_threads_with_one_key_charge_once(stage):
    """R7: one effect, and everybody gets the same payment."""
    with ThreadPoolExecutor(16) as pool:
        payments = list(pool.map(lambda _: stage.charge(), range(64)))

    assert stage.till.effects == [CHARGED]
    assert {payment.operations[0].id for payment in payments} == {stage.find().operations[0].id}
    assert stage.find().paid
