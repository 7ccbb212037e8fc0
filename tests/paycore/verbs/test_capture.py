"""Money that is held is taken once, as it was asked, or given up; what is lost is asked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from paycore.errors import (
    Conflict,
    InvalidRequest,
    LedgerError,
    NotSent,
    NotSupported,
    OutcomeUnknown,
)
from paycore.events import EventType
from paycore.ledger.durable import open_durable
from paycore.ledger.protocol import Source
from paycore.money import Money
from paycore.payment import PaymentStatus
from paycore.plan import PLAN_S
from paycore.report import Conclusion, Report
from paycore.states import Kind, State
from tests.postgres import postgres  # noqa: F401
from tests.stage import PAGE, Does, Effect, Refused, Says, Stage, Teller, cad


@pytest.fixture
def stage():
    stage = Stage(description={"absence_is_proof": True})
    stage.held()
    return stage


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def ledger(request, tmp_path):
    if request.param == "memory":
        yield Stage().ledger
        return
    url = f"sqlite:///{tmp_path / 'paycore.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").wiped()
    with closing(open_durable(url)) as opened:
        yield opened


def capture(stage, minor=None, key="c-1", reference="o-1"):
    return stage.gateway.capture(reference, minor and cad(minor), key=key)


def operation(stage, kind=Kind.CAPTURE, reference="o-1"):
    return next(o for o in stage.find(reference).operations if o.kind is kind)


def ended(stage):
    return [effect for effect in stage.till.effects if effect.kind != "charge"]


def told(stage, reference="o-1"):
    return [event.type for event in stage.ledger.events_of(reference)]


def blind(stage, times=1):
    """Let the ledger fail at the charge's record: the process is lost just before it."""
    record, left = stage.ledger.record, [times]

    def failing(operation, *given, **more):
        if stage.ledger.operation(operation).kind is Kind.CHARGE and left[0]:
            left[0] -= 1
            raise LedgerError("the process is gone")
        return record(operation, *given, **more)

    stage.ledger.record = failing


def plan(stage):
    """Reconcile at every step of the plan."""
    start = stage.clock.time
    for at_s in PLAN_S:
        stage.clock.advance(at_s * 1.3 - (stage.clock.time - start).total_seconds())
        stage.gateway.reconcile()


