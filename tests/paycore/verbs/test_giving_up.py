"""What is open is given up by proof, never by a timer alone (R48)."""

from __future__ import annotations

from dataclasses import replace

import pytest

import paycore
from paycore.errors import NotSent
from paycore.methods import Wait
from paycore.payment import PaymentStatus
from paycore.states import State
from paycore.verbs.giving_up import ABSENCES, APART_S
from tests.stage import PAGE, Does, Effect, Says, Stage, Teller

LIFETIME_S = 3600
WINDOW_S = 86_400
DOUBTFUL = [{"state": "unknown"}, {"state": "succeeded", "amount": "a lot"}]
"""What may mean that it is paid: a word that nobody listed, or a success that cannot be read."""


@pytest.fixture
def stage():
    return Stage()


def query(stage, reference="o-1"):
    return stage.gateway.query(reference).operations[0]


class Deciding(Teller):
    """The plugin of a provider whose payers did their part: it says to wait until it decides."""

    @paycore.hookimpl
    def query(self, account, request):
        report = yield from super().query(account, request)
        return replace(report, next_action=Wait() if report.state is State.PENDING else None)


class Reading(Teller):
    """A plugin that reads by a schema: it names the member that it could not read."""

    @paycore.hookimpl
    def query(self, account, request):
        talk = super().query(account, request)
        reply = yield next(talk)
        if isinstance(reply.json.get("amount"), str):
            raise paycore.OutcomeUnknown("amount: not digits", field="amount")
        try:
            talk.send(reply)
        except StopIteration as end:
            return end.value


