"""Money goes back once, never more than was taken, by one remedy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from paycore.errors import Conflict, InvalidRequest, NotSent, NotSupported
from paycore.money import Money
from paycore.payment import PaymentStatus
from paycore.results import Refund, Void
from paycore.states import Kind, State
from tests.stage import Effect, Refused, Stage, Teller, cad


@pytest.fixture
def stage():
    stage = Stage(description={"absence_is_proof": True})
    stage.paid()
    return stage


def refund(stage, minor=None, key="r-1", reference="o-1"):
    return stage.gateway.refund(reference, minor and cad(minor), key=key)


def given(stage):
    return [effect for effect in stage.till.effects if effect.kind != "charge"]


def never_executed(stage):
    """Let the provider not know it, often and long enough."""
    stage.clock.advance(stage.accounts["main"].description.settling_window_s)
    for _ in range(3):
        stage.gateway.reconcile(ahead=True)
        stage.clock.advance(60)


class TestRefund:
    """In part or whole."""

    def test_part_of_it(self, stage):
        """The rest stays refundable, and the payment stays paid."""
        part = refund(stage, 500)
        payment = stage.find()

        assert (part.succeeded, part.amount, part.payment) == (True, cad(500), "o-1")
        assert (part.reference, part.account) == ("o-1-r1", "main")
        assert (payment.status, payment.refunded) == (PaymentStatus.PAID, cad(500))
        assert payment.refundable == cad(1000)

    def test_all_that_is_left(self, stage):
        """Where no amount is named."""
        refund(stage, 500)
        rest = refund(stage, key="r-2")

        assert rest.amount == cad(1000)
        assert given(stage) == [Effect("refund", "o-1-r1", 500), Effect("refund", "o-1-r2", 1000)]

    def test_the_same_key_gives_the_stored_refund(self, stage):
        """Whatever is left by now, and without a call."""
        for minor in (500, None):
            first = refund(stage, minor, key=f"r-{minor}")
            again = refund(stage, minor, key=f"r-{minor}")

            assert first == again
        assert len(given(stage)) == 2

    @pytest.mark.parametrize("other", [None, 501])
    def test_the_same_key_for_another_amount_is_a_conflict(self, stage, other):
        """None is another amount than the number that it comes to."""
        refund(stage, 500)

        with pytest.raises(Conflict):
            refund(stage, other)

    def test_a_key_belongs_to_one_payment(self, stage):
        """Another payment's refund needs another key."""
        stage.paid("o-2")
        refund(stage, 500)

        with pytest.raises(Conflict):
            refund(stage, 500, reference="o-2")

    @pytest.mark.parametrize(
        ("minor", "currency"), [(0, "CAD"), (1501, "CAD"), (100, "USD"), (100, "JPY")]
    )
    def test_what_cannot_be_is_refused(self, stage, minor, currency):
        """Nothing, more than all, or another currency."""
        with pytest.raises(InvalidRequest):
            stage.gateway.refund("o-1", Money(minor, currency), key="r-1")

        assert given(stage) == []
        assert stage.find().refundable == cad(1500)

    @pytest.mark.parametrize("key", [None, "", "  ", "r\n", 7, ["r"]])
    def test_it_needs_a_key(self, stage, key):
        """Q13: a refund has no name of its own to fall back on."""
        for verb in (stage.gateway.refund, stage.gateway.void, stage.gateway.reverse):
            with pytest.raises(InvalidRequest, match="key"):
                verb("o-1", key=key)

        assert given(stage) == []

    def test_only_what_was_taken_goes_back(self, stage):
        """Q23: nobody knows it, or it is not captured."""
        stage.till.next("pending")
        stage.charge("o-2")

        for reference in ("o-2", "o-9"):
            for verb in (stage.gateway.refund, stage.gateway.void, stage.gateway.reverse):
                with pytest.raises(InvalidRequest):
                    verb(reference, key="r")

    @pytest.mark.parametrize(
        ("act", "state", "left"),
        [
            ("lost_after", State.UNKNOWN, 900),
            ("lost_before", State.UNKNOWN, 900),
            ("pending", State.PENDING, 900),
            ("declined", State.DECLINED, 1500),
            (Refused("no"), State.DECLINED, 1500),
        ],
    )
    def test_what_may_go_back_is_not_there_for_another(self, stage, act, state, left):
        """R33: its money stays reserved until it is proved not to move."""
        stage.till.next(act)

        assert refund(stage, 600).state is state
        assert stage.find().refundable == cad(left)

    def test_what_was_never_sent_frees_its_money(self, stage):
        """And its key may try again, under the same wire reference."""
        stage.till.next("not_sent")
        with pytest.raises(NotSent):
            refund(stage, 600)
        between = stage.find().refundable
        again = refund(stage, 600)

        assert between == cad(1500)
        assert (again.reference, again.succeeded) == ("o-1-r1", True)
        assert given(stage) == [Effect("refund", "o-1-r1", 600)]

    def test_an_unknown_one_is_freed_by_proof_only(self, stage):
        """The provider never had it, said long and often enough."""
        stage.till.next("lost_before")
        refund(stage, 600)
        stage.gateway.reconcile(ahead=True)
        early = stage.find().refundable
        never_executed(stage)

        assert (early, stage.find().refundable) == (cad(900), cad(1500))
        assert stage.gateway.query_refund("o-1", "r-1").state is State.NOT_EXECUTED

    def test_sixteen_threads_never_give_back_too_much(self, stage):
        """64 refunds of a tenth: ten of them."""

        def give(number):
            try:
                return refund(stage, 150, key=f"r-{number}").amount.minor
            except (Conflict, InvalidRequest):
                return 0

        with ThreadPoolExecutor(16) as pool:
            told = sum(pool.map(give, range(64)))

        assert told == sum(effect.minor for effect in given(stage)) == 1500