class TestHold:
    """A charge that only holds."""

    def test_it_is_held_and_nothing_is_taken(self, stage):
        """Open, told, and not paid."""
        payment = stage.find()

        assert (payment.status, payment.paid, payment.refundable) == (
            (PaymentStatus.AUTHORIZED, False, cad(0))
        )
        assert stage.till.effects == []
        assert told(stage) == [EventType.PAYMENT_AUTHORIZED]

    def test_the_flag_is_part_of_the_key(self, stage):
        """R7: to hold and to take are two things; each again gives the stored result."""
        with pytest.raises(Conflict, match="key"):
            stage.charge()
        assert stage.charge(capture=False) == stage.find()
        stage.paid("o-2")

        with pytest.raises(Conflict, match="key"):
            stage.charge("o-2", capture=False)
        assert stage.till.count("charge") == 2

    def test_a_provider_that_cannot_capture_is_not_asked_to_hold(self):
        """Refused before anything is stored or sent."""

        class Plain(Teller):
            capture = None

        stage = Stage(plugin=Plain())
        with pytest.raises(NotSupported, match="capture"):
            stage.charge(capture=False)

        assert (stage.gateway.find("o-1"), stage.till.calls) == (None, [])

    @pytest.mark.parametrize("wrong", [None, 0, "no"])
    def test_nothing_but_a_yes_or_no_decides(self, wrong):
        """What is empty is no wish to take money, nor one to leave it."""
        stage = Stage()
        with pytest.raises(InvalidRequest, match="capture"):
            stage.charge(capture=wrong)

        assert stage.till.calls == []

    def test_a_hold_that_nobody_asked_for_calls_a_person(self):
        """It was to be taken: nothing moves."""
        stage = Stage()
        stage.till.next(Says({"state": "authorized"}))
        payment = stage.charge()

        assert (payment.status, bool(payment.review)) == (PaymentStatus.UNKNOWN, True)

    def test_what_was_taken_at_once_calls_a_person(self):
        """It was to be held: nobody counts on the money, and it is not forgotten."""
        stage = Stage()
        stage.till.next(Says({"state": "succeeded"}))
        payment = stage.charge(capture=False)

        assert (payment.status, payment.refundable) == (PaymentStatus.UNKNOWN, cad(0))
        assert "not by us" in payment.review

    def test_a_lost_hold_is_found_by_asking(self):
        """As every lost answer is; nothing is sent again."""
        stage = Stage()
        stage.till.next("lost_after")
        assert stage.charge(capture=False).status is PaymentStatus.UNKNOWN
        stage.clock.advance(60)
        stage.gateway.reconcile()

        assert stage.find().status is PaymentStatus.AUTHORIZED
        assert stage.till.count("charge") == 1

    def test_a_page_is_authorized_by_its_payer(self):
        """By query or message; then another page may not take its place."""
        stage = Stage()
        stage.charge(method=PAGE, capture=False)
        stage.till.settle("o-1", "authorized")
        assert stage.gateway.query("o-1").status is PaymentStatus.AUTHORIZED

        with pytest.raises(Conflict):
            stage.gateway.supersede("o-1", PAGE, key="k-2", capture=False)
        assert capture(stage).paid

    def test_a_page_in_place_of_a_page_holds_as_well(self):
        """Where that is asked for."""
        stage = Stage()
        stage.charge(method=PAGE, capture=False)
        page = stage.gateway.supersede("o-1", PAGE, key="k-2", capture=False).charge

        assert (page.hold_only, page.attempt) == (True, 2)

    def test_two_pages_that_both_hold_are_told(self):
        """The payer authorized the old one as well: a person looks, and it is not captured."""
        stage = Stage()
        stage.charge(method=PAGE, capture=False)
        stage.gateway.supersede("o-1", PAGE, key="k-2", capture=False)
        for reference in ("o-1-2", "o-1"):
            stage.till.settle(reference, "authorized")
            stage.clock.advance(60)
            stage.gateway.reconcile(ahead=True)
        old, new = stage.find().operations

        assert (old.review, new.review) == ("held twice: o-1-2 and o-1", "")
        assert capture(stage).charge.id == new.id
        assert stage.find().captured.id == new.id

    def test_a_hold_waits_as_long_as_the_provider_holds_it(self, stage):
        """It is asked about by the whole plan and after it, and calls nobody."""
        plan(stage)
        stage.clock.advance(30 * 86_400)
        stage.gateway.reconcile()

        assert (stage.find().status, stage.find().review) == (PaymentStatus.AUTHORIZED, "")
        assert stage.till.count("query") >= len(PLAN_S)
        assert capture(stage).paid

    def test_a_hold_that_lapsed_is_over(self, stage):
        """The provider gave it up: the payment expired, and may be tried anew."""
        stage.till.settle("o-1", "expired")
        stage.gateway.query("o-1")

        assert stage.find().status is PaymentStatus.EXPIRED
        assert told(stage)[-1] is EventType.PAYMENT_EXPIRED
        assert stage.charge(key="k-2").paid


