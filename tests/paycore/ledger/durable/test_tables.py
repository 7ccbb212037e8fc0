"""The database's own constraints are the last judge, whoever writes."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest

from paycore.states import Kind, State
from paycore.testing.ledgers.scene import (
    captured,
    capturing,
    held,
    intent,
    recorded,
    releasing,
    reserved,
)

REFUSED = (sqlite3.Error, psycopg.Error)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE paycore_payment SET refunded = 1501",
        "UPDATE paycore_payment SET reserved = 1000, refunded = 501",
        "UPDATE paycore_payment SET voided = -1",
        "UPDATE paycore_payment SET amount_minor = 0",
        "UPDATE paycore_payment SET captured = 'a lot'",
        "UPDATE paycore_operation SET amount_minor = NULL",
        "UPDATE paycore_operation SET op_key = 'same', kind = 'charge'",
        "UPDATE paycore_operation SET reference = 'same', account = id",
        "UPDATE paycore_operation SET state = 'unknown', kind = 'charge'",
        "UPDATE paycore_operation SET id = 'another'",
        "UPDATE paycore_evidence SET reported = 'declined'",
        "DELETE FROM paycore_evidence",
        "DELETE FROM paycore_operation",
        "INSERT INTO paycore_evidence (operation, at, source, reported) VALUES ('x', 1, 'q', 'u')",
    ],
)
def test_what_breaks_a_promise_is_refused(place, ledger, statement):
    """R32, R35: by SQLite and by PostgreSQL, and what was there stays."""
    captured(ledger)
    reserved(ledger, intent(Kind.REFUND, "r-1", 1000))
    before = ledger.payment("o-1")
    with pytest.raises(REFUSED):
        place.run(statement)

    assert ledger.payment("o-1") == before
    assert [seen.reported for seen in ledger.evidence(before.charge.id)] == ["succeeded"]


def test_postgresql_refuses_to_empty_the_evidence(postgres):
    """TRUNCATE is no way round."""
    with pytest.raises(psycopg.Error, match="append-only"):
        postgres.run("TRUNCATE paycore_evidence", postgres.wiped())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE paycore_operation SET captured_minor = 1501 WHERE kind = 'charge'",
        "UPDATE paycore_operation SET captured_minor = 0 WHERE kind = 'charge'",
        "UPDATE paycore_operation SET state = 'unknown' WHERE kind = 'capture'",
        "UPDATE paycore_operation SET state = 'succeeded' WHERE kind = 'capture'",
    ],
)
def test_a_hold_is_ended_once_and_by_no_more_than_it_is(place, ledger, statement):
    """R34: a declined capture beside a release cannot come back, whoever writes."""
    held(ledger)
    recorded(ledger, capturing(ledger), State.DECLINED)
    releasing(ledger)
    before = ledger.payment("o-1")
    with pytest.raises(REFUSED):
        place.run(statement)

    assert ledger.payment("o-1") == before
