"""R4: twenty transport faults x {charge, refund, void}, on SQLite and PostgreSQL, over sockets.

Each ends NOT_SENT or UNKNOWN as `tests.faults.FAULTS` says, with one request at most; money stays
reserved while a refund may have moved it; the same key tries again only where nothing left us.
"""

from __future__ import annotations

from contextlib import closing

import pytest

from paycore import PaymentStatus, State
from paycore.errors import Conflict
from paycore.ledger.durable import open_durable
from tests.faults import FAULTS, MORE, arranged, standing
from tests.promises.databases import DATABASES, place
from tests.promises.proof import Proof
from tests.promises.wired import VERBS, Scene, echo, well
from tests.stage import Effect

BOTH = {**FAULTS, **MORE}
CELLS = [(fault, verb) for fault in FAULTS for verb in VERBS]


def cells(kind: str, first: int, count: int) -> None:
    """Play so many cells of the matrix, from the first on."""
    with place(kind) as spot, closing(open_durable(spot.url)) as ledger:
        for number in range(first, first + count):
            fault, verb = CELLS[number % len(CELLS)]
            try:
                cell(Scene(verb, ledger, f"o-{number}"), fault)
            except AssertionError as broken:
                raise AssertionError(f"{number}: {fault} x {verb} on {kind}: {broken}") from broken


def cell(scene: Scene, fault: str) -> None:
    """NOT_SENT or UNKNOWN; one request at most; the money as it must be; no second send."""
    with arranged(fault, echo) as site:
        scene.over(site)
        unsent = scene.tried()
        state, reference = scene.operation.state, scene.operation.reference
        reserved, seen = scene.reserved, site.requests
        again = scene.tried()
        scene.line.close()

        assert state is BOTH[fault]
        assert unsent is again is (state is State.NOT_SENT)
        assert seen == site.requests == (state is State.UNKNOWN) or fault == "proxy_refuses"
        assert scene.line.requests == [reference] * (2 if unsent else 1)
        assert reserved == (0 if unsent else {"charge": 0, "refund": 600, "void": 1500}[scene.verb])
    sends_on(scene)


def sends_on(scene: Scene) -> None:
    """Let the line be good again: what was never sent goes out once, what is UNKNOWN does not."""
    before = scene.operation
    with standing(well) as site:
        scene.over(site)
        scene.act()
        scene.line.close()

        assert site.requests == (before.state is State.NOT_SENT)
    unsent = before.state is State.NOT_SENT
    assert scene.operation.reference == before.reference
    assert scene.operation.state is (State.SUCCEEDED if unsent else State.UNKNOWN)


PROOFS = tuple(
    Proof(
        "r04",
        "cells",
        commit=60,
        full=60,
        run=lambda first, count, kind=kind: cells(kind, first, count),
        batch=60,
        where=kind,
    )
    for kind in DATABASES
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r04_a_fault_ends_in_what_is_proved(proof):
    """120 of 120: NOT_SENT with not one byte written, else UNKNOWN; no second send."""
    assert sum(each.full for each in PROOFS) == len(FAULTS) * len(VERBS) * len(DATABASES) == 120

    proof.check()


@pytest.fixture(params=DATABASES)
def ledger(request):
    """Give an empty ledger on each database."""
    with place(request.param) as spot, closing(open_durable(spot.url)) as opened:
        yield opened


@pytest.mark.parametrize("fault", MORE)
def test_r04_its_neighbours_do_too(ledger, fault):
    """What stands beside the twenty proves no more than they do."""
    for verb in VERBS:
        cell(Scene(verb, ledger, f"o-{verb}"), fault)


@pytest.mark.parametrize("executed", [True, False])
def test_r04_an_unknown_charge_is_found_out_and_never_doubled(ledger, executed):
    """Another key is refused meanwhile; the query says what is true."""
    for fault in (name for name, state in BOTH.items() if state is State.UNKNOWN):
        scene = Scene("charge", ledger, owner := f"o-{fault}")
        with arranged(fault, echo) as site:
            scene.over(site)
            scene.act()
            scene.line.close()
        stage, reference = scene.stage, scene.operation.reference
        with pytest.raises(Conflict):
            stage.charge(owner, key=f"{owner}-other")
        if executed:
            order = {"kind": "charge", "reference": reference, "amount": 1500, "currency": "CAD"}
            stage.till.orders[reference] = {**order, "state": "succeeded"}
        payment = stage.gateway.query(owner)

        assert payment.status is (PaymentStatus.PAID if executed else PaymentStatus.UNKNOWN)
        assert stage.till.effects == []


def test_r04_nothing_is_wrong_where_the_line_is_good(ledger):
    """The matrix would notice: the same scenes succeed over a healthy line."""
    for verb in VERBS:
        scene = Scene(verb, ledger, f"o-{verb}")
        with standing(well) as site:
            scene.over(site)
            scene.act()
            scene.line.close()

            assert scene.operation.state is State.SUCCEEDED
            assert scene.line.requests == [scene.operation.reference]
    assert scene.stage.till.effects == [Effect("charge", "o-void", 1500)]
    assert scene.stage.find("o-void").status is PaymentStatus.VOIDED