class TestCapture:
    """In part or whole, once."""

    def test_all_of_it(self, stage):
        """It is paid then, and all of it can be given back."""
        payment = capture(stage)

        assert (payment.paid, payment.refundable, payment.charge.captured) == (
            True,
            cad(1500),
            None,
        )
        assert ended(stage) == [Effect("capture", "o-1-c1", 1500)]
        assert told(stage) == [EventType.PAYMENT_AUTHORIZED, EventType.PAYMENT_PAID]
        assert stage.ear.finished("o-1") == [State.AUTHORIZED, State.SUCCEEDED]

    def test_a_part_gives_up_the_rest(self, stage):
        """R32: what was taken is what can be refunded, and not a cent more."""
        payment = capture(stage, 600)
        with pytest.raises(InvalidRequest, match="can be given back"):
            stage.gateway.refund("o-1", cad(601), key="r-0")
        given = stage.gateway.refund("o-1", key="r-1")

        assert (payment.refundable, payment.charge.taken, given.amount) == (cad(600),) * 3
        with pytest.raises(Conflict):
            stage.gateway.refund("o-1", cad(1), key="r-2")
        assert ended(stage) == [Effect("capture", "o-1-c1", 600), Effect("refund", "o-1-r1", 600)]

    def test_the_refund_of_a_part_names_what_was_charged(self, stage):
        """The provider is told what was taken, not what was held."""
        asked = []
        refund = stage.accounts["main"].provider.talk

        def listening(hook, account, request):
            asked.append(request)
            return refund(hook, account, request)

        stage.accounts["main"].provider.talk = listening
        capture(stage, 600)
        stage.gateway.refund("o-1", cad(100), key="r-1")

        assert asked[0].authorized == cad(1500)
        assert asked[1].charged == cad(600)

    def test_the_same_key_gives_the_stored_result(self, stage):
        """R7: without a call; another amount, or none, is a conflict."""
        first = capture(stage, 600)

        assert capture(stage, 600) == first
        for other in (601, None):
            with pytest.raises(Conflict, match="key"):
                capture(stage, other)
        assert stage.till.count("capture") == 1

    @pytest.mark.parametrize("minor", [1501, 0])
    def test_an_amount_that_cannot_be_taken_is_refused(self, stage, minor):
        """Before anything is stored or sent; the field is named."""
        with pytest.raises(InvalidRequest, match=r"amount|captured") as refused:
            stage.gateway.capture("o-1", cad(minor), key="c-1")

        assert refused.value.field == "amount"
        assert ended(stage) == []

    def test_another_currency_is_refused(self, stage):
        """It is held in one."""
        with pytest.raises(InvalidRequest) as refused:
            stage.gateway.capture("o-1", Money(1, "USD"), key="c-1")

        assert refused.value.field == "currency"

    def test_only_what_is_held_can_be_captured(self, stage):
        """Not what nobody knows, failed, was paid, or is not decided."""
        stage.till.next("declined", "ok", "pending")
        for reference, hold in (("failed", True), ("paid", False), ("open", True)):
            stage.charge(reference, capture=not hold)

        for reference in ("failed", "paid", "open", "nobody"):
            with pytest.raises(InvalidRequest):
                capture(stage, key=f"c-{reference}", reference=reference)
        assert stage.till.count("capture") == 0

    def test_a_second_capture_is_a_conflict(self, stage):
        """Whatever is left of what was held: it was given up."""
        capture(stage, 600)
        for minor in (600, 900, None):
            with pytest.raises(Conflict):
                capture(stage, minor, key=f"again-{minor}")

        assert stage.till.count("capture") == 1

    def test_a_declined_capture_leaves_the_hold(self, stage):
        """And may be tried again, under another key."""
        stage.till.next(Refused("51"))
        assert capture(stage).status is PaymentStatus.AUTHORIZED
        assert operation(stage).state is State.DECLINED

        assert capture(stage, 700, key="c-2").paid
        assert EventType.CAPTURE_FAILED in told(stage)

    def test_what_was_not_sent_is_sent_again_under_its_key(self, stage):
        """R5: not a byte left."""
        stage.till.next("not_sent")
        with pytest.raises(NotSent):
            capture(stage, 600)

        assert capture(stage, 600).paid
        assert ended(stage) == [Effect("capture", "o-1-c1", 600)]

    def test_another_amount_than_we_asked_calls_a_person(self, stage):
        """The provider took something else: nothing moves, whoever says it."""
        stage.till.next(Says({"amount": 700}))
        payment = capture(stage, 600)

        assert (payment.status, payment.refundable) == (PaymentStatus.AUTHORIZED, cad(0))
        assert operation(stage).state is State.UNKNOWN
        assert "amount" in payment.review
        for reference in ("o-1", "o-1-c1"):
            stage.till.orders[reference]["amount"] = 700
        stage.gateway.reconcile(ahead=True)
        assert stage.find().status is PaymentStatus.AUTHORIZED

    def test_a_capture_in_their_console_calls_a_person(self, stage):
        """It is true, and was not us: a person settles it, and says so."""
        stage.till.settle("o-1")
        payment = stage.gateway.query("o-1")
        assert (payment.status, "not by us" in payment.review) == (PaymentStatus.AUTHORIZED, True)
        charge = payment.charge
        stage.gateway.books.settle(charge.id, State.SUCCEEDED, "seen there", charge.version)

        assert (stage.find().paid, stage.find().refundable) == (True, cad(1500))

    def test_a_purged_payment_keeps_what_was_taken(self, stage):
        """What moved stays; whom it was about goes."""
        capture(stage, 600)
        stage.clock.advance(400 * 86_400)
        stage.gateway.reconcile(ahead=True)
        assert stage.gateway.books.purge(stage.clock()) == 1

        assert stage.find().refundable == cad(600)


