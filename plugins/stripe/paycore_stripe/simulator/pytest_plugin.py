"""A simulated Stripe for the tests of applications: one fixture, and nothing loaded before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from paycore_stripe.simulator import StripeSimulator


@pytest.fixture
def stripe_simulator() -> Iterator[StripeSimulator]:
    """Yield a running `StripeSimulator` of this test's own; it is stopped when the test ends."""
    from paycore_stripe.simulator import StripeSimulator

    with StripeSimulator() as simulator:
        yield simulator
