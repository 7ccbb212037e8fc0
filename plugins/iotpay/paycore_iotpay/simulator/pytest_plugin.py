"""A simulated IOTPay for the tests of applications: one fixture, and nothing loaded before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from paycore_iotpay.simulator import IotpaySimulator


@pytest.fixture
def iotpay_simulator() -> Iterator[IotpaySimulator]:
    """Yield a running `IotpaySimulator` of this test's own; it is stopped when the test ends."""
    from paycore_iotpay.simulator import IotpaySimulator

    with IotpaySimulator() as simulator:
        yield simulator
