"""What the core asks of a provider: one value for each hook that talks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paycore.methods import Method
from paycore.money import Money
from paycore.states import Kind


@dataclass(frozen=True)
class Payer:
    """What is known of the person who pays; both may be empty."""

    reference: str = ""
    """Our own name for the payer."""
    ip: str = field(default="", repr=False)
    """The payer's IP address."""


@dataclass(frozen=True)
class ChargeRequest:
    """Ask to be paid, once."""

    reference: str
    """The wire reference: what the provider is told, unique, never used for another."""
    amount: Money
    method: Method
    description: str = ""
    details: str = ""
    payer: Payer = Payer()
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Plain members passed through to the provider as they are; undocumented features only."""
    capture: bool = True
    """Whether to take the money; if not, to hold it only, until it is captured or released."""


@dataclass(frozen=True)
class CaptureRequest:
    """Take what a charge holds, in part or whole, once; the rest is given up."""

    reference: str
    """The capture's own wire reference."""
    amount: Money
    charge_reference: str
    """The wire reference of the charge."""
    charge_provider_reference: str
    """The provider's own reference of the charge, empty where it never told one."""
    authorized: Money
    """What the charge holds."""


@dataclass(frozen=True)
class TokenizeRequest:
    """Ask to store a payer's card."""

    reference: str
    """The wire reference of the token."""
    method: Method
    payer: Payer = Payer()


@dataclass(frozen=True)
class RefundRequest:
    """Give money back, in part or whole."""

    reference: str
    """The refund's own wire reference."""
    amount: Money
    charge_reference: str
    """The wire reference of the charge."""
    charge_provider_reference: str
    """The provider's own reference of the charge, empty where it never told one."""
    charged: Money
    """What the charge took."""


@dataclass(frozen=True)
class VoidRequest:
    """Cancel a whole charge before it settles, or release all of what it holds."""

    reference: str
    """The wire reference of the void, or of the release."""
    amount: Money
    """What the charge took or holds, all of it."""
    charge_reference: str
    charge_provider_reference: str


@dataclass(frozen=True)
class QueryRequest:
    """Ask what became of a charge, a capture, a release, a refund, a void or a token."""

    kind: Kind
    reference: str
    """The wire reference of what is asked about."""
    provider_reference: str = ""
    """The provider's own, where it has told one."""
    amount: Money | None = None
    """What was asked for; none for a token."""
    charge_reference: str = ""
    """For a capture, a release, a refund or a void: the wire reference of the charge."""
    charge_provider_reference: str = ""
    charge_refundable: Money | None = None
    """For a refund or a void: what was left to refund before it, by our books."""