class TestPages:
    """A page nobody can pay any more."""

    def test_it_expires_when_the_provider_still_waits_after_its_lifetime(self, stage):
        """Not a moment before."""
        stage.charge(method=PAGE)
        stage.clock.advance(LIFETIME_S)
        alive = query(stage).state
        stage.clock.advance(1)
        over = query(stage)

        assert (alive, over.state) == (State.PENDING, State.EXPIRED)
        assert stage.find().status is PaymentStatus.EXPIRED
        assert stage.charge(key="k-2", method=PAGE).status is PaymentStatus.AWAITING_PAYER

    @pytest.mark.parametrize(
        "act", ["not_sent", "lost_after", Says({"state": "unknown"}), Says(b"")]
    )
    def test_time_alone_proves_nothing(self, stage, act):
        """The provider has to say that it still waits."""
        stage.charge(method=PAGE)
        stage.clock.advance(LIFETIME_S + 1)
        stage.till.next_query(act)

        assert query(stage).state is State.PENDING

    def test_what_the_provider_has_under_way_is_not_given_up(self):
        """Its payer acted: it may succeed any day, and no other attempt may begin."""
        stage = Stage(plugin=Deciding())
        stage.charge(method=PAGE)
        stage.gateway.tokenize("card-1", PAGE)
        stage.clock.advance(LIFETIME_S * 100)

        assert query(stage).state is State.PENDING
        assert stage.gateway.query_token("card-1").state is State.PENDING
        with pytest.raises(paycore.Conflict):
            stage.charge(key="k-2", method=PAGE)
        stage.till.settle("o-1")
        assert stage.gateway.query("o-1").paid
        assert stage.find().review == ""

    def test_one_whose_address_nobody_got_is_not_given_up_either(self):
        """Somebody acted on it all the same, says the provider."""
        stage = Stage(plugin=Deciding())
        stage.till.next("lost_after")
        stage.charge(method=PAGE)
        stage.clock.advance(LIFETIME_S + 1)

        assert query(stage).state is State.PENDING

    def test_who_paid_at_the_last_moment_has_paid(self, stage):
        """The query says so."""
        stage.charge(method=PAGE)
        stage.clock.advance(LIFETIME_S + 1)
        stage.till.settle("o-1")

        assert stage.gateway.query("o-1").paid

    def test_an_answer_that_was_held_up_is_as_old_as_its_question(self, stage):
        """That it waited for the payer was true within its lifetime; the payer may have paid."""
        stage.charge(method=PAGE)
        stage.till.next_query(Does(lambda: stage.clock.advance(LIFETIME_S + 1)))

        assert query(stage).state is State.PENDING

    def test_its_life_begins_when_it_was_sent(self, stage):
        """Not when somebody first tried: a payer may be on it."""
        stage.till.next("not_sent")
        with pytest.raises(NotSent):
            stage.charge(method=PAGE)
        stage.clock.advance(LIFETIME_S + 1)
        stage.charge(method=PAGE)

        assert query(stage).state is State.PENDING

    def test_only_a_page_has_a_lifetime(self, stage):
        """A bank may think as long as it likes."""
        stage.till.next("pending")
        stage.charge()
        stage.clock.advance(LIFETIME_S * 100)

        assert query(stage).state is State.PENDING

    def test_a_page_to_store_a_card_has_one(self, stage):
        """Likewise."""
        stage.gateway.tokenize("card-1", PAGE)
        stage.clock.advance(LIFETIME_S + 1)

        assert stage.gateway.query_token("card-1").state is State.EXPIRED

    @pytest.mark.parametrize("act", ["ok", Says({"state": "unknown"}), Says(b'{"odd": 1}')])
    def test_one_whose_address_nobody_got_expires(self, stage, act):
        """Nobody can pay it; whatever the provider answers, unless that it is paid."""
        stage.till.next("lost_before")
        stage.charge(method=PAGE)
        stage.till.next_query(act)
        early = query(stage).state
        stage.clock.advance(LIFETIME_S + 1)
        stage.till.next_query(act)

        assert (early, query(stage).state) == (State.UNKNOWN, State.EXPIRED)

    @pytest.mark.parametrize("act", ["not_sent", "lost_after", Says(b""), Says(b"<html>")])
    def test_but_not_without_an_answer(self, stage, act):
        """Somebody has to be asked, and noise is no answer."""
        stage.till.next("lost_before")
        stage.charge(method=PAGE)
        stage.clock.advance(LIFETIME_S + 1)
        stage.till.next_query(act)

        assert query(stage).state is State.UNKNOWN

    def test_nor_under_review(self, stage):
        """What contradicts itself is a person's case."""
        stage.till.next("lost_before")
        stage.charge(method=PAGE)
        stage.clock.advance(LIFETIME_S + 1)
        stage.till.orders["o-1"] = {"reference": "o-1", "state": "succeeded", "amount": 1}
        stage.till.orders["o-1"] |= {"currency": "CAD", "kind": "charge"}

        assert query(stage).state is State.UNKNOWN

    @pytest.mark.parametrize("told", DOUBTFUL, ids=str)
    @pytest.mark.parametrize("early", [True, False])
    def test_nor_what_may_be_paid(self, told, early):
        """Whatever is answered later: it waits for a proof, and at the end for a person."""
        stage = Stage(plugin=Reading())
        stage.till.next("lost_before")
        stage.charge(method=PAGE)
        stage.clock.advance(0 if early else LIFETIME_S + 1)
        stage.till.next_query(Says({"absent": None, "reference": "o-1", **told}))
        seen = [query(stage).state]
        stage.clock.advance(LIFETIME_S + 1)
        for act in ("ok", Says(b'{"odd": 1}'), "ok"):
            stage.till.next_query(act)
            seen.append(query(stage).state)

        assert set(seen) == {State.UNKNOWN}
        assert stage.find().review == ""
        stage.clock.advance(10 * 86_400)
        assert (query(stage).state, bool(query(stage).review)) == (State.UNKNOWN, True)

    def test_nor_what_a_message_leaves_open(self):
        """One that is proof, and says a word that nobody listed."""
        stage = Stage(description={"webhook_is_proof": True})
        stage.till.next("lost_before")
        stage.charge(method=PAGE)
        stage.tell(reference="o-1", state="unknown")
        stage.clock.advance(LIFETIME_S + 1)

        assert query(stage).state is State.UNKNOWN

    @pytest.mark.parametrize("told", DOUBTFUL, ids=str)
    def test_what_may_be_paid_is_once_it_is_proved(self, told):
        """And is no surprise then."""
        stage = Stage(plugin=Reading())
        stage.till.next("lost_after")
        stage.charge(method=PAGE)
        stage.clock.advance(LIFETIME_S + 1)
        stage.till.next_query(Says(told))
        doubtful = query(stage).state
        stage.till.settle("o-1")

        assert (doubtful, query(stage).state) == (State.UNKNOWN, State.SUCCEEDED)
        assert stage.find().review == ""

    def test_nor_what_its_own_answer_left_open(self, stage):
        """The page was asked for, and the answer said a word that nobody listed."""
        stage.till.next(Says({"state": "unknown"}))
        stage.charge(method=PAGE)
        stage.clock.advance(LIFETIME_S + 1)
        stage.till.next_query(Says(b'{"odd": 1}'))

        assert query(stage).state is State.UNKNOWN

    def test_but_one_that_left_us_at_the_second_try(self, stage):
        """That nothing left us at first is no doubt about it."""
        stage.till.next("not_sent", "lost_before")
        with pytest.raises(NotSent):
            stage.charge(method=PAGE)
        stage.charge(method=PAGE)
        stage.clock.advance(LIFETIME_S + 1)

        assert query(stage).state is State.EXPIRED

    def test_and_one_whose_dispatcher_never_came_back(self, stage):
        """What we conclude by ourselves is nothing that was told."""
        stage.till.next("lost_before")
        stage.crash(method=PAGE)
        stage.clock.advance(LIFETIME_S + 1)

        assert query(stage).state is State.EXPIRED

    def test_what_may_be_paid_and_waits_after_all_expires(self, stage):
        """The provider says so of it, after its lifetime."""
        stage.till.next("lost_after")
        stage.charge(method=PAGE)
        stage.clock.advance(LIFETIME_S + 1)
        stage.till.next_query(Says({"state": "unknown"}))
        doubtful = query(stage).state

        assert (doubtful, query(stage).state) == (State.UNKNOWN, State.EXPIRED)

    def test_a_late_payer_is_noticed(self, stage):
        """R9: an expired page was paid after all; it is told, and alarmed."""
        stage.charge(method=PAGE)
        stage.clock.advance(LIFETIME_S + 1)
        query(stage)
        stage.till.settle("o-1")
        answer = stage.tell(reference="o-1")
        payment = stage.find()

        assert answer.status == 200
        assert (payment.paid, payment.review) == (True, "succeeded after expired")