class TestVoid:
    """The whole charge, before it settles."""

    def test_it_cancels_the_charge(self, stage):
        """The payment is voided, and nothing is left to give back."""
        void = stage.gateway.void("o-1", key="v-1")
        payment = stage.find()

        assert isinstance(void, Void)
        assert (void.amount, void.succeeded, void.reference) == (cad(1500), True, "o-1-v1")
        assert (payment.status, payment.paid) == (PaymentStatus.VOIDED, False)
        assert payment.refundable == cad(0)

    def test_the_same_key_gives_the_stored_void(self, stage):
        """Without a call."""
        first, again = (stage.gateway.void("o-1", key="v-1") for _ in range(2))

        assert first == again
        assert len(given(stage)) == 1

    def test_after_settlement_it_is_declined(self, stage):
        """Q25: no hidden refund."""
        stage.till.next(Refused("already settled"))
        void = stage.gateway.void("o-1", key="v-1")

        assert void.state is State.DECLINED
        assert void.decline.provider_code == "already settled"
        assert given(stage) == []
        assert stage.find().paid

    @pytest.mark.parametrize("act", ["ok", "lost_after", "lost_before", "pending"])
    @pytest.mark.parametrize(("first", "second"), [("refund", "void"), ("void", "refund")])
    def test_one_remedy_only(self, stage, act, first, second):
        """R34: while one gave it back or may, the other is refused."""
        stage.till.next(act)
        getattr(stage.gateway, first)("o-1", key="a")

        with pytest.raises(Conflict):
            getattr(stage.gateway, second)("o-1", key="b")

        assert len(given(stage)) <= 1

    def test_a_void_and_a_refund_at_once(self, stage):
        """Q26: one wins, the other is a conflict; 16 threads, over and over."""
        for number in range(20):
            stage.paid(f"p-{number}")

            def give(which, reference=f"p-{number}"):
                verb = stage.gateway.void if which % 2 else stage.gateway.refund
                try:
                    verb(reference, key=f"{reference}-{which}")
                except Conflict:
                    return 0
                return 1

            with ThreadPoolExecutor(16) as pool:
                assert sum(pool.map(give, range(16))) == 1

        assert len(given(stage)) == 20


class NoVoid(Teller):
    """A provider that cannot void."""

    void = None


