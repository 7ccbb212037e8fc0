"""R10: no redirect is followed and no request is repeated, whatever the status asks for."""

from __future__ import annotations

from contextlib import closing

import pytest

from paycore import State
from paycore.errors import OutcomeUnknown
from paycore.ledger.memory import MemoryLedger
from tests import certificates
from tests.fault_server import Guest, answer
from tests.faults import standing
from tests.promises.proof import Proof
from tests.promises.wired import Scene
from tests.visits import charge, refused, visiting

STATUSES = (301, 302, 303, 307, 308, 401, 407, 425, 429, 503)
OPERATIONS = ("charge", "refund", "void", "tokenize", "query")
CASES = [(status, operation) for status in STATUSES for operation in OPERATIONS]


def inviting(status: int) -> bytes:
    """Return an answer that gives every reason to ask again."""
    ways = ("Location: /elsewhere", "Retry-After: 0", "Refresh: 0", "WWW-Authenticate: Basic r=x")
    return answer(b"{}", f"{status} Whatever", *ways, "Proxy-Authenticate: Basic r=x")


def cases(first: int, count: int) -> None:
    """Ask so many times, and count at the server what arrives."""
    for number in range(first, first + count):
        status, operation = CASES[number % len(CASES)]
        heads: list[bytes] = []

        def play(guest: Guest, heads: list[bytes] = heads, said: bytes = inviting(status)) -> None:
            while guest.hear() is not None:
                heads.append(guest.head.split(b"\r\n")[0])
                guest.say(said)

        scene = Scene(operation, MemoryLedger(), f"o-{number}")
        if operation == "query":
            scene.stage.paid(scene.owner)
        with standing(play) as site:
            scene.over(site)
            scene.act()
            scene.line.close()

            story = f"{number}: {status} to {operation}: {heads}"
            assert heads == [f"POST /{operation} HTTP/1.1".encode()], story
            assert (site.requests, site.connections) == (1, 1), story
        if operation in ("charge", "refund", "void"):
            assert scene.operation.state is State.UNKNOWN, story


PROOFS = (Proof("r10", "operations", len(CASES), len(CASES), cases, batch=len(CASES)),)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r10_every_operation_is_asked_once(proof):
    """The server sees exactly one request, in each of ten statuses for each operation."""
    proof.check()


@pytest.mark.parametrize("tls", [None, certificates.good()], ids=["http", "https"])
@pytest.mark.parametrize("status", STATUSES, ids=str)
@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_r10_every_method_is_asked_once(status, method, tls):
    """A GET could be repeated without harm, and is not either."""

    def play(guest: Guest) -> None:
        while guest.hear() is not None:
            guest.say(inviting(status))

    with visiting(play, tls) as (transport, site), closing(transport):
        if 400 <= status < 500:
            assert transport.send(charge(site, method=method)).status == status
        else:
            assert type(refused(transport, charge(site, method=method))) is OutcomeUnknown

        assert (site.requests, site.connections) == (1, 1)
