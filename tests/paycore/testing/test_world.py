"""The provider does what it is told, and remembers what moved."""

from __future__ import annotations

from random import Random

import pytest

from paycore.testing.clock import VirtualClock
from paycore.testing.world import LATEST_S, Order, World


@pytest.fixture
def world():
    return World(Random(0), VirtualClock())


def order(reference="o1", kind="charge", minor=1500, **more):
    return Order("weak", kind, reference, minor, "CAD", **more)


def charged(world, **more):
    made = order(**more)
    world.arrive(made)
    world.decide(made, "paid")
    return made


def test_a_repeat_moves_money_again(world):
    """It is naive on purpose: nobody else prevents it."""
    charged(world)
    charged(world)

    assert world.moved("weak", "o1") == 3000


def test_what_is_decided_is_told(world):
    """A letter for each."""
    made = charged(world)

    assert [letter.fields for letter in world.letters] == [world.statement(made)]
    assert world.statement(made)["status"] == "paid"


def test_a_page_waits_for_its_payer(world):
    """Who pays once, whatever the payer does."""
    world.arrive(order(page=True))
    address = world.statement(world.find("weak", "o1"))["url"]
    world.pay("weak", "o1")
    world.pay("weak", "o1")
    world.pay("weak", "nobody")

    assert address.endswith("/weak/o1")
    assert world.moved("weak", "o1") == 1500
    assert "url" not in world.statement(world.find("weak", "o1"))


@pytest.mark.parametrize(("state", "moved"), [("paid", 1500), ("refused", 0)])
def test_what_comes_later_comes(world, state, moved):
    """Unknown until then, whether it was filed before or not."""
    world.later(order(), state)
    before = world.find("weak", "o1")
    world.clock.advance(LATEST_S)
    after = world.find("weak", "o1")

    assert before is None
    assert (after.state, world.moved("weak", "o1")) == (state, moved)


def test_what_was_filed_is_decided_later(world):
    """The same order, not another."""
    made = order()
    world.arrive(made)
    world.later(made, "paid")
    world.clock.advance(LATEST_S)

    assert world.find("weak", "o1") is made
    assert made.state == "paid"


def test_a_charge_is_voided_before_it_settles_only(world):
    """Settled, it can be refunded."""
    made = charged(world)
    early = world.arrive(order("v1", "void", of="o1"))
    world.clock.advance(made.settles_at)

    assert early == ""
    assert world.arrive(order("v2", "void", of="o1")) == "settled"
    assert world.arrive(order("r1", "refund", of="o1")) == ""


def test_some_providers_refund_what_is_settled_only(world):
    """And say so."""
    world.early_refunds = False
    charged(world)

    assert world.arrive(order("r1", "refund", of="o1")) == "unsettled"


def test_its_books_say_what_is_left(world):
    """Less the refunds; nothing after a void."""
    made = charged(world)
    charged(world, reference="r1", kind="refund", minor=500, of="o1")
    partly = world.left(made)
    charged(world, reference="v1", kind="void", of="o1")

    assert (partly, world.left(made)) == (1000, 0)
