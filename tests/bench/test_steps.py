"""What a larger ledger costs, counted and not timed: the steps that SQLite's own machine takes.

A step is one of its instructions. What is found by an index takes as many with eight thousand
payments as with one thousand, give or take a level of a tree; what is looked through does not.
"""

from __future__ import annotations

from contextlib import closing

import pytest
from sqlalchemy import event

from paycore import Kind, State
from paycore.ledger.durable import open_durable, upgrade
from paycore.ledger.protocol import InboxState
from tests.bench.filling import end_of, fill
from tests.bench.selling import (
    ACCOUNT,
    AMOUNT,
    CARD,
    PAGE,
    Seller,
    message,
    reference_of,
    theirs_of,
)

pytestmark = pytest.mark.thorough
SMALL, LARGE = 1_000, 8_000
MOST = 1.5
PAID = 15
"""The number of a payment that was paid."""


class Counted:
    """A filled ledger, and a count of the steps that it took."""

    def __init__(self, url, payments):
        upgrade(url)
        fill(url, payments)
        self.ledger = open_durable(url)
        self.steps = 0
        engine = self.ledger._db._engine
        engine.dispose()  # the next connection is counted
        event.listen(engine, "connect", lambda line, _: line.set_progress_handler(self._step, 1))
        self.seller = Seller(self.ledger)
        self.seller.time = end_of(payments)
        self._next = payments

    def _step(self):
        self.steps += 1

    def new(self):
        """Return the reference of the next payment."""
        self._next += 1
        return reference_of(self._next)

    def of(self, act):
        """Return how many steps something took: the least of three, which takes less chance."""
        taken = []
        for _ in range(3):
            self.steps = 0
            act(self)
            taken.append(self.steps)
        return min(taken)

    @property
    def now(self):
        return self.seller.time


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Give a small ledger and a large one."""
    folder = tmp_path_factory.mktemp("steps")
    both = [Counted(f"sqlite:///{folder / str(size)}.db", size) for size in (SMALL, LARGE)]
    with closing(both[0].ledger), closing(both[1].ledger):
        yield both


def webhook(shop):
    """Receive the notification of a page that was paid just now."""
    reference = shop.new()
    shop.seller.gateway.charge(reference, AMOUNT, PAGE)
    shop.seller.told(reference)


OURS, THEIRS = reference_of(PAID), theirs_of(reference_of(PAID))
STEADY = {
    "charge": lambda s: s.seller.gateway.charge(s.new(), AMOUNT, CARD),
    "webhook": webhook,
    "unknown message": lambda s: s.seller.gateway.receive(ACCOUNT, message(f"{s.new()}-x")),
    "find": lambda s: s.seller.gateway.find(OURS),
    "our wire reference": lambda s: s.ledger.by_wire(ACCOUNT, OURS, ""),
    "their reference": lambda s: s.ledger.by_wire(ACCOUNT, None, THEIRS),
    "key": lambda s: s.ledger.by_key(Kind.CHARGE, OURS),
    "nonce": lambda s: s.ledger.by_nonce("nobody-has-this-one"),
    "due": lambda s: s.ledger.due(s.now, 1),
    "due messages": lambda s: s.ledger.due_messages(s.now, 1),
    "messages in a state": lambda s: s.ledger.messages(state=InboxState.PARKED, limit=1),
    "listed": lambda s: s.ledger.listed(limit=5),
    "listed open": lambda s: s.ledger.listed(state=State.UNKNOWN, limit=1),
    "listed for review": lambda s: s.ledger.listed(review=True, limit=1),
    "payments": lambda s: s.ledger.payments(status=None, account=None, limit=5, after=OURS),
    "no events": lambda s: s.ledger.claim_events(s.now, 20, 300.0),
    "events of one": lambda s: s.ledger.events_of(OURS),
    "parked": lambda s: s.ledger.parked(ACCOUNT, OURS),
    "messages about": lambda s: s.ledger.messages_about(ACCOUNT, [OURS]),
    "purge": lambda s: s.ledger.purge(end_of(PAID), 1),
    "listed in a rare state": lambda s: s.ledger.listed(state=State.EXPIRED, limit=5),
}


def grown(pair, act):
    """Return how many times as many steps it takes on the large ledger."""
    few, many = (shop.of(act) for shop in pair)
    assert few > 0
    return many / few


@pytest.mark.parametrize("name", STEADY)
def test_what_is_found_by_an_index_costs_the_same(name, pair):
    """Eight times the payments, and at most half as many steps more."""
    assert grown(pair, STEADY[name]) <= MOST