class TestLost:
    """What nobody knows is asked for, and never sent again."""

    @pytest.mark.parametrize("lost", ["lost_after", "pending"])
    def test_a_lost_capture_is_found_by_asking(self, stage, lost):
        """R4: UNKNOWN until then; the charge hears of it with the capture."""
        stage.till.next(lost)
        assert capture(stage, 600).status is PaymentStatus.AUTHORIZED
        for end in (lambda: capture(stage, key="c-2"), lambda: stage.gateway.void("o-1", key="v")):
            with pytest.raises(Conflict):
                end()
        assert capture(stage, 600).status is PaymentStatus.AUTHORIZED
        if lost == "pending":
            stage.till.settle("o-1-c1")
        stage.clock.advance(60)
        stage.gateway.reconcile()

        assert (stage.find().paid, stage.find().refundable) == (True, cad(600))
        assert (stage.till.count("capture"), stage.find().review) == (1, "")
        assert told(stage)[-1] is EventType.PAYMENT_PAID

    def test_a_capture_that_never_arrived_is_given_up(self, stage):
        """Where its absence is proof: then another one may be tried."""
        stage.till.next("lost_before")
        capture(stage)
        stage.clock.advance(stage.accounts["main"].description.settling_window_s)
        for _ in range(3):
            stage.gateway.reconcile(ahead=True)
            stage.clock.advance(60)

        assert operation(stage).state is State.NOT_EXECUTED
        assert stage.find().status is PaymentStatus.AUTHORIZED
        assert capture(stage, 600, key="c-2").refundable == cad(600)

    def test_a_query_of_a_capture_says_what_it_is_about(self, stage):
        """Its own reference and amount, and the charge by both of its names."""
        asked = []
        provider = stage.accounts["main"].provider
        talk = provider.talk

        def listening(hook, account, request):
            asked.append((hook, request))
            return talk(hook, account, request)

        provider.talk = listening
        stage.till.next("lost_after")
        capture(stage, 600)
        stage.gateway.reconcile(ahead=True)
        (request,) = (r for hook, r in asked if hook == "query" and r.kind is Kind.CAPTURE)

        assert (request.reference, request.amount) == ("o-1-c1", cad(600))
        assert (request.charge_reference, request.charge_provider_reference) == ("o-1", "T-o-1")
        assert request.charge_refundable is None

    def test_a_message_about_the_capture_settles_both(self):
        """Where messages are proof, nobody is asked."""
        stage = Stage(description={"webhook_is_proof": True})
        stage.held()
        stage.till.next("pending")
        capture(stage, 600)
        answer = stage.tell(reference="o-1-c1", kind="capture", amount=600)

        assert (answer.status, stage.find().refundable) == (200, cad(600))
        assert stage.till.count("query") == 0

    def test_a_message_about_the_charge_may_come_before_the_answer(self):
        """R15: our capture asked for that; the answer finds it done."""
        stage = Stage(description={"webhook_is_proof": True})
        stage.held()
        early = Does(lambda: stage.tell(reference="o-1", amount=600))
        stage.till.next(early)

        assert capture(stage, 600).refundable == cad(600)
        assert told(stage).count(EventType.PAYMENT_PAID) == 1
        assert stage.find().review == ""

    def test_a_message_of_another_amount_moves_nothing(self):
        """R24: not by a cent."""
        stage = Stage(description={"webhook_is_proof": True})
        stage.held()
        stage.till.next("pending")
        capture(stage, 600)
        stage.tell(reference="o-1", amount=601)

        assert stage.find().status is PaymentStatus.AUTHORIZED
        assert stage.find().refundable == cad(0)

    def test_an_operator_who_settles_a_capture_settles_the_charge(self, stage):
        """The same follows, whoever found it out."""
        stage.till.next("lost_after")
        capture(stage, 600)
        found = operation(stage)
        stage.gateway.books.settle(found.id, State.SUCCEEDED, "seen there", found.version)

        assert (stage.find().paid, stage.find().refundable) == (True, cad(600))


