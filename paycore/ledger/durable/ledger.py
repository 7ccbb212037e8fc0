"""The durable ledger: every method one transaction, whatever the database."""

# ruff: noqa: D102  # the protocol says it

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from paycore.ledger.durable import inbox, operations, pages
from paycore.ledger.durable import statements as sql
from paycore.ledger.durable.rows import evidence_of, micros, operation_of
from paycore.ledger.durable.session import Session
from paycore.ledger.durable.transactions import Transactions
from paycore.ledger.protocol import Evidence, InboxRow, InboxState, Intent, Page, Reserved, Source
from paycore.operation import Operation
from paycore.payment import Payment, PaymentStatus
from paycore.report import Notification, Report
from paycore.states import Kind

_ALL: Final = 2**62
_AGES_S: Final = 10**9


class DurableLedger:
    """Keeps the promises of `paycore.ledger.protocol.Ledger` for the processes of many machines."""

    def __init__(self, transactions: Transactions) -> None:
        self._db = transactions

    def __repr__(self) -> str:
        return "<DurableLedger>"  # where it lies may hold a password

    def reserve(self, intent: Intent, now: datetime) -> Reserved:
        own = operations.new_id()
        return self._db.write(lambda session: operations.reserve(session, intent, now, own))

    def record(
        self,
        operation: str,
        report: Report,
        source: Source,
        now: datetime,
        fence: int | None = None,
    ) -> Operation:
        def work(session: Session) -> Operation:
            seen = operations.seen_of(operation, report, source, now)
            return operations.record(session, seen, report, fence)

        return self._db.write(work)

    def claim_check(self, operation: str, now: datetime, not_within_s: float) -> bool:
        gap_us = math.ceil(min(not_within_s, _AGES_S) * 1_000_000)

        def work(session: Session) -> bool:
            claim = {"id_": operation, "now_": micros(now), "gap": gap_us}
            if session.change(sql.CHECK_CLAIMED, **claim):
                return True
            operations.found(session.row(sql.OPERATION, id_=operation))
            return False

        return self._db.write(work)

    def operation(self, operation: str) -> Operation:
        return self._db.read(lambda s: operations.found(s.row(sql.OPERATION, id_=operation)))

    def operations(self, owner: str, kind: Kind) -> tuple[Operation, ...]:
        return self._db.read(lambda session: operations.of_kind(session, owner, kind))

    def by_key(self, kind: Kind, key: str) -> Operation | None:
        named = {"kind_": kind.value, "op_key_": key}
        return self._db.read(lambda session: operations.maybe(session.row(sql.BY_KEY, **named)))

    def by_wire(
        self, account: str, reference: str | None, provider_reference: str
    ) -> Operation | None:
        theirs = {"account_": account, "provider_reference_": provider_reference}

        def work(session: Session) -> Operation | None:
            ours = session.row(sql.BY_OURS, account_=account, reference_=reference or "")
            return operations.maybe(ours or session.row(sql.BY_THEIRS, **theirs))

        return self._db.read(work)

    def by_nonce(self, nonce: str) -> Operation | None:
        return self._db.read(lambda s: operations.maybe(s.row(sql.BY_NONCE, nonce_=nonce)))

    def payment(self, reference: str) -> Payment | None:
        return self._db.read(lambda session: operations.payment(session, reference))

    def payments(
        self, *, status: PaymentStatus | None, account: str | None, limit: int, after: str
    ) -> Page:
        return self._db.read(lambda session: pages.page(session, status, account, limit, after))

    def due(self, now: datetime, limit: int | None) -> Sequence[Operation]:
        asked = {"now_": micros(now), "limit_": _ALL if limit is None else limit}
        return self._db.read(lambda s: [operation_of(row) for row in s.rows(sql.DUE, **asked)])

    def evidence(self, operation: str) -> tuple[Evidence, ...]:
        rows = self._db.read(lambda session: session.rows(sql.EVIDENCE, operation_=operation))
        return tuple(map(evidence_of, rows))

    def keep(
        self, account: str, digest: str, notification: Notification, now: datetime
    ) -> InboxRow:
        row = InboxRow(operations.new_id(), account, digest, notification, now)
        return self._db.write(lambda session: inbox.keep(session, row))

    def mark(self, row: str, state: InboxState, reason: str = "", *, failed: bool = False) -> None:
        self._db.write(lambda session: inbox.mark(session, row, state, reason, failed=failed))

    def inbox(self, *, state: InboxState | None = None) -> tuple[InboxRow, ...]:
        return self._db.read(lambda session: inbox.in_state(session, state))

    def parked(self, account: str, reference: str) -> tuple[InboxRow, ...]:
        return self._db.read(lambda session: inbox.parked(session, account, reference))

    def close(self) -> None:
        self._db.close()
