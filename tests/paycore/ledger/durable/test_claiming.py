"""PostgreSQL: a question about an operation that is dispatched again at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from paycore.ledger.durable import open_durable, recording
from paycore.states import State
from paycore.testing.ledgers.scene import after_s, intent, reserved, unsent
from tests.postgres import postgres  # noqa: F401

WAITS = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


def test_a_question_takes_no_dispatch_out_of_the_plan(postgres, monkeypatch):  # noqa: F811
    """R48: whoever dispatches it waits for the question, or is seen by it; it stays planned."""
    url = postgres.wiped()
    real, other = recording.next_check, []
    with (
        ThreadPoolExecutor(1) as pool,
        closing(open_durable(url)) as ours,
        closing(open_durable(url)) as theirs,
    ):
        never_sent = unsent(ours, reserved(ours, intent()))

        def planned(operation, now):
            if not other:
                other.append(pool.submit(reserved, theirs, intent(), after_s(5)))
                while not postgres.run(WAITS) and not other[0].done():
                    pass
            return real(operation, now)

        monkeypatch.setattr(recording, "next_check", planned)
        ours.claim_check(never_sent.id, after_s(5), 30)
        again = other[0].result(30)

        assert (again.state, again.sends) == (State.SUBMITTING, 2)
        assert [o.id for o in ours.due(after_s(86_400), None)] == [again.id]