class TestBetween:
    """The process is lost between the capture's own record and the charge's."""

    @pytest.mark.parametrize("minor", [1500, 600])
    def test_the_plan_finds_a_capture(self, ledger, minor):
        """The charge is open still: asked about, it says what our capture asked for."""
        stage = Stage(ledger=ledger)
        stage.held()
        blind(stage)
        with pytest.raises(OutcomeUnknown):
            capture(stage, minor)
        assert (operation(stage).state, stage.find().status) == (
            (State.SUCCEEDED, PaymentStatus.AUTHORIZED)
        )
        with pytest.raises(Conflict):
            capture(stage, key="c-2")
        stage.clock.advance(60)
        stage.gateway.reconcile()

        assert (stage.find().paid, stage.find().refundable) == (True, cad(minor))
        assert (stage.find().review, stage.till.count("capture")) == ("", 1)
        assert told(stage).count(EventType.PAYMENT_PAID) == 1

    def test_the_plan_finds_a_release(self, ledger):
        """Nothing is held any more, and the payment is voided; it is told once."""
        stage = Stage(ledger=ledger)
        stage.held()
        blind(stage)
        with pytest.raises(OutcomeUnknown):
            stage.gateway.void("o-1", key="v-1")
        stage.clock.advance(60)
        stage.gateway.reconcile()

        assert (stage.find().status, stage.find().review) == (PaymentStatus.VOIDED, "")
        assert told(stage) == [EventType.PAYMENT_AUTHORIZED, EventType.VOID_SUCCEEDED]

    def test_the_same_key_tells_the_charge(self, stage):
        """Without network: what the ledger knows is enough."""
        blind(stage)
        with pytest.raises(OutcomeUnknown):
            capture(stage, 600)
        calls = len(stage.till.calls)

        assert capture(stage, 600).refundable == cad(600)
        assert len(stage.till.calls) == calls

    def test_a_lost_capture_whose_charge_is_asked_first(self, stage):
        """Whichever of the two is asked first, both end the same."""
        stage.till.next("lost_after")
        capture(stage, 600)
        stage.gateway.query("o-1")

        assert {o.state for o in stage.find().operations} == {State.SUCCEEDED}
        assert (stage.find().review, stage.find().refundable) == ("", cad(600))

    def test_a_payment_that_cannot_be_read_then_is_unknown_to_the_caller(self, stage):
        """It was taken and recorded: the caller is told to find it later."""
        right, reads = stage.ledger.payment, [0]

        def failing(reference):
            reads[0] += 1
            if stage.till.count("capture"):
                raise LedgerError("gone")
            return right(reference)

        stage.ledger.payment = failing
        stage.ledger.record, record = (
            lambda *given, **more: _unblinded(stage, right, failing, record, given, more),
            stage.ledger.record,
        )
        with pytest.raises(OutcomeUnknown):
            capture(stage)

        stage.ledger.payment = right
        assert stage.find().paid


