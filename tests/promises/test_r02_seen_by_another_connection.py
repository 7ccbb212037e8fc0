"""R2, on real databases: before the first byte leaves, another connection finds the row.

The gateway sends over real sockets; at each first byte a new connection to the database looks for
the operation under the very reference that is about to be told.
"""

from __future__ import annotations

import json
from contextlib import closing
from functools import partial

import pytest

from paycore import Money
from paycore.ledger.durable import open_durable
from paycore.ledger.protocol import Ledger
from tests.fault_server import Guest, answer
from tests.faults import Site, arranged, standing
from tests.promises.databases import DATABASES, Place, place
from tests.promises.proof import Proof
from tests.promises.wired import Scene, before_the_first_byte, echo


class Eye:
    """Looks at the database from outside at each first byte, and notes what the server hears."""

    def __init__(self, spot: Place) -> None:
        self.spot = spot
        self.scene: Scene | None = None
        self.looked: list[str] = []
        self.heard: list[str] = []
        self.expected: tuple[object, ...] = ()
        """What is to be found: the kind, the state, the attempt and the sends of the row."""
        self.blind: list[str] = []
        """What was found instead; an error raised here would only stop the send."""
        self.answers: list[str] = []
        """What the server says of the next requests; that they succeeded, when this is empty."""

    def look(self) -> None:
        """Find the row of what is about to be sent, committed and as it must be."""
        assert self.scene is not None
        reference = self.scene.line.requests[-1]
        found = self.spot.run(
            "SELECT kind, state, attempt, sends FROM paycore_operation "
            f"WHERE reference = '{reference}'"
        )
        self.looked.append(reference)
        if found != [self.expected]:
            self.blind.append(f"{reference}: found {found}, want {self.expected}")

    def hear(self, guest: Guest) -> None:
        """Play a provider that notes which references it was told."""
        while (body := guest.hear()) is not None:
            said = json.loads(body)
            self.heard.append(said["reference"])
            state = self.answers.pop(0) if self.answers else "succeeded"
            guest.say(answer(json.dumps({**said, "state": state}).encode()))


def play(eye: Eye, ledger: Ledger, site: Site, number: int) -> None:
    """Play one case: a charge, and by its number what came before it or comes after it."""
    eye.scene = scene = Scene("charge", ledger, f"o-{number}")
    charge, gateway = scene.stage.charge, scene.stage.gateway
    way, sends, attempt = number % 5, 1, 1
    if way == 1:
        with arranged("connection_refused", echo) as nowhere:
            scene.over(nowhere)
            assert scene.tried()
        sends = 2
    scene.over(site)
    if way == 2:
        eye.answers = ["declined"]
        eye.expected = ("charge", "submitting", 1, 1)
        charge(scene.owner, key=f"{scene.owner}-declined")
        attempt = 2
    eye.expected = ("charge", "submitting", attempt, sends)
    assert scene.act().paid
    if way == 3:
        eye.expected = ("void", "submitting", 1, 1)
        gateway.void(scene.owner, key=f"{scene.owner}-void")
    for nth in range(1, 3 if way == 4 else 1):
        eye.expected = ("refund", "submitting", nth, 1)
        gateway.refund(scene.owner, Money(100 * nth, "CAD"), key=f"{scene.owner}-{nth}")
    scene.line.close()


def sends(kind: str, first: int, count: int) -> None:
    """Play so many cases, each with one send or more; every send must have been seen."""
    with place(kind) as spot, closing(open_durable(spot.url)) as ledger:
        eye = Eye(spot)
        with standing(eye.hear) as site, before_the_first_byte(eye.look):
            for number in range(first, first + count):
                try:
                    play(eye, ledger, site, number)
                finally:  # what was not seen is the story, whatever came of it
                    assert not eye.blind, f"{kind}, case {number}: {eye.blind[0]}"
    assert eye.heard == eye.looked
    assert len(eye.heard) >= count


PROOFS = tuple(
    Proof("r02", "sends", 300, 10_000, partial(sends, kind), batch=500, where=kind)
    for kind in DATABASES
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r02_every_send_is_seen_by_another_connection(proof):
    """10,000 of 10,000 sends: the row is there, SUBMITTING, with its attempt and its sends."""
    proof.check()