class TestAbsence:
    """A provider that does not know it."""

    def absent(self, stage, times=ABSENCES, apart_s=APART_S):
        seen = []
        for _ in range(times):
            seen.append(query(stage).state)
            stage.clock.advance(apart_s)
        return seen

    def lost(self, **description):
        stage = Stage(description=description)
        stage.till.next("lost_before")
        stage.charge()
        return stage

    def test_it_proves_something_where_the_provider_says_so(self):
        """S35: after the settling window, three times, spaced."""
        stage = self.lost(absence_is_proof=True)
        stage.clock.advance(WINDOW_S)

        assert self.absent(stage) == [State.UNKNOWN, State.UNKNOWN, State.NOT_EXECUTED]
        assert stage.find().status is PaymentStatus.FAILED
        assert stage.charge(key="k-2").paid
        assert stage.till.effects == [Effect("charge", "o-1-2", 1500)]

    def test_it_proves_nothing_where_the_provider_does_not(self):
        """S34: IOTPay, for one."""
        stage = self.lost()
        stage.clock.advance(WINDOW_S)

        assert set(self.absent(stage, times=10)) == {State.UNKNOWN}

    def test_nor_before_the_settling_window(self):
        """S33: however often."""
        stage = self.lost(absence_is_proof=True)

        assert set(self.absent(stage, times=10)) == {State.UNKNOWN}

    def test_nor_held_up_until_after_it(self):
        """The provider did not know it when it was asked; the window had only begun."""
        stage = self.lost(absence_is_proof=True)
        late = Does(lambda: stage.clock.advance(WINDOW_S))
        stage.till.next_query(late)
        query(stage)
        stage.clock.advance(APART_S)

        assert set(self.absent(stage, times=ABSENCES - 1)) == {State.UNKNOWN}

    def test_nor_in_one_breath(self):
        """Three answers of one second are one answer."""
        stage = self.lost(absence_is_proof=True)
        stage.clock.advance(WINDOW_S)

        assert set(self.absent(stage, times=10, apart_s=1)) == {State.UNKNOWN}

    def test_the_window_begins_when_it_was_sent(self):
        """Not when somebody first tried."""
        stage = Stage(description={"absence_is_proof": True})
        stage.till.next("not_sent", "lost_before")
        with pytest.raises(NotSent):
            stage.charge()
        stage.clock.advance(WINDOW_S * 2)
        stage.charge()

        assert set(self.absent(stage)) == {State.UNKNOWN}

    def test_what_the_provider_knew_once_is_not_absent(self):
        """It was PENDING: that it is gone now is no proof."""
        stage = Stage(description={"absence_is_proof": True})
        stage.till.next("pending")
        stage.charge()
        stage.till.orders.clear()
        stage.clock.advance(WINDOW_S)

        assert set(self.absent(stage, times=5)) == {State.PENDING}

    def test_what_is_under_review_waits_for_a_person(self):
        """Absence does not clear a contradiction away."""
        stage = self.lost(absence_is_proof=True)
        stage.till.orders["o-1"] = {"reference": "o-1", "state": "succeeded", "amount": 1}
        stage.till.orders["o-1"] |= {"currency": "CAD", "kind": "charge"}
        query(stage)
        stage.till.orders.clear()
        stage.clock.advance(WINDOW_S)

        assert set(self.absent(stage, times=5)) == {State.UNKNOWN}

    def test_a_late_success_is_noticed(self):
        """It was there after all."""
        stage = self.lost(absence_is_proof=True)
        stage.clock.advance(WINDOW_S)
        self.absent(stage)
        stage.till.orders["o-1"] = {"reference": "o-1", "state": "succeeded", "amount": 1500}
        stage.till.orders["o-1"] |= {"currency": "CAD", "kind": "charge"}
        after = query(stage)

        assert (after.state, after.late) == (State.SUCCEEDED, True)
