"""The durable ledger: every method one transaction, whatever the database."""

# ruff: noqa: D102  # the protocol says it

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from paycore.ledger.durable import operations, pages, purging, recording
from paycore.ledger.durable import statements as sql
from paycore.ledger.durable.inbox import ALL
from paycore.ledger.durable.mailing import DurableMail
from paycore.ledger.durable.rows import evidence_of, micros, operation_of
from paycore.ledger.durable.session import Session
from paycore.ledger.protocol import Evidence, Intent, Page, Reserved, Source
from paycore.operation import Operation
from paycore.payment import Payment, PaymentStatus
from paycore.report import Report
from paycore.states import Kind, State

_AGES_S: Final = 10**9


class DurableLedger(DurableMail):
    """Keeps the promises of `paycore.ledger.protocol.Ledger` for the processes of many machines."""

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
            seen = recording.seen_of(operation, report, source, now)
            return recording.record(session, seen, report, fence)

        return self._db.write(work)

    def claim_check(
        self, operation: str, now: datetime, not_within_s: float, seen: int | None = None
    ) -> bool:
        gap_us = math.ceil(min(not_within_s, _AGES_S) * 1_000_000)
        return self._db.write(lambda s: recording.claim_check(s, operation, now, gap_us, seen))

    def supersede(self, operation: str, version: int, now: datetime) -> Operation:
        return self._db.write(lambda session: recording.supersede(session, operation, version, now))

    def settle(
        self, operation: str, state: State, reason: str, version: int, now: datetime
    ) -> Operation:
        return self._db.write(
            lambda session: recording.settle(session, operation, state, reason, version, now)
        )

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
        return pages.page(self._db.read, status, account, limit, after)

    def due(self, now: datetime, limit: int | None, *, ahead: bool = False) -> Sequence[Operation]:
        at = micros(now)
        most = ALL if limit is None else limit
        asked = {"now_": at, "until_": ALL if ahead else at, "limit_": most}
        return self._db.read(lambda s: [operation_of(row) for row in s.rows(sql.DUE, **asked)])

    def listed(
        self, *, state: State | None = None, review: bool = False, limit: int, after: str = ""
    ) -> tuple[Operation, ...]:
        return self._db.read(lambda s: pages.listed(s, state, limit, after, review=review))

    def in_review(self) -> int:
        return self._db.read(lambda session: int(session.rows(sql.IN_REVIEW_COUNT)[0][0]))

    def evidence(self, operation: str) -> tuple[Evidence, ...]:
        rows = self._db.read(lambda session: session.rows(sql.EVIDENCE, operation_=operation))
        return tuple(map(evidence_of, rows))

    def purge(self, before: datetime, limit: int) -> int:
        purged = self._db.write(lambda session: purging.purge(session, before, limit))
        if purged < limit:
            while self._db.write(lambda session: purging.purge_strangers(session, before)):
                pass
        return purged

    def close(self) -> None:
        self._db.close()
