"""R36: whoever is killed with signal 9, at whatever point, is started again and is right.

A real child process charges, captures, releases, refunds, voids, stores a card, hears messages,
reconciles and tells events, over a real transport and a real ledger; it is killed at every point
that it passes, before and after every commit, send, receive and acknowledgement. Another one
recovers, the callers repeat themselves, and the bank's books decide what is true. R2 and R17 are
judged by the same kills.
"""

from __future__ import annotations

from functools import partial

import pytest

from tests.promises.databases import DATABASES
from tests.promises.killing import killed
from tests.promises.proof import Proof

RUNS = {kind: partial(killed, kind, thinned=True) for kind in DATABASES}
PROOFS = tuple(
    Proof(promise, "rounds of kills at every point", 3, 40, RUNS[kind], batch=1, where=kind)
    for kind in DATABASES
    for promise in ("r36", "r02", "r17")
)
"""Every other round is played on an account whose provider can tell what it never had."""


PLAYED = [(p.where, number) for p in PROOFS if p.promise == "r36" for number in range(p.commit)]


@pytest.mark.parametrize(("kind", "number"), PLAYED)
def test_r36_nothing_is_wrong_after_any_kill(kind, number):
    """Every point x 3: all promises hold, and nobody is needed unless the provider cannot tell.

    Points between the statements of a transaction, which is taken back whole, are killed at once.
    """
    RUNS[kind](number, 1)
