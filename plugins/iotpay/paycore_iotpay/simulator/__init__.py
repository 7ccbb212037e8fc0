"""A local IOTPay to test against: a real HTTP server that behaves as the documented one does.

`IotpaySimulator` is loaded when it is first asked for: the pytest plugin next door is imported by
every run of pytest, and must cost it nothing, nor need the extra `simulator`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paycore_iotpay.simulator.facade import IotpaySimulator as IotpaySimulator

__all__ = ["IotpaySimulator"]


def __getattr__(name: str) -> object:
    """Load the simulator when it is first asked for."""
    if name != "IotpaySimulator":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from paycore_iotpay.simulator.facade import IotpaySimulator

    return IotpaySimulator
