"""R3 at the door to the network: it is shut while a transaction of the ledger is open.

The check is no `assert`: it is there in production, and `-O` does not remove it. And because a
check may be wrong about what it checks, the databases themselves are asked before each send.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial

import pytest

from paycore.errors import NotSent
from paycore.ledger.durable import open_durable
from paycore.ledger.durable import statements as sql
from paycore.wire.guard import in_transaction
from tests.faults import FAULTS, arranged
from tests.promises.databases import DATABASES, Place, place
from tests.promises.proof import Proof
from tests.promises.wired import VERBS, Scene, before_the_first_byte, echo
from tests.visits import charge, refused, visiting
from tests.visits import echo as echoing

CELLS = [(fault, verb) for fault in FAULTS for verb in VERBS]
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
  AND backend_type = 'client backend'
"""


def is_held(spot: Place) -> bool:
    """Return whether anybody holds a transaction open there, as the database itself sees it."""
    if spot.kind == "postgresql":
        return spot.run(_OTHERS) != [(0,)]
    path = spot.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")  # nobody else may so much as read
        except sqlite3.OperationalError:
            return True
        return False


def cells(kind: str, first: int, count: int) -> None:
    """Play so many cells of the fault matrix; count what is open, at the door and at the byte."""
    looks, held = [0], []
    with place(kind) as spot, closing(open_durable(spot.url)) as ledger:

        def look() -> None:
            looks[0] += 1
            if in_transaction.get() or is_held(spot):
                held.append(scene.operation.reference)

        with before_the_first_byte(look):
            for number in range(first, first + count):
                fault, verb = CELLS[number % len(CELLS)]
                scene = Scene(verb, ledger, f"o-{number}")
                scene.line.at_the_door = look
                with arranged(fault, echo) as site:
                    scene.over(site)
                    scene.tried()
                    scene.line.close()

                assert not held, f"{number}: {fault} x {verb} on {kind}: a transaction is open"
    assert looks[0] >= count


PROOFS = tuple(
    Proof("r03", "cells", 60, 60, partial(cells, kind), batch=60, where=kind) for kind in DATABASES
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r03_nothing_is_open_when_a_call_goes_out(proof):
    """Over the whole fault matrix, on both databases: 0 transactions, however it ends."""
    proof.check()


@pytest.mark.parametrize("kind", DATABASES)
def test_r03_the_door_is_shut_inside_a_transaction(kind):
    """A send from within one is refused, not one connection is made, and afterwards it is open."""
    with (
        place(kind) as spot,
        closing(open_durable(spot.url)) as ledger,
        visiting(echoing) as (transport, site),
    ):
        for within in (ledger._db.write, ledger._db.read):
            error, held = within(
                lambda session: (
                    session.row(sql.OPERATION, id_="nobody"),
                    refused(transport, charge(site)),
                    is_held(spot),
                )[1:]
            )

            assert type(error) is NotSent
            assert "transaction" in str(error)
            assert held
        assert site.connections == 0
        assert transport.send(charge(site)).status == 200
        assert not is_held(spot)


REFUSES = """
from paycore.errors import NotSent
from paycore.wire.connection import Connection
from paycore.wire.guard import in_transaction
from paycore.wire.talk import Call
from paycore.wire.transport import Transport

in_transaction.set(True)
try:
    Transport(Connection("http://127.0.0.1:9", sandbox=True)).send(Call("http://127.0.0.1:9/x"))
except NotSent as error:
    print(error)
"""


def test_r03_the_check_is_there_in_production():
    """With assertions off it refuses all the same."""
    ran = subprocess.run(
        [sys.executable, "-O", "-c", REFUSES],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert "a ledger transaction is open" in ran.stdout, ran.stderr
