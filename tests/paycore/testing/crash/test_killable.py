"""Whatever writes or sends has points around it, and does what it did without them."""

from __future__ import annotations

import pytest

from paycore.errors import OutcomeUnknown
from paycore.ledger import mail, protocol
from paycore.ledger.memory import MemoryLedger
from paycore.testing.crash.killable import WRITES, KillableLedger, KillableSender
from paycore.testing.crash.points import Points
from paycore.testing.ledgers.scene import NOW, intent
from paycore.testing.world import URL
from paycore.wire.talk import Call, Reply

READS = {
    "operation",
    "operations",
    "by_key",
    "by_wire",
    "by_nonce",
    "payment",
    "payments",
    "due",
    "listed",
    "in_review",
    "evidence",
    "message",
    "messages",
    "due_messages",
    "messages_about",
    "parked",
    "events_of",
    "close",
}


def test_every_method_of_a_ledger_is_known_to_read_or_to_write():
    """A new one is put into one of the lists by whoever adds it."""
    shapes = (protocol.Ledger, mail.Inbox, mail.Outbox)
    methods = {name for shape in shapes for name in vars(shape) if not name.startswith("_")}

    assert methods == WRITES | READS


def test_a_method_that_writes_is_between_two_points():
    """And one that reads is none; both return what the ledger does."""
    points = Points(step="charge")
    inner = MemoryLedger()
    ledger = KillableLedger(inner, points)
    operation = ledger.reserve(intent(), NOW).operation

    assert ledger.operation(operation.id) == inner.operation(operation.id) == operation
    assert points.passed == ["charge.reserve.before", "charge.reserve.after"]


class Carrier:
    """Answers everything, and remembers it."""

    def __init__(self):
        self.calls = []
        self.closed = False

    def send(self, call):
        self.calls.append(call.url)
        return Reply(200, b"{}")

    def close(self):
        self.closed = True


@pytest.fixture
def carrier():
    """Give what carries the calls."""
    return Carrier()


def test_a_call_is_between_two_points_and_goes_to_the_bank(carrier):
    """A question is another point than an order."""
    points = Points(step="charge")
    sender = KillableSender(carrier, "http://127.0.0.1:1/weak", points)
    sender.send(Call(f"{URL}/charge"))
    sender.send(Call(f"{URL}/query"))
    sender.close()

    assert carrier.calls == ["http://127.0.0.1:1/weak/charge", "http://127.0.0.1:1/weak/query"]
    assert carrier.closed
    assert points.passed == [
        "charge.send.before",
        "charge.send.after",
        "charge.ask.before",
        "charge.ask.after",
    ]


def test_an_answer_can_be_lost_and_something_else_come_first(carrier):
    """Lost means that the bank has the call; what comes meanwhile comes once."""
    sender = KillableSender(carrier, "", Points())
    sender.loses, sender.meanwhile = True, lambda: carrier.calls.append("meanwhile")
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            sender.send(Call(f"{URL}/charge"))

    assert carrier.calls == ["/charge", "meanwhile", "/charge"]
