"""What runs while its system calls are recorded: it commits, and says so each time."""

from __future__ import annotations

import os
import sys
from contextlib import closing

from paycore.ledger.durable import open_durable
from paycore.report import Notification
from paycore.states import Kind
from paycore.testing.ledgers.scene import NOW, intent, recorded, report, reserved


def commits(url: str, acknowledged: int, rounds: int) -> None:
    """Charge, hear, keep and give back; acknowledge each commit after it, as a caller sees it."""

    def acknowledge(statement: str) -> None:
        os.write(acknowledged, f"{statement}\n".encode())

    with closing(open_durable(url)) as ledger:
        for number in range(rounds):
            name = f"o-{number}"
            charge = reserved(ledger, intent(owner=name, key=name))
            acknowledge(f"operation {name} submitting")
            recorded(ledger, charge, raw={"filler": "x" * (number % 7) * 1000})
            acknowledge(f"operation {name} succeeded")
            ledger.keep("main", name, Notification(report(charge), b"thanks"), NOW)
            acknowledge(f"message {name} kept")
            if number % 3 == 0:
                refund = reserved(ledger, intent(Kind.REFUND, f"r-{number}", 400, owner=name))
                acknowledge(f"operation r-{number} submitting")
                recorded(ledger, refund)
                acknowledge(f"operation r-{number} succeeded")


if __name__ == "__main__":
    line = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    commits(sys.argv[1], line, int(sys.argv[3]))
