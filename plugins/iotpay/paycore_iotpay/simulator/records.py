"""What the simulated gateway remembers: plain frozen values that a file can hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from paycore.simulators import Effect

OPEN, UNDECIDED, PAID, FAILED = 0, 1, 2, 9
"""The statuses that IOTPay documents for V3."""


@dataclass(frozen=True)
class Card:
    """A card as it may be kept: masked, with what it is going to do."""

    number: str
    """First 6 and last 4; the rest was never kept."""
    channel: str
    behaviour: str
    """`success`, `decline` or `late`."""
    expiry: str = ""
    """MMYY."""
    holder: str = ""
    brand: str = ""


@dataclass(frozen=True)
class Order:
    """A payment, a refund or a void."""

    pay_order_id: str
    number: str
    """The merchant's: mchOrderNo, or mchRefundNo for a refund or void."""
    kind: str
    """`charge`, `refund` or `void`."""
    endpoint: str
    """Which one opened it."""
    amount: int
    currency: str
    channel: str
    notify_url: str = ""
    original_id: str = ""
    status: int = OPEN
    done_ms: int = 0
    """When it came to its end, by the simulator's clock; 0 while open."""
    ripe_ms: int = 0
    """When a late card succeeds; 0 where nothing is late."""
    returned: int = 0
    """What was refunded or voided of it, in minor units."""
    card: Card | None = None


@dataclass(frozen=True)
class Session:
    """One hosted page or form, good for one payment or one card."""

    secure_id: str
    mode: str
    """`purchase` or `addcard`."""
    subject: str
    """The payment's payOrderId, or the card's name."""
    title: str
    channel: str
    return_url: str
    ends_ms: int
    location: str = ""
    """Where the browser was sent, once the page had been used."""


@dataclass(frozen=True)
class Delivery:
    """One notification that has still to be acknowledged."""

    pay_order_id: str
    due_ms: int
    tries: int = 0
    held: bool = False
    """Waits for the next one to overtake it."""


@dataclass
class Records:
    """All that outlives a restart."""

    offset_ms: int = 0
    orders: dict[str, Order] = field(default_factory=dict)
    """By pay_order_id, oldest first."""
    sessions: dict[str, Session] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
