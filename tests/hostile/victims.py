"""What the processes of these tests run: a crowd with one key, and a server that is killed."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from paycore import Money, OutcomeUnknown, StoredToken
from paycore.ledger.durable import open_durable
from tests.hostile.shop import Shop
from tests.hostile.world import Iotpay, World


class Written(list[Any]):
    """A log of effects that several processes write: one line for each."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def append(self, effect: Any) -> None:
        """Write it in one piece."""
        line = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(line, f"{effect}\n".encode())
        os.close(line)


def crowd(url: str, log: str, people: str) -> None:
    """Fork so many processes, let all go at once, and print which operation each was given."""
    start, go = os.pipe()
    children = []
    for _ in range(int(people)):
        child = os.fork()
        if child == 0:
            os.close(go)
            _one_of_many(url, log, start)
        children.append(child)
    os.close(go)
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    print(*(f"ended {end}" for end in ends), sep="\n")


def _one_of_many(url: str, log: str, start: int) -> None:
    provider = Iotpay()
    provider.effects = Written(log)
    world = World(open_durable(url), provider)
    os.read(start, 1)
    payment = world.gateway.charge("o-1", Money(1500, "CAD"), StoredToken("visa-1"), key="k-0001")
    (charge,) = payment.operations
    os.write(1, f"told {charge.id} {payment.amount.minor}\n".encode())
    os._exit(0)


def serve(url: str, point: str) -> None:
    """Serve with P1 waiting for its payer; be killed at that point of the next message.

    `kept`: the message was committed; `applied`: it was applied, and not one byte of the answer
    left; `acknowledged`: the provider is out of reach, and who sent the message kills us then.
    """
    world = World(open_durable(url))
    world.payment("P1")
    keep = world.ledger.keep

    def kept_and_dead(*said: Any) -> None:
        keep(*said)
        _die()

    with Shop() as shop:
        shop.gateway = world.gateway
        if point == "kept":
            world.ledger.keep = kept_and_dead
        elif point == "applied":
            shop.before_answer = _die
        else:
            world.provider.answers.append(OutcomeUnknown("out of reach"))
        print(shop.port, flush=True)
        signal.pause()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    {"crowd": crowd, "serve": serve}[sys.argv[1]](*sys.argv[2:])
