"""What cannot be told or applied holds up no sweep: it is judged by what was tried."""

from __future__ import annotations

import pytest

from paycore.engines.sweeping import swept
from paycore.reconcile import step
from tests.stage import Stage


@pytest.fixture
def stage():
    return Stage()


def sweep(stage):
    """Do one sweep as a worker does; return how many steps it took."""
    steps = []

    def stepped():
        steps.append(1)
        return step(stage.wiring)

    swept(stepped, lambda: False)
    return len(steps)


@pytest.mark.parametrize("every", [4, 1], ids=["one of four", "all"])
def test_a_callback_that_raises_ends_no_sweep(stage, every):
    """R17: whatever it takes is told by one sweep, and what it does not is tried once."""
    for number in range(200):
        stage.charge(f"o-{number:03}")
    told, tried = [], []

    def fulfil(event):
        tried.append(event.owner)
        if int(event.owner[2:]) % every == 0:
            raise ValueError("this order is broken")
        told.append(event.owner)

    stage.gateway.on("payment.paid", fulfil)
    steps = sweep(stage)

    assert len(tried) == len(set(tried)) == 200
    assert len(told) == 200 - 200 // every
    assert steps == 51


def test_messages_of_strangers_end_no_sweep(stage):
    """R12: what is about another shop's payments is tried in the same sweep as all that waits."""
    for number in range(40):
        stage.tell(reference=f"theirs-{number:02}")
    stage.clock.advance(30)
    planned = {row.id: row.next_try_at for row in stage.ledger.messages()}
    steps = sweep(stage)
    later = {row.id: row.next_try_at for row in stage.ledger.messages()}

    assert all(later[row] > stage.clock() >= planned[row] for row in planned)
    assert (len(planned), steps) == (40, 11)


def test_a_sweep_that_finds_nothing_is_one_step(stage):
    """And one that finds less than a step as well."""
    stage.gateway.on("payment.paid", str)
    stage.charge()

    assert sweep(stage) == 1