def _unblinded(stage, right, failing, record, given, more):
    """Record with a ledger that can read payments: it needs them itself."""
    stage.ledger.payment = right
    try:
        return record(*given, **more)
    finally:
        stage.ledger.payment = failing


class TestRelease:
    """What is held is given up, by `void`."""

    def test_all_of_it(self, stage):
        """The void is returned, the payment is voided, and nothing was taken."""
        void = stage.gateway.void("o-1", key="v-1")

        assert (void.succeeded, void.amount, void.reference) == (True, cad(1500), "o-1-x1")
        assert (stage.find().status, stage.find().refundable) == (PaymentStatus.VOIDED, cad(0))
        assert ended(stage) == [Effect("void", "o-1-x1", 1500)]
        assert told(stage) == [EventType.PAYMENT_AUTHORIZED, EventType.VOID_SUCCEEDED]
        assert stage.gateway.query_refund("o-1", "v-1") == void

    def test_the_same_key_gives_the_stored_release(self, stage):
        """R7: whatever became of the payment since."""
        first = stage.gateway.void("o-1", key="v-1")
        stage.charge(key="k-2")

        assert stage.gateway.void("o-1", key="v-1") == first
        assert stage.till.count("void") == 1
        assert stage.gateway.void("o-1", key="v-2").reference == "o-1-v1"

    def test_a_key_of_a_refund_is_another_key(self, stage):
        """What a refund was called elsewhere says nothing of a void."""
        stage.paid("o-2")
        stage.gateway.refund("o-2", key="v-1")

        assert stage.gateway.void("o-1", key="v-1").reference == "o-1-x1"
        with pytest.raises(Conflict, match="key"):
            stage.gateway.void("o-2", key="v-1")

    def test_a_released_payment_is_not_captured(self, stage):
        """R34: and a captured one is voided, not released."""
        stage.gateway.void("o-1", key="v-1")
        with pytest.raises(Conflict):
            capture(stage)
        stage.held("o-2")
        capture(stage, 600, key="c-2", reference="o-2")
        void = stage.gateway.void("o-2", key="v-2")

        assert (void.amount, operation(stage, Kind.VOID, "o-2").state) == (
            cad(600),
            State.SUCCEEDED,
        )
        assert stage.find("o-2").status is PaymentStatus.VOIDED

    def test_a_lost_release_is_found_by_asking(self, stage):
        """And meanwhile nothing is captured."""
        stage.till.next("lost_after")
        assert stage.gateway.void("o-1", key="v-1").state is State.UNKNOWN
        with pytest.raises(Conflict):
            capture(stage)
        stage.gateway.reconcile(ahead=True)

        assert (stage.find().status, stage.till.count("void")) == (PaymentStatus.VOIDED, 1)
        assert operation(stage, Kind.RELEASE).state is State.SUCCEEDED

    def test_a_release_that_did_nothing_may_be_tried_again(self, stage):
        """NOT_SENT under its key; after a refusal, under another."""
        stage.till.next("not_sent", Refused("x"))
        with pytest.raises(NotSent):
            stage.gateway.void("o-1", key="v-1")
        assert stage.gateway.void("o-1", key="v-1").state is State.DECLINED

        assert capture(stage).paid

    def test_a_provider_that_cannot_void_cannot_release(self):
        """Refused before anything is stored or sent."""

        class Plain(Teller):
            void = None

        stage = Stage(plugin=Plain())
        stage.held()
        with pytest.raises(NotSupported, match="void"):
            stage.gateway.void("o-1", key="v-1")

        assert len(stage.find().operations) == 1

    def test_nothing_is_released_that_is_not_held(self):
        """Nothing was captured either."""
        stage = Stage()
        stage.till.next("declined")
        stage.charge(capture=False)

        with pytest.raises(InvalidRequest):
            stage.gateway.void("o-1", key="v-1")


