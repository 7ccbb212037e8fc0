"""bench/enqueue.py measures what it says: charges with both engines, by both methods."""

from __future__ import annotations

from bench.enqueue import ENGINES, METHODS, measured


def test_it_charges_with_both_engines(database):
    """Two charges of each kind with each engine; only one of them has jobs."""
    found = measured(database.url, 1, 2)

    assert [*found] == [*METHODS]
    assert all([*took] == [*ENGINES] for took in found.values())
    assert database.run("SELECT count(*) FROM paycore_payment") == [(8,)]
    charged = {name for kind, name, *_ in database.jobs() if kind == "operation"}
    assert len(charged) == 4
