"""What it costs to look for events that are due, where PostgreSQL does not know yet how many wait.

Its statistics lag behind: an application that was away for an hour finds thousands of events that
the planner has not heard of. Counted in rows that the plan touches, not timed.
"""

from __future__ import annotations

from contextlib import closing

import pytest

from paycore.ledger.durable import mail_statements, open_durable, upgrade
from paycore.ledger.durable.rows import micros
from tests.bench.filling import end_of, fill
from tests.postgres import connected, postgres  # noqa: F401

pytestmark = pytest.mark.thorough
WAITING = 400


def touched(node):
    """Return how many rows a plan looked at, those that it threw away included."""
    names = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter")
    own = sum(node.get(name, 0) for name in names) * node["Actual Loops"]
    return own + sum(map(touched, node.get("Plans", ())))


def test_what_waits_is_looked_at_once(postgres):  # noqa: F811
    """A backlog that came after the last ANALYZE costs in proportion to it, not to its square."""
    url = postgres.empty()
    upgrade(url)
    fill(url, WAITING + 10)
    with connected(url) as line, closing(open_durable(url)) as ledger:
        text, constants = ledger._db._texts[mail_statements.EVENTS_DUE]
        line.execute("ALTER TABLE paycore_outbox SET (autovacuum_enabled = false)")
        line.execute("ANALYZE paycore_outbox")
        line.execute(f"UPDATE paycore_outbox SET next_try_at = at WHERE serial <= {WAITING}")
        asked = {**constants, "now_": micros(end_of(WAITING)), "limit_": 20}
        ((plan,),) = line.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", asked).fetchall()

    postgres.forget(url)
    assert touched(plan[0]["Plan"]) <= 20 * WAITING
