"""A local Stripe to test against: a real HTTP server that behaves as the documented one does.

`StripeSimulator` is loaded when it is first asked for: the pytest plugin next door is imported by
whoever names it, and must cost nothing before a test asks for the simulator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paycore_stripe.simulator.facade import StripeSimulator as StripeSimulator

__all__ = ["StripeSimulator"]


def __getattr__(name: str) -> object:
    """Load the simulator when it is first asked for."""
    if name != "StripeSimulator":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from paycore_stripe.simulator.facade import StripeSimulator

    return StripeSimulator
