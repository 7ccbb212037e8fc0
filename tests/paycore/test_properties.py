"""The promises, driven at random: a gateway, a provider with faults, its messages, and a clock.

Effects are what the provider did, not what we think. What is held after every step:

- one effect at most for each (kind, key), and none that the ledger does not know (R1, R2);
- two captures of one payment only by a late success, and then reported (R9);
- nothing succeeds here that did not succeed there (R20, R24);
- never more given back than captured (R32), an open refund counted in (R33);
- no second attempt while one is open, or after one paid (R6);
- nothing UNKNOWN is settled without asking, or being told by whose word is proof (R4);
- NEW means that nothing left us;
- every acknowledged message is somewhere (R12).
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import paycore
from paycore import Kind, Operation, PaymentStatus, State
from paycore.errors import Conflict, NotSent, OutcomeUnknown
from paycore.ledger.protocol import InboxState, Source
from tests.stage import CARD, PAGE, Act, Effect, Raises, Refused, Says, Stage, cad

PAYMENTS = st.sampled_from(["o-1", "o-2"])
KEYS = st.sampled_from(["o-1", "k-1", "k-2", "k-3"])
METHODS = st.sampled_from([CARD, PAGE])
ACTS: st.SearchStrategy[Act] = st.sampled_from(
    [
        "ok",
        "ok",
        "ok",
        "not_sent",
        "lost_before",
        "lost_after",
        "pending",
        "declined",
        Refused("51"),
        Says(b"<html>"),
        Says({"amount": 1}),
        Says({"reference": "o-9"}),
        Says({"state": "odd"}),
        Raises(KeyboardInterrupt()),
        Raises(KeyboardInterrupt(), after_effect=True),
    ]
)
QUERY_ACTS: st.SearchStrategy[Act] = st.sampled_from(
    ["ok", "ok", "ok", "not_sent", "lost_after", Says(b""), Says({"amount": 1})]
)
CLAIMS = st.sampled_from(["succeeded", "declined", "pending", "unknown", "expired"])
WAITS = st.sampled_from([1, 31, 61, 300, 3601, 86_401, -3600])
REFUSALS = (paycore.PaycoreError, KeyboardInterrupt)


class Shop(RuleBasedStateMachine):
    """One shop, two payments, a provider that anything can happen to."""

    proof = False
    """Whether the provider's messages are proof; then it never lies, else anybody may."""

    @initialize(absence=st.booleans())
    def open(self, absence: bool) -> None:
        self.stage = Stage(
            description={"webhook_is_proof": self.proof, "absence_is_proof": absence}
        )
        self.acknowledged = 0
        self.late: set[str] = set()
        self.shown: set[str] = set()

    # What the application does.

    @rule(reference=PAYMENTS, key=KEYS, method=METHODS, act=ACTS)
    def charge(self, reference: str, key: str, method: Any, act: Act) -> None:
        before = self.stage.gateway.find(reference)
        known = self.stage.ledger.by_key(Kind.CHARGE, key)
        calls = self.stage.till.count("charge")
        with self.acting(act), suppress(*REFUSALS):
            try:
                payment = self.stage.charge(reference, method=method, key=key)
                if payment.charge and payment.next_action:
                    self.shown.add(payment.charge.reference)
            except Conflict:
                assert before is not None or known is not None
                assert self.stage.till.count("charge") == calls
        sent = self.stage.till.count("charge") > calls
        if sent and before is not None:
            assert before.captured is None
            assert before.open_charge is None
        if sent and known is not None:
            assert known.state is State.NOT_SENT

    @rule(reference=PAYMENTS, key=KEYS, minor=st.sampled_from([None, 1, 500, 1500]), act=ACTS)
    def refund(self, reference: str, key: str, minor: int | None, act: Act) -> None:
        with self.acting(act), suppress(*REFUSALS):
            self.stage.gateway.refund(reference, minor and cad(minor), key=key)

    @rule(reference=PAYMENTS, key=KEYS, act=ACTS, verb=st.sampled_from(["void", "reverse"]))
    def give_back(self, reference: str, key: str, act: Act, verb: str) -> None:
        with self.acting(act), suppress(*REFUSALS):
            getattr(self.stage.gateway, verb)(reference, key=key)

    @rule(reference=PAYMENTS, act=QUERY_ACTS)
    def query(self, reference: str, act: Act) -> None:
        with self.acting(act), suppress(paycore.InvalidRequest):
            self.stage.gateway.query(reference)

    @rule(reference=PAYMENTS)
    def come_back(self, reference: str) -> None:
        for operation in self.operations():
            if operation.owner == reference and operation.nonce:
                self.stage.gateway.returned(operation.nonce)

    @rule(act=QUERY_ACTS, limit=st.sampled_from([None, 1, 2]))
    def reconcile(self, act: Act, limit: int | None) -> None:
        with self.acting(act):
            self.stage.gateway.reconcile(limit, ahead=True)

    @rule(seconds=WAITS)
    def wait(self, seconds: float) -> None:
        self.stage.clock.advance(seconds)

    # What happens to it.

    @rule(reference=PAYMENTS)
    def die(self, reference: str) -> None:
        """The process dies in the middle of a charge, its answer on the way."""
        record = self.stage.ledger.record

        def dead(*_: Any, **__: Any) -> None:
            raise paycore.LedgerError("the process is gone")

        self.stage.ledger.record = dead
        with suppress(Conflict, OutcomeUnknown, NotSent):
            self.stage.charge(reference)
        self.stage.ledger.record = record

    @precondition(lambda self: any(self.undecided()))
    @rule(data=st.data(), state=st.sampled_from(["succeeded", "succeeded", "declined"]))
    def decide(self, data: Any, state: str) -> None:
        """The payer pays, the bank speaks; or a decline turns out to be none."""
        reference = data.draw(st.sampled_from(sorted(self.undecided())))
        operation = self.stage.ledger.by_wire("main", reference, "")
        given_up = operation is not None and operation.state.is_final
        refused = self.stage.till.orders[reference]["state"] == "declined"
        if state == "succeeded" and (given_up or refused):
            self.late.add(reference)
        self.stage.till.settle(reference, state)

    @rule(data=st.data(), claim=CLAIMS, amount=st.sampled_from([1500, 1500, 1, 500]))
    def tell(self, data: Any, claim: str, amount: int) -> None:
        """A message with a good seal: true of who never lies, anything of who may."""
        orders = self.stage.till.orders
        known = sorted(orders)
        reference = data.draw(st.sampled_from([*known, "o-1", "o-9"]))
        fields: dict[str, Any] = {"state": claim, "amount": amount}
        if self.proof:
            if reference not in orders:
                return
            order = orders[reference]
            fields = {name: order[name] for name in ("state", "amount", "kind", "theirs")}
        answer = self.stage.tell(reference=reference, **fields)
        assert answer.body == b"thanks"
        self.acknowledged += 1

    # What is held.

    @invariant()
    def one_effect_for_each_key(self) -> None:
        counted: Counter[tuple[Kind, str]] = Counter()
        for effect in self.effects():
            operation = self.of(effect)
            assert operation.kind.value == effect.kind
            assert operation.amount == cad(effect.minor)
            counted[operation.kind, operation.key] += 1
        assert all(times == 1 for times in counted.values()), counted

    @invariant()
    def one_capture_for_each_payment(self) -> None:
        captures: dict[str, list[Effect]] = {}
        for effect in self.effects():
            if effect.kind == "charge":
                captures.setdefault(self.of(effect).owner, []).append(effect)
        for owner, taken in captures.items():
            if len(taken) > 1:
                assert self.late.intersection(effect.reference for effect in taken)
                known = [self.of(effect) for effect in taken]
                if all(operation.state is State.SUCCEEDED for operation in known):
                    assert self.stage.find(owner).review

    @invariant()
    def what_succeeded_here_succeeded_there(self) -> None:
        there = {effect.reference for effect in self.effects()}
        for operation in self.operations():
            assert operation.state is not State.SUCCEEDED or operation.reference in there
            if operation.state in (State.DECLINED, State.NOT_EXECUTED, State.EXPIRED):
                assert operation.reference not in there or operation.reference in self.late

    @invariant()
    def never_more_than_was_captured(self) -> None:
        for payment in self.payments():
            for charge in payment.operations:
                given = self.given_back(payment, charge)
                assert sum(o.amount.minor for o in given if o.amount) <= 1500 or not given
        for reference in self.stage.till.orders:
            given_there = [e for e in self.effects() if self.charge_of(e) == reference]
            if not self.late.intersection(e.reference for e in given_there):
                assert sum(effect.minor for effect in given_there) <= 1500

    @invariant()
    def nothing_unknown_is_settled_by_itself(self) -> None:
        told = {Source.QUERY, Source.NOTIFICATION} if self.proof else {Source.QUERY}
        for operation in self.operations():
            evidence = self.stage.ledger.evidence(operation.id)
            answered = [e for e in evidence if e.source is Source.RESPONSE][-1:]
            if answered and answered[0].reported == operation.state.value:
                continue
            if operation.state.is_final:
                assert told.intersection(e.source for e in evidence)

    @invariant()
    def new_means_that_nothing_left(self) -> None:
        for payment in self.payments():
            if payment.status is PaymentStatus.NEW:
                names = {o.reference for o in payment.operations}
                assert not names.intersection(self.stage.till.orders)

    @invariant()
    def messages_are_conserved(self) -> None:
        rows = [row for state in InboxState for row in self.stage.ledger.messages(state=state)]
        assert sum(row.copies for row in rows) == self.acknowledged

    def teardown(self) -> None:
        """With a healthy provider, what it knows ends here as it ended there (R16, R36)."""
        self.stage.till.query_acts.clear()
        for _ in range(3):
            self.stage.clock.advance(30 * 86_400)  # far past wherever the clock was moved back to
            self.stage.gateway.reconcile(ahead=True)
        for operation in self.operations():
            order = self.stage.till.orders.get(operation.reference)
            if order is not None and operation.state.is_open and not operation.review:
                assert order["state"] == "pending"
        self.one_effect_for_each_key()
        self.what_succeeded_here_succeeded_there()

    # How it is seen.

    class _Acting:
        def __init__(self, shop: Shop, act: Act) -> None:
            self.till = shop.stage.till
            self.act = act

        def __enter__(self) -> None:
            self.till.next(self.act)
            self.till.next_query(self.act)

        def __exit__(self, *_: object) -> None:
            self.till.acts.clear()
            self.till.query_acts.clear()

    def acting(self, act: Act) -> _Acting:
        """Let the next call meet `act`, if there is one."""
        return self._Acting(self, act)

    def effects(self) -> list[Effect]:
        return self.stage.till.effects

    def payments(self) -> tuple[paycore.Payment, ...]:
        return self.stage.gateway.payments().payments

    def operations(self) -> list[Operation]:
        return [operation for payment in self.payments() for operation in payment.operations]

    def of(self, effect: Effect) -> Operation:
        """Return the operation of an effect: the ledger knew it before it happened."""
        operation = self.stage.ledger.by_wire("main", effect.reference, "")
        assert operation is not None
        return operation

    def charge_of(self, effect: Effect) -> str:
        """Return the wire reference of the charge that an effect gave back of."""
        return str(self.stage.till.orders[effect.reference].get("of", ""))

    def given_back(self, payment: paycore.Payment, charge: Operation) -> list[Operation]:
        return [
            o
            for o in payment.operations
            if o.charge == charge.id and (o.state.is_open or o.state is State.SUCCEEDED)
        ]

    def undecided(self) -> list[str]:
        orders = self.stage.till.orders.items()
        return [
            name for name, order in orders if order["state"] != "succeeded" and self.reached(name)
        ]

    def reached(self, reference: str) -> bool:
        """Return whether anybody could pay it: a page whose address got lost has no payer."""
        operation = self.stage.ledger.by_wire("main", reference, "")
        is_page = operation is not None and operation.method in ("hosted_page", "embedded_form")
        return not is_page or reference in self.shown


class HonestShop(Shop):
    """The same, with a provider whose messages are proof."""

    proof = True


TestHints = Shop.TestCase
TestHints.settings = settings(stateful_step_count=30)
TestProof = HonestShop.TestCase
TestProof.settings = settings(stateful_step_count=30)
