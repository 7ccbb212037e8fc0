"""R5: once a byte may have left, nothing is sent again by itself; the server counts.

The till declares no idempotency. Lines break anywhere: in the handshake, between two calls, in the
middle of a request or of its answer; over TLS, on new lines and on kept ones, in talks of one call
and of two. Only where the server saw not one byte may the caller's next try be a first one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from itertools import count as counted
from random import Random
from threading import local

import pytest

from paycore import State
from paycore.errors import NotSent, OutcomeUnknown
from paycore.ledger.durable import open_durable
from paycore.ledger.protocol import Ledger
from tests import certificates
from tests.fault_server import Guest, answer
from tests.faults import Site, standing
from tests.promises.databases import DATABASES, place
from tests.promises.proof import Proof
from tests.promises.wired import VERBS, Scene
from tests.visits import charge, echo, refused, visiting

TRIES = 3


class Breaking:
    """What happens to the lines of one case; each line's fate is drawn as it is opened."""

    def __init__(self) -> None:
        self.fates: Iterator[Random] = iter(())
        self.here = local()  # each line has a thread of the server's

    def begin(self, number: int) -> Random:
        """Begin a case; return its dice."""
        self.fates = (Random(f"r05 {number} {line}") for line in counted())
        return Random(f"r05 {number}")

    def greet(self, guest: Guest) -> None:
        """Break three handshakes of ten."""
        self.here.fate = next(self.fates)
        if self.here.fate.random() < 0.3:
            guest.hear_hello()
            guest.reset()

    def play(self, guest: Guest) -> None:
        """Answer a few requests, then break off somewhere."""
        fate: Random = self.here.fate
        for _ in range(fate.randrange(4)):
            if (body := guest.hear()) is None:
                return
            guest.say(answer(body))
        if fate.random() < 0.5 and (part := fate.randrange(400)):
            guest.hear_part(part)
        elif (body := guest.hear()) is not None:
            whole = answer(body)
            guest.say(whole[: fate.randrange(len(whole))])
        if fate.random() < 0.7:
            guest.reset()


def play(ledger: Ledger, site: Site, number: int, dice: Random) -> State:
    """Play one case: a caller who tries again and again; return where it ended."""
    scene = Scene(dice.choice(VERBS), ledger, f"o-{number}")
    scene.plugin.asks_first = dice.random() < 0.3
    scene.over(site)
    before = site.requests, site.received
    for _ in range(TRIES):
        unsent = scene.tried()
        if not unsent:
            break
        assert (site.requests, site.received) == before, "told that nothing was sent, and it was"
        assert scene.operation.state is State.NOT_SENT
    seen, carried = site.requests, len(scene.line.requests)
    assert seen - before[0] <= (2 if scene.plugin.asks_first else 1), "sent twice"
    if not unsent:
        scene.act()
        assert (len(scene.line.requests), site.requests) == (carried, seen), "sent again"
    scene.line.close()  # from here on the till is reached, and would do whatever it is asked
    told = len(scene.stage.till.calls)
    if not unsent:
        scene.act()
    scene.stage.gateway.query(scene.owner)
    asked = {name for name, _ in scene.stage.till.calls[told:]}
    assert asked <= {"query"}, f"sent again by a query: {asked}"
    return scene.operation.state


def runs(kind: str, first: int, count: int) -> None:
    """Play so many cases over one server."""
    ends = set()
    breaking = Breaking()
    with ExitStack() as stack:
        spot = stack.enter_context(place(kind))
        ledger = stack.enter_context(closing(open_durable(spot.url)))
        served = standing(breaking.play, certificates.good(), greet=breaking.greet)
        site = stack.enter_context(served)
        for number in range(first, first + count):
            try:
                ends.add(play(ledger, site, number, breaking.begin(number)))
            except AssertionError as broken:
                raise AssertionError(f"r05 on {kind}, run {number}: {broken}") from broken
    assert count < 100 or ends == {State.NOT_SENT, State.UNKNOWN, State.SUCCEEDED}, ends


PROOFS = tuple(
    Proof("r05", "runs", 150, 5000, partial(runs, kind), batch=500, where=kind)
    for kind in DATABASES
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r05_nothing_is_sent_again(proof):
    """0 resends after the first byte, wherever the line breaks."""
    proof.check()


@pytest.mark.parametrize("seed", range(2))
def test_r05_nothing_sent_means_not_one_byte(seed):
    """At the transport alone: a call leaves at most once, and NotSent left no byte."""
    breaking, proved = Breaking(), 0
    with visiting(breaking.play, certificates.good(), greet=breaking.greet) as (transport, site):
        breaking.begin(seed)
        for number in range(100):
            before = site.requests, site.received
            try:
                transport.send(charge(site, {"place": number}))
            except NotSent:
                proved += 1
                assert (site.requests, site.received) == before
            except OutcomeUnknown:
                pass
            assert site.requests <= before[0] + 1

    assert proved > 10


def test_r05_the_server_would_see_it():
    """Two calls are two requests: a resend could not hide."""
    with visiting(echo) as (transport, site):
        for _ in range(2):
            transport.send(charge(site))

        assert site.requests == 2


def test_r05_a_kept_line_that_breaks_is_not_tried_again():
    """One that ends while the next call is being written proves nothing, and stays UNKNOWN."""

    def one_and_a_bit(guest: Guest) -> None:
        guest.say(answer(guest.hear() or b""))
        guest.hear_part(1)
        guest.reset()

    with visiting(one_and_a_bit) as (transport, site):
        transport.send(charge(site))

        assert type(refused(transport, charge(site))) is OutcomeUnknown
        assert (site.requests, site.connections) == (2, 1)
