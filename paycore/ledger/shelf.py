"""The operations of the memory ledger; finding one costs the same at any size."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from paycore.operation import Operation
from paycore.states import Kind, State


class Shelf:
    """Operations by id, with an index for every question that the ledger is asked."""

    def __init__(self) -> None:
        self._rows: dict[str, Operation] = {}
        self._by_key: dict[tuple[Kind, str], str] = {}
        self._by_wire: dict[str, str] = {}
        self._by_theirs: dict[tuple[str, str], dict[str, None]] = {}
        self._by_nonce: dict[str, str] = {}
        self._by_owner: dict[str, list[str]] = {}
        self._planned: dict[str, None] = {}
        self._reviewed: dict[str, None] = {}

    def put(self, operation: Operation) -> None:
        """Store an operation, new or changed."""
        if operation.id not in self._rows:
            self._by_key[operation.kind, operation.key] = operation.id
            self._by_wire[operation.reference] = operation.id
            self._by_owner.setdefault(operation.owner, []).append(operation.id)
            if operation.nonce:
                self._by_nonce[operation.nonce] = operation.id
        before = self._rows.get(operation.id)
        if before is not None and before.nonce != operation.nonce:
            self._by_nonce.pop(before.nonce, None)
        if operation.provider_reference:
            theirs = operation.account, operation.provider_reference
            self._by_theirs.setdefault(theirs, {})[operation.id] = None
        for rows, wanted in (
            (self._planned, operation.next_check_at is not None),
            (self._reviewed, bool(operation.review)),
        ):
            rows.pop(operation.id, None)
            if wanted:
                rows[operation.id] = None
        self._rows[operation.id] = operation

    def get(self, operation: str) -> Operation | None:
        """Return the operation with this id."""
        return self._rows.get(operation)

    def by_key(self, kind: Kind, key: str) -> Operation | None:
        """Return the operation that (kind, key) names."""
        return self._rows.get(self._by_key.get((kind, key), ""))

    def by_wire(
        self, account: str, reference: str | None, provider_reference: str
    ) -> Operation | None:
        """Return the operation with our reference, else with the provider's."""
        return next(self.named(account, reference, provider_reference), None)

    def named(
        self, account: str, reference: str | None, provider_reference: str
    ) -> Iterator[Operation]:
        """Yield the operation with our reference, then those with the provider's, as they came."""
        ours = self._rows.get(self._by_wire.get(reference or "", ""))
        if ours is not None and ours.account == account:
            yield ours
        for theirs in self._by_theirs.get((account, provider_reference), ()):
            yield self._rows[theirs]

    def by_nonce(self, nonce: str) -> Operation | None:
        """Return the operation whose payer carries `nonce`."""
        return self._rows.get(self._by_nonce.get(nonce, ""))

    def taken(self, reference: str) -> bool:
        """Return whether a wire reference was used before, on whichever account.

        A provider knows merchants, not accounts of ours, and two accounts may be one merchant.
        """
        return reference in self._by_wire

    def owned(self, owner: str) -> Iterator[Operation]:
        """Yield the operations of one payment or token, oldest first."""
        return (self._rows[each] for each in self._by_owner.get(owner, ()))

    def due(self, now: datetime, limit: int | None, *, ahead: bool) -> list[Operation]:
        """Return what is to be asked about now, or all that is planned, due longest first."""
        planned = [self._rows[each] for each in self._planned]
        timed = [(o.next_check_at, o) for o in planned if o.is_free(now)]
        due = [(at, o) for at, o in timed if at is not None and (ahead or at <= now)]
        return [operation for _, operation in sorted(due, key=lambda each: each[0])][:limit]

    def listed(
        self, state: State | None, limit: int, after: str, *, review: bool
    ) -> list[Operation]:
        """Return operations behind another one, as they came."""
        rows = list(self._rows.values())
        start = next((at for at, row in enumerate(rows, 1) if row.id == after), 0)
        found = (o for o in rows[start:] if state is None or o.state is state)
        return [o for o in found if o.review or not review][:limit]

    def in_review(self) -> int:
        """Return how many operations a person should look at."""
        return len(self._reviewed)