class TestReverse:
    """Whichever can be done."""

    def test_what_is_held_is_released(self, stage):
        """The same key gives the same; one that failed is followed by nothing."""
        first = stage.gateway.reverse("o-1", key="b-1")
        assert (first.succeeded, stage.find().status) == (True, PaymentStatus.VOIDED)
        assert stage.gateway.reverse("o-1", key="b-1") == first
        stage.held("o-2")
        stage.till.next(Refused("x"))

        assert stage.gateway.reverse("o-2", key="b-2").state is State.DECLINED
        assert stage.till.count("refund") == 0

    def test_what_was_captured_is_voided_or_refunded(self, stage):
        """As the provider can."""
        capture(stage, 600)

        assert stage.gateway.reverse("o-1", key="b-1").amount == cad(600)
        assert ended(stage)[-1] == Effect("void", "o-1-v1", 600)

    def test_a_provider_that_voids_no_capture_refunds(self):
        """Its `void` is for what is held: of a captured charge it is refused before sending."""
        stage = Stage(description={"voids_captured": False})
        stage.held()
        capture(stage, 600)
        with pytest.raises(NotSupported, match="captured"):
            stage.gateway.void("o-1", key="v-1")
        assert stage.till.count("void") == 0
        stage.held("o-2")

        assert stage.gateway.reverse("o-1", key="b-1").amount == cad(600)
        assert stage.gateway.reverse("o-2", key="b-2").succeeded
        assert [effect.kind for effect in ended(stage)] == ["capture", "refund", "void"]


class TestRace:
    """A capture against a void, each by a process of its own mind."""

    def test_one_of_them_wins(self, ledger):
        """R34: what is held is taken or given up, in ten rounds never both."""
        stage = Stage(ledger=ledger, description={"voids_captured": False})
        for round_ in range(10):
            owner = f"o-{round_}"
            stage.held(owner)
            ways = (
                lambda owner=owner: capture(stage, key=f"c-{owner}", reference=owner),
                lambda owner=owner: stage.gateway.void(owner, key=f"v-{owner}"),
            )
            with ThreadPoolExecutor(4) as pool:
                done = [pool.submit(way) for way in ways * 2]
                lost = [type(each.exception()) for each in done if each.exception()]
            assert set(lost) <= {Conflict, InvalidRequest, NotSupported}
            effects = {e.kind for e in ended(stage) if e.reference.startswith(f"{owner}-")}
            assert len(effects) == 1, owner
            wanted = PaymentStatus.PAID if effects == {"capture"} else PaymentStatus.VOIDED
            assert (stage.find(owner).status, stage.find(owner).review) == (wanted, "")


def test_a_charge_that_learns_otherwise_of_its_release_calls_a_person(stage):
    """The provider says released, and then that it took the money: nothing is counted twice."""
    stage.gateway.void("o-1", key="v-1")
    charge = stage.find().operations[0]
    said = Report("o-1", State.SUCCEEDED, amount=cad(1500))
    after = stage.ledger.record(charge.id, said, Source.QUERY, stage.clock())

    assert (after.state, bool(after.review)) == (State.EXPIRED, True)
    assert stage.find().refundable == cad(0)


def test_a_late_capture_after_the_hold_was_told_over_is_a_late_success(stage):
    """The provider gave the hold up, it said, and took the money all the same."""
    stage.till.next("lost_after")
    capture(stage, 600)
    charge = stage.find().operations[0]
    over = Conclusion(charge.reference, State.EXPIRED, reason="lapsed")
    stage.ledger.record(charge.id, over, Source.QUERY, stage.clock())
    stage.gateway.reconcile(ahead=True)

    assert (stage.find().paid, stage.find().refundable) == (True, cad(600))
    assert EventType.PAYMENT_LATE_SUCCESS in told(stage)
    assert stage.gateway.refund("o-1", key="r-1").amount == cad(600)
