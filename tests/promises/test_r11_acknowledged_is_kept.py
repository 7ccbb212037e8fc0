"""R11: what was acknowledged is there, whenever the process that did it was killed.

The child is a real endpoint around `Gateway.receive`; the provider's messages are posted to it,
and it is killed before and after every commit, query and half of an answer. What was acknowledged
then must be in the inbox before anything is sent again.
"""

from __future__ import annotations

from functools import partial

import pytest

from tests.promises.databases import DATABASES
from tests.promises.killing import killed
from tests.promises.proof import Proof

PROOFS = tuple(
    Proof(
        "r11",
        "rounds of kills at every boundary of receiving",
        commit=1,
        full=100,
        run=partial(killed, kind, scenes=("webhook", "early")),
        batch=5,
        where=kind,
    )
    for kind in DATABASES
)
"""Every other round is played on an account whose messages are proof by themselves."""


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r11_what_was_acknowledged_is_kept(proof):
    """Acknowledged and absent: none, over all boundaries."""
    proof.check()