class TestReverse:
    """Void or refund, whichever the provider can."""

    def test_it_voids_where_it_can(self, stage):
        """And the same key gives the void again."""
        first, again = (stage.gateway.reverse("o-1", key="x") for _ in range(2))

        assert isinstance(first, Void)
        assert first == again
        assert given(stage) == [Effect("void", "o-1-v1", 1500)]

    def test_it_refunds_where_the_void_is_declined(self, stage):
        """Under the same key; which gives the refund again."""
        stage.till.next(Refused("already settled"))
        first, again = (stage.gateway.reverse("o-1", key="x") for _ in range(2))

        assert type(first) is Refund
        assert first == again
        assert given(stage) == [Effect("refund", "o-1-r1", 1500)]

    def test_it_refunds_where_the_provider_cannot_void(self):
        """Nothing is tried that cannot be."""
        stage = Stage(plugin=NoVoid())
        stage.paid()

        assert type(stage.gateway.reverse("o-1", key="x")) is Refund
        with pytest.raises(NotSupported):
            stage.gateway.void("o-1", key="v")

    def test_it_refunds_the_rest(self, stage):
        """Part of it was refunded: a void would be too much."""
        refund(stage, 500)
        rest = stage.gateway.reverse("o-1", key="x")

        assert (type(rest), rest.amount) == (Refund, cad(1000))

    @pytest.mark.parametrize("act", ["lost_after", "lost_before", "pending"])
    def test_an_open_void_is_the_answer(self, stage, act):
        """It may have worked: no refund beside it, however often it is asked for."""
        stage.till.next(act)
        tried = [stage.gateway.reverse("o-1", key="x") for _ in range(2)]

        assert all(isinstance(each, Void) and each.state.is_open for each in tried)
        assert stage.ledger.by_key(Kind.REFUND, "x") is None
        with pytest.raises(Conflict):
            stage.gateway.reverse("o-1", key="y")

    def test_a_void_that_was_never_executed_is_followed_by_a_refund(self, stage):
        """Once that is proved; the same key goes on where it stood."""
        stage.till.next("lost_before")
        stage.gateway.reverse("o-1", key="x")
        never_executed(stage)

        assert type(stage.gateway.reverse("o-1", key="x")) is Refund
        assert given(stage) == [Effect("refund", "o-1-r1", 1500)]

    @pytest.mark.parametrize("acts", [["not_sent"], [Refused("settled"), "not_sent"]])
    def test_what_was_never_sent_is_tried_again(self, stage, acts):
        """Void or refund, the same key takes it up."""
        stage.till.next(*acts)
        with pytest.raises(NotSent):
            stage.gateway.reverse("o-1", key="x")
        done = stage.gateway.reverse("o-1", key="x")

        assert done.succeeded
        assert len(given(stage)) == 1

    def test_a_key_that_began_as_something_else_is_a_conflict(self, stage):
        """A partial refund's, or another payment's."""
        stage.paid("o-2")
        refund(stage, 500, key="x")
        stage.gateway.void("o-2", key="y")

        for key in ("x", "y"):
            with pytest.raises(Conflict):
                stage.gateway.reverse("o-1", key=key)

        assert len(given(stage)) == 2

    def test_a_refund_that_was_declined_is_the_answer(self, stage):
        """The key stands for that refund: no void is tried under it."""
        stage.till.next(Refused("no"))
        refund(stage, key="x")

        assert stage.gateway.reverse("o-1", key="x").state is State.DECLINED
        assert stage.till.count("void") == 0

    def test_sixteen_threads_give_back_once(self, stage):
        """Each of them gets the void, whatever it is by then."""
        with ThreadPoolExecutor(16) as pool:
            done = list(pool.map(lambda _: stage.gateway.reverse("o-1", key="x"), range(32)))

        assert {type(each) for each in done} == {Void}
        assert given(stage) == [Effect("void", "o-1-v1", 1500)]


class TestTwoCharges:
    """Two attempts took the money (R9): each gives back its own, at its own account."""

    @pytest.fixture
    def twice(self):
        stage = Stage(names=("main", "other"))
        stage.till.next("declined")
        stage.charge()
        stage.charge(key="k-2", account="other")
        stage.till.settle("o-1")
        stage.tell(reference="o-1")
        return stage

    def test_it_is_noticed(self, twice):
        """R9: the late one is under review, and both are named."""
        first, second = twice.find().operations

        assert (first.state, second.state) == (State.SUCCEEDED, State.SUCCEEDED)
        assert first.late
        assert first.review == "captured twice: o-1-2 and o-1; succeeded after declined"
        assert twice.gateway.query("o-1").review == first.review

    def test_each_account_gives_back_its_own(self, twice):
        """Never one the other's; and never more than each took."""
        done = [refund(twice, key=f"r-{n}") for n in (1, 2)]

        assert {each.account for each in done} == {"main", "other"}
        assert twice.tills["main"].orders["o-1-r1"]["of"] == "o-1"
        assert twice.tills["other"].orders["o-1-r2"]["of"] == "o-1-2"
        assert [till.effects[-1].minor for till in twice.tills.values()] == [1500, 1500]
        with pytest.raises(Conflict):
            refund(twice, key="r-3")

    def test_a_key_still_gives_its_refund(self, twice):
        """Although another account's charge is the one with money left by now."""
        first = refund(twice, key="r-1")

        assert refund(twice, key="r-1") == first

    def test_one_that_was_never_sent_takes_what_is_there(self, twice):
        """Its first charge was given back meanwhile: it does not go to the other's account."""
        twice.till.next("not_sent")
        with pytest.raises(NotSent):
            refund(twice, key="r-1")
        refund(twice, key="r-2")

        with pytest.raises(Conflict):
            refund(twice, key="r-1")

        assert [len(till.effects) for till in twice.tills.values()] == [2, 1]


def test_a_late_refund_that_no_longer_fits_is_reviewed(stage):
    """R32: another took its place; the provider gave back too much, and a person is told."""
    stage.till.next("declined")
    refund(stage, 1000)
    refund(stage, 1000, key="r-2")
    stage.till.settle("o-1-r1")
    late = stage.gateway.query_refund("o-1", "r-1")
    payment = stage.find()

    assert (late.state, bool(late.review)) == (State.DECLINED, True)
    assert (payment.refunded, payment.refundable) == (cad(1000), cad(500))


def test_an_account_that_is_gone_gives_nothing_back(stage):
    """The settings no longer name it: told by name, and nothing is reserved."""
    del stage.accounts["main"]

    for verb in (stage.gateway.refund, stage.gateway.void, stage.gateway.reverse):
        with pytest.raises(InvalidRequest, match="account"):
            verb("o-1", key="r-1")

    assert stage.find().refundable == cad(1500)
