"""How messages and browsers come in: handed to the gateway, and over a socket."""

from __future__ import annotations

import pytest

from tests.hostile.shop import Shop


def by_call(world, message):
    """Hand a message to the gateway; return its answer."""
    return world.gateway.receive("iotpay", message)


@pytest.fixture(scope="session")
def shop():
    """Give one HTTP server for all cases."""
    with Shop() as running:
        yield running


@pytest.fixture(params=["called", "over_http"])
def receive(request):
    """Give both ways in which a message comes in."""
    return by_call if request.param == "called" else request.getfixturevalue("shop").receive
