"""The operations of the memory ledger; finding one costs the same at any size."""

from __future__ import annotations

from collections.abc import Iterator

from paycore.operation import Operation
from paycore.states import Kind


class Shelf:
    """Operations by id, with an index for every question that the ledger is asked."""

    def __init__(self) -> None:
        self._rows: dict[str, Operation] = {}
        self._by_key: dict[tuple[Kind, str], str] = {}
        self._by_wire: dict[tuple[str, str], str] = {}
        self._by_theirs: dict[tuple[str, str], str] = {}
        self._by_nonce: dict[str, str] = {}
        self._by_owner: dict[str, list[str]] = {}
        self._open: dict[str, None] = {}

    def put(self, operation: Operation) -> None:
        """Store an operation, new or changed."""
        if operation.id not in self._rows:
            self._by_key[operation.kind, operation.key] = operation.id
            self._by_wire[operation.account, operation.reference] = operation.id
            self._by_owner.setdefault(operation.owner, []).append(operation.id)
            if operation.nonce:
                self._by_nonce[operation.nonce] = operation.id
        if operation.provider_reference:
            theirs = operation.account, operation.provider_reference
            self._by_theirs.setdefault(theirs, operation.id)
        if operation.state.is_open:
            self._open[operation.id] = None
        else:
            self._open.pop(operation.id, None)
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
        ours = self._by_wire.get((account, reference or ""))
        return self._rows.get(ours or self._by_theirs.get((account, provider_reference), ""))

    def by_nonce(self, nonce: str) -> Operation | None:
        """Return the operation whose payer carries `nonce`."""
        return self._rows.get(self._by_nonce.get(nonce, ""))

    def taken(self, account: str, reference: str) -> bool:
        """Return whether a wire reference was used before."""
        return (account, reference) in self._by_wire

    def owned(self, owner: str) -> Iterator[Operation]:
        """Yield the operations of one payment or token, oldest first."""
        return (self._rows[each] for each in self._by_owner.get(owner, ()))

    def unsettled(self) -> list[Operation]:
        """Return every open operation, the one that opened first ahead."""
        return [self._rows[each] for each in self._open]
