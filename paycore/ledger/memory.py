"""A ledger in memory: for tests, demos and first steps; it forgets when the process ends."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from paycore.errors import LedgerError
from paycore.events import events_of
from paycore.evolve import evolve
from paycore.ledger.admission import admitted, dispatched, sharing
from paycore.ledger.by_hand import settled, superseded, verdict
from paycore.ledger.hurrying import hurried
from paycore.ledger.memory_purging import MemoryPurging
from paycore.ledger.protocol import Evidence, Intent, Page, Reserved, Source
from paycore.ledger.rules import changed, concluded, overtaken
from paycore.naming import wire_references
from paycore.operation import Operation
from paycore.payment import Payment, PaymentStatus
from paycore.plan import next_check
from paycore.report import Report
from paycore.states import Kind, State


class MemoryLedger(MemoryPurging):
    """Keeps the promises of `paycore.ledger.protocol.Ledger` for the threads of one process."""

    def reserve(self, intent: Intent, now: datetime) -> Reserved:
        with self._transaction():
            known = self.by_key(intent.kind, intent.key)
            payment = None if intent.kind is Kind.TOKEN else self.payment(intent.owner)
            others = [o for kind in sharing(intent) if (o := self.by_key(kind, intent.key))]
            siblings = self.operations(intent.owner, intent.kind)
            if not admitted(intent, known, payment, siblings, others):
                assert known is not None  # a refusal raises, so only a replay comes here
                return Reserved(known, fresh=False)
            fresh = known or self._new(intent, len(siblings) + 1, now)
            operation = dispatched(fresh, intent, payment, now, again=known is not None)
            self._shelf.put(operation)
            if intent.kind is Kind.CHARGE and payment is None and intent.amount is not None:
                self._payments[intent.owner] = Payment(
                    intent.owner, intent.amount, (), now, dict(intent.metadata)
                )
            return Reserved(operation, fresh=True)

    def _new(self, intent: Intent, number: int, now: datetime) -> Operation:
        names = wire_references(intent.kind, intent.owner, number, intent.naming)
        return Operation(
            id=uuid.uuid4().hex,
            kind=intent.kind,
            owner=intent.owner,
            key=intent.key,
            fingerprint=intent.fingerprint,
            account=intent.account,
            reference=next(n for n in names if not self._shelf.taken(n)),
            method=intent.method,
            amount=intent.amount,
            state=State.RESERVED,
            created_at=now,
            updated_at=now,
            attempt=number,
            nonce=intent.nonce,
        )

    def record(
        self,
        operation: str,
        report: Report,
        source: Source,
        now: datetime,
        fence: int | None = None,
    ) -> Operation:
        with self._transaction():
            before = self.operation(operation)
            self._note(before, report, source, now)
            payment = self._payment_of(before)
            if fence is not None and fence != before.fence:
                after = overtaken(before, report)
            else:
                after = concluded(before, report, source, payment)
            return before if after == before else self._changed(before, after, payment, now)

    def _changed(
        self, before: Operation, after: Operation, payment: Payment | None, now: datetime
    ) -> Operation:
        after = changed(before, after, now)
        self._shelf.put(after)
        if charge := hurried(before, after, payment):
            self._shelf.put(evolve(charge, next_check_at=now))
        self._post.add(events_of(before, after, payment))
        return after

    def _note(self, operation: Operation, report: Report, source: Source, now: datetime) -> None:
        """Keep a report as evidence; what it tells of a purged payment is purged with the next."""
        seen = Evidence(operation.id, now, source, report.state.value, dict(report.raw))
        self._evidence.setdefault(operation.id, []).append(seen)
        self._remember(operation)

    def claim_check(
        self, operation: str, now: datetime, not_within_s: float, seen: int | None = None
    ) -> bool:
        with self._transaction():
            found = self.operation(operation)
            last = found.checked_at
            if last is not None and abs((now - last).total_seconds()) < not_within_s:
                return False
            if seen is not None and seen != found.checks:
                return False
            planned = next_check(found, now)
            self._shelf.put(
                evolve(found, checks=found.checks + 1, checked_at=now, next_check_at=planned)
            )
            return True

    def supersede(self, operation: str, version: int, now: datetime) -> Operation:
        with self._transaction():
            before = self.operation(operation)
            return self._changed(before, superseded(before, version), self._payment_of(before), now)

    def settle(
        self, operation: str, state: State, reason: str, version: int, now: datetime
    ) -> Operation:
        with self._transaction():
            before = self.operation(operation)
            payment = self._payment_of(before)
            after = settled(before, state, version, payment, now)
            self._note(before, verdict(before, state, reason), Source.OPERATOR, now)
            return self._changed(before, after, payment, now)

    def operation(self, operation: str) -> Operation:
        with self._lock:
            found = self._shelf.get(operation)
        if found is None:
            raise LedgerError("the ledger has no such operation")
        return found

    def operations(self, owner: str, kind: Kind) -> tuple[Operation, ...]:
        with self._lock:
            return tuple(o for o in self._shelf.owned(owner) if o.kind is kind)

    def by_key(self, kind: Kind, key: str) -> Operation | None:
        with self._lock:
            return self._shelf.by_key(kind, key)

    def by_wire(
        self, account: str, reference: str | None, provider_reference: str
    ) -> Operation | None:
        with self._lock:
            return self._shelf.by_wire(account, reference, provider_reference)

    def by_nonce(self, nonce: str) -> Operation | None:
        with self._lock:
            return self._shelf.by_nonce(nonce)

    def _payment_of(self, operation: Operation) -> Payment | None:
        return None if operation.kind is Kind.TOKEN else self.payment(operation.owner)

    def payments(
        self, *, status: PaymentStatus | None, account: str | None, limit: int, after: str
    ) -> Page:
        with self._lock:
            references = list(self._payments)
            start = references.index(after) + 1 if after in self._payments else 0
            found: list[Payment] = []
            for reference in references[start:]:
                payment = self.payment(reference)
                if payment is None or (status and payment.status is not status):
                    continue
                if account and payment.account != account:
                    continue
                if len(found) == limit:
                    return Page(tuple(found), found[-1].reference)
                found.append(payment)
            return Page(tuple(found), "")

    def due(self, now: datetime, limit: int | None, *, ahead: bool = False) -> Sequence[Operation]:
        with self._lock:
            return self._shelf.due(now, limit, ahead=ahead)

    def listed(
        self, *, state: State | None = None, review: bool = False, limit: int, after: str = ""
    ) -> tuple[Operation, ...]:
        with self._lock:
            return tuple(self._shelf.listed(state, limit, after, review=review))

    def in_review(self) -> int:
        with self._lock:
            return self._shelf.in_review()

    def evidence(self, operation: str) -> tuple[Evidence, ...]:
        with self._lock:
            return tuple(self._evidence.get(operation, ()))

    def close(self) -> None:
        """Nothing is held."""
