"""What the memory ledger forgets, and what takes a purge back."""

# ruff: noqa: D102  # the protocol says it

from __future__ import annotations

from datetime import datetime
from itertools import islice

from paycore.evolve import evolve
from paycore.ledger.forgetting import (
    forgotten,
    forgotten_message,
    forgotten_stranger,
    is_finished,
    may_be_a_stranger,
)
from paycore.ledger.memory_mail import MemoryMail
from paycore.ledger.protocol import Evidence, InboxRow
from paycore.ledger.shelf import Shelf
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Notification
from paycore.states import Kind


class MemoryPurging(MemoryMail):
    """Payments, and whom they are about until they are purged."""

    def __init__(self) -> None:
        super().__init__()
        self._shelf = Shelf()
        self._payments: dict[str, Payment] = {}
        self._evidence: dict[str, list[Evidence]] = {}
        self._purged: set[str] = set()

    def payment(self, reference: str) -> Payment | None:
        with self._lock:
            found = self._payments.get(reference)
            if found is None:
                return None
            owned = tuple(o for o in self._shelf.owned(reference) if o.kind is not Kind.TOKEN)
            return evolve(found, operations=owned)

    def _remember(self, operation: Operation) -> None:
        if operation.kind is not Kind.TOKEN:
            self._purged.discard(operation.owner)

    def keep(
        self, account: str, digest: str, notification: Notification, now: datetime
    ) -> InboxRow:
        said = notification.said
        with self._transaction():
            for known in self._shelf.named(account, said.reference, said.provider_reference):
                self._remember(known)
            return super().keep(account, digest, notification, now)

    def purge(self, before: datetime, limit: int) -> int:
        with self._transaction():
            wanted = (p for p in self._payments if self._is_old(p, before))
            found = list(islice(wanted, limit))
            for reference in found:
                self._forget(reference)
            if len(found) < limit:
                self._forget_strangers(before)
            return len(found)

    def _is_old(self, reference: str, before: datetime) -> bool:
        payment = self.payment(reference)
        if payment is None or reference in self._purged:
            return False
        return payment.created_at < before and is_finished(payment)

    def _forget_strangers(self, before: datetime) -> None:
        for row in self._letters.listed(None, None, ""):
            said = row.notification.said
            names = (row.account, said.reference, said.provider_reference)
            if may_be_a_stranger(row, before) and self._shelf.by_wire(*names) is None:
                self._letters.replace(forgotten_stranger(row))

    def _forget(self, reference: str) -> None:
        self._purged.add(reference)
        self._payments[reference] = evolve(self._payments[reference], metadata={})
        for operation in self.payment(reference).operations:  # type: ignore[union-attr]
            self._shelf.put(forgotten(operation))
            seen = self._evidence.get(operation.id, [])
            seen[:] = [evolve(each, fields={}) for each in seen]
            names = (operation.reference, operation.provider_reference)
            self._letters.forget(operation.account, names, forgotten_message)
