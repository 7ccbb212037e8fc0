"""A ledger in memory: for tests, demos and first steps; it forgets when the process ends."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from paycore.errors import LedgerError
from paycore.ledger.letters import Letters
from paycore.ledger.protocol import (
    Evidence,
    InboxRow,
    InboxState,
    Intent,
    Page,
    Reserved,
    Source,
)
from paycore.ledger.rules import admitted, concluded, dispatched
from paycore.ledger.shelf import Shelf
from paycore.naming import wire_references
from paycore.operation import Operation
from paycore.payment import Payment, PaymentStatus
from paycore.report import Notification, Report
from paycore.states import Kind, State
from paycore.wire.guard import in_transaction


class MemoryLedger:
    """Keeps the promises of `paycore.ledger.protocol.Ledger` for the threads of one process."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._shelf = Shelf()
        self._payments: dict[str, Payment] = {}
        self._evidence: dict[str, list[Evidence]] = {}
        self._letters = Letters()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            token = in_transaction.set(True)
            try:
                yield
            finally:
                in_transaction.reset(token)

    def reserve(self, intent: Intent, now: datetime) -> Reserved:
        with self._transaction():
            known = self.by_key(intent.kind, intent.key)
            payment = None if intent.kind is Kind.TOKEN else self.payment(intent.owner)
            if not admitted(intent, known, payment, self.operations(intent.owner, intent.kind)):
                assert known is not None  # a refusal raises, so only a replay comes here
                return Reserved(known, fresh=False)
            fresh = known or self._new(intent, now)
            operation = dispatched(fresh, intent, payment, now, again=known is not None)
            self._shelf.put(operation)
            if intent.kind is Kind.CHARGE and payment is None and intent.amount is not None:
                self._payments[intent.owner] = Payment(
                    intent.owner, intent.amount, (), now, dict(intent.metadata)
                )
            return Reserved(operation, fresh=True)

    def _new(self, intent: Intent, now: datetime) -> Operation:
        number = len(self.operations(intent.owner, intent.kind)) + 1
        names = wire_references(intent.kind, intent.owner, number, intent.naming)
        return Operation(
            id=uuid.uuid4().hex,
            kind=intent.kind,
            owner=intent.owner,
            key=intent.key,
            fingerprint=intent.fingerprint,
            account=intent.account,
            reference=next(n for n in names if not self._shelf.taken(intent.account, n)),
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
            self._evidence.setdefault(operation, []).append(
                Evidence(operation, now, source, report.state.value, dict(report.raw))
            )
            if fence is not None and fence != before.fence:
                return before
            payment = None if before.kind is Kind.TOKEN else self.payment(before.owner)
            after = concluded(before, report, source, payment)
            if after != before:
                after = replace(after, updated_at=now, lease_until=None)
                self._shelf.put(after)
            return after

    def claim_check(self, operation: str, now: datetime, not_within_s: float) -> bool:
        with self._transaction():
            found = self.operation(operation)
            last = found.checked_at
            if last is not None and abs((now - last).total_seconds()) < not_within_s:
                return False
            self._shelf.put(replace(found, checks=found.checks + 1, checked_at=now))
            return True

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

    def payment(self, reference: str) -> Payment | None:
        with self._lock:
            found = self._payments.get(reference)
            if found is None:
                return None
            owned = tuple(o for o in self._shelf.owned(reference) if o.kind is not Kind.TOKEN)
            return replace(found, operations=owned)

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

    def due(self, now: datetime, limit: int | None) -> Sequence[Operation]:
        with self._lock:
            free = [o for o in self._shelf.unsettled() if o.is_free(now)]
            return sorted(free, key=lambda o: o.checked_at or o.created_at)[:limit]

    def evidence(self, operation: str) -> tuple[Evidence, ...]:
        with self._lock:
            return tuple(self._evidence.get(operation, ()))

    def keep(
        self, account: str, digest: str, notification: Notification, now: datetime
    ) -> InboxRow:
        with self._transaction():
            return self._letters.keep(account, digest, notification, now)

    def mark(self, row: str, state: InboxState, reason: str = "", *, failed: bool = False) -> None:
        with self._transaction():
            self._letters.mark(row, state, reason, failed=failed)

    def inbox(self, *, state: InboxState | None = None) -> tuple[InboxRow, ...]:
        with self._lock:
            return self._letters.in_state(state)

    def parked(self, account: str, reference: str) -> tuple[InboxRow, ...]:
        with self._lock:
            return self._letters.parked(account, reference)

    def close(self) -> None:
        """Nothing is held."""
