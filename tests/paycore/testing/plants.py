"""Faults planted into the code under test, each of which some promise must notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from paycore import dispatch, reconcile
from paycore.errors import LedgerError, NotSent, OutcomeUnknown
from paycore.ledger import admission, memory
from paycore.ledger.memory import MemoryLedger
from paycore.ledger.protocol import InboxRow, Reserved, Source
from paycore.payment import Payment
from paycore.report import Conclusion, Report
from paycore.states import Kind, State
from paycore.testing.weather import USUAL, WEATHERS, Weather
from paycore.verbs import ask, charge, give_back, judge, receive
from paycore.wire.guard import in_transaction

STALLED = replace(USUAL, stall=0.2, crash=0.0, settling_window_s=700)
Plant = Callable[[pytest.MonkeyPatch], Any]


@dataclass(frozen=True)
class Planted:
    """A fault, the promise that must notice it, and the weather to look for it in."""

    plant: Plant
    noticed_by: str
    weather: Weather = USUAL
    first: int = 0
    """The seed to look from: where the first runs show nothing, a hundred of them are spared."""

    @property
    def name(self) -> str:
        return self.plant.__name__


def drop_the_fence(patch: pytest.MonkeyPatch) -> type[MemoryLedger]:
    class Unfenced(MemoryLedger):
        def record(self, operation, report, source, now, fence=None):
            return super().record(operation, report, source, now)

    return Unfenced


def take_unknown_for_declined(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(dispatch, "_unknown", lambda o, reason: Report(o.reference, State.DECLINED))


def send_past_the_lease(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(dispatch, "_while_leased", lambda wiring, account, operation: account.send)


def take_lost_for_not_sent(patch: pytest.MonkeyPatch) -> None:
    right = dispatch.converse

    def wrong(talk, send):
        try:
            return right(talk, send)
        except OutcomeUnknown as lost:
            raise NotSent("surely not") from lost

    patch.setattr(dispatch, "converse", wrong)


def send_again_after_a_timeout(patch: pytest.MonkeyPatch) -> None:
    right = dispatch.converse

    def eager(talk, send):
        def twice(call):
            try:
                return send(call)
            except OutcomeUnknown:
                return send(call)

        return right(talk, twice)

    patch.setattr(dispatch, "converse", eager)


def release_an_unknown_refund(patch: pytest.MonkeyPatch) -> None:
    right = Payment._left

    def forgetful(self, charge):
        known = tuple(o for o in self.operations if o.state is not State.UNKNOWN)
        return right(replace(self, operations=known), charge)

    patch.setattr(Payment, "_left", forgetful)


def send_before_it_is_written(patch: pytest.MonkeyPatch) -> type[MemoryLedger]:
    class Lazy(MemoryLedger):
        def reserve(self, intent, now):
            reserved = super().reserve(intent, now)
            if reserved.fresh:
                self._shelf._by_wire.pop(reserved.operation.reference)
            return reserved

        def record(self, operation, *given, **named):
            row = self.operation(operation)
            self._shelf._by_wire[row.reference] = operation
            return super().record(operation, *given, **named)

    return Lazy


def send_inside_a_transaction(patch: pytest.MonkeyPatch) -> None:
    right = dispatch.heard

    def locked(*given):
        token = in_transaction.set(True)
        try:
            return right(*given)
        finally:
            in_transaction.reset(token)

    patch.setattr(dispatch, "heard", locked)


def ignore_what_a_key_meant(patch: pytest.MonkeyPatch) -> None:
    right = memory.admitted

    def blind(intent, known, payment, *more):
        meant = known.fingerprint if known else intent.fingerprint
        return right(replace(intent, fingerprint=meant), known, payment, *more)

    patch.setattr(memory, "admitted", blind)


def forget_keys(patch: pytest.MonkeyPatch) -> type[MemoryLedger]:
    class Forgetful(MemoryLedger):
        def by_key(self, kind, key):
            found = super().by_key(kind, key)
            return found if found and found.state.is_open else None

    return Forgetful


def begin_beside_an_open_attempt(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(admission, "_admit_charge", lambda intent, payment: None)


def keep_two_charges_quiet(patch: pytest.MonkeyPatch) -> None:
    right = memory.concluded
    patch.setattr(admission, "_admit_charge", lambda intent, payment: None)
    patch.setattr(memory, "concluded", lambda *given: replace(right(*given), review=""))


def believe_a_weak_message(patch: pytest.MonkeyPatch) -> None:
    def credulous(wiring, account, operation, report, gap_s):
        after = wiring.ledger.record(operation.id, report, Source.NOTIFICATION, wiring.now())
        return ask.Asked(after, report)

    patch.setattr(judge, "_told", credulous)


def acknowledge_what_is_not_kept(patch: pytest.MonkeyPatch) -> type[MemoryLedger]:
    class Leaky(MemoryLedger):
        def keep(self, account, digest, notification, now):
            return InboxRow("lost", account, digest, notification, now)

        def mark(self, row, state, reason="", *, failed=False):
            return None

    return Leaky


def lose_copies(patch: pytest.MonkeyPatch) -> type[MemoryLedger]:
    class Careless(MemoryLedger):
        def keep(self, account, digest, notification, now):
            row = super().keep(account, digest, notification, now)
            self._letters._rows[row.id] = replace(row, copies=1)
            return row

    return Careless


def leave_early_messages_waiting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(charge, "apply_parked", lambda wiring, done: done.operation)
    patch.setattr(give_back, "apply_parked", lambda wiring, done: done.operation)
    patch.setattr(reconcile, "retry_kept", lambda *asked, **how: (0, 0))


def believe_whatever_came_last(patch: pytest.MonkeyPatch) -> None:
    def fickle(before, report, source, payment):
        return replace(before, state=report.state)

    patch.setattr(memory, "concluded", fickle)


def never_ask_again(patch: pytest.MonkeyPatch) -> type[MemoryLedger]:
    class Idle(MemoryLedger):
        def due(self, now, limit, *, ahead=False):
            return []

    return Idle


def give_up_at_the_first_absence(patch: pytest.MonkeyPatch) -> None:
    def hasty(wiring, account, operation, answer, **_):
        if isinstance(answer, ask.NotFound) and operation.state is State.UNKNOWN:
            return Conclusion(operation.reference, State.NOT_EXECUTED, reason="not there")
        return None

    patch.setattr(ask, "given_up", hasty)


def let_a_timer_decide(patch: pytest.MonkeyPatch) -> None:
    def impatient(wiring, account, operation, answer, **_):
        if operation.state is State.UNKNOWN and operation.kind is Kind.CHARGE:
            return Conclusion(operation.reference, State.NOT_EXECUTED, reason="too long")
        return None

    patch.setattr(ask, "given_up", impatient)


def admit_any_refund(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Payment, "_left", lambda payment, charge: charge.amount.minor)


def forget_a_success(patch: pytest.MonkeyPatch) -> type[MemoryLedger]:
    class Doubtful(MemoryLedger):
        def claim_check(self, operation, *asked):
            self._shelf.put(replace(self.operation(operation), state=State.UNKNOWN))
            return super().claim_check(operation, *asked)

    return Doubtful


def lose_evidence(patch: pytest.MonkeyPatch) -> type[MemoryLedger]:
    class Shredder(MemoryLedger):
        def evidence(self, operation):
            return super().evidence(operation)[-2:]

    return Shredder


def let_strange_errors_out(patch: pytest.MonkeyPatch) -> None:
    def clumsy(*given):
        try:
            return right(*given)
        except LedgerError as error:
            raise KeyError("row") from error

    right = receive._received
    patch.setattr(receive, "receive", clumsy)
    patch.setattr(give_back, "known_payment", lambda w, r: w.ledger.payment(r).reference and None)


def replay_as_fresh(patch: pytest.MonkeyPatch) -> type[MemoryLedger]:
    class Amnesiac(MemoryLedger):
        def reserve(self, intent, now):
            reserved = super().reserve(intent, now)
            return Reserved(reserved.operation, fresh=True)

    return Amnesiac


PLANTS = (
    Planted(drop_the_fence, "r39", STALLED),
    Planted(take_unknown_for_declined, "r04"),
    Planted(send_past_the_lease, "r04", STALLED, first=680),
    Planted(take_lost_for_not_sent, "r01"),
    Planted(send_again_after_a_timeout, "r01"),
    Planted(replay_as_fresh, "r01"),
    Planted(release_an_unknown_refund, "r32"),
    Planted(release_an_unknown_refund, "r33"),
    Planted(send_before_it_is_written, "r02"),
    Planted(send_inside_a_transaction, "r03"),
    Planted(ignore_what_a_key_meant, "r07"),
    Planted(forget_keys, "r08"),
    Planted(begin_beside_an_open_attempt, "r06"),
    Planted(keep_two_charges_quiet, "r09"),
    Planted(believe_a_weak_message, "r20", WEATHERS["r20"]),
    Planted(acknowledge_what_is_not_kept, "r11"),
    Planted(lose_copies, "r12"),
    Planted(leave_early_messages_waiting, "r15", first=100),
    Planted(forget_a_success, "r13"),
    Planted(believe_whatever_came_last, "r14"),
    Planted(never_ask_again, "r16", WEATHERS["r16"]),
    Planted(never_ask_again, "r48"),
    Planted(give_up_at_the_first_absence, "r04"),
    Planted(let_a_timer_decide, "r04", WEATHERS["r48"]),
    Planted(admit_any_refund, "r32"),
    Planted(admit_any_refund, "r34"),
    Planted(lose_evidence, "r35"),
    Planted(let_strange_errors_out, "errors"),
)
