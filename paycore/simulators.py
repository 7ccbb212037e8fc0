"""What a provider's simulator promises: one small protocol for demo, kit, tests and people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, ClassVar, Literal, Protocol, Self

from paycore.methods import NextAction

GROUP = "paycore.simulators"
"""The entry-point group; an entry's name is its provider's, its object a `Simulator` class."""

Outcome = Literal["success", "decline", "abandon"]


@dataclass(frozen=True)
class TestCards:
    """Public test card numbers, by what the simulator makes of them."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    success: str
    decline: str
    late: str = ""
    """Succeeds, but only after a while; empty where nothing is late."""


@dataclass(frozen=True)
class Effect:
    """One thing that really moved money: what the provider did, not what we think."""

    kind: str
    """`charge`, `refund` or `void`: a charge that was cancelled, or a hold that was released."""
    reference: str
    """Our wire reference; of a hold that was released, its charge's."""
    provider_reference: str
    amount_minor: int
    currency: str
    at: str
    """ISO 8601, UTC, by the simulator's clock."""


class Simulator(Protocol):
    """A real HTTP server on loopback that behaves as its provider does.

    A class with these members; made with keyword arguments, entered as a context manager.
    """

    providers: ClassVar[tuple[str, ...]]
    """The provider names it serves."""
    options: ClassVar[Mapping[str, str]]
    """The extra keyword arguments its constructor takes (all text), each with its help line."""

    def __init__(self, *, port: int = 0, state: str = "", **options: str) -> None:
        """Prepare a simulator; `port` 0 takes a free one, `state` names a file to keep it in."""

    @property
    def base_url(self) -> str:
        """Where it listens, scheme and host; known once started."""

    @property
    def control_url(self) -> str:
        """Where its control interface is."""

    def __enter__(self) -> Self:
        """Start listening."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, leaving no thread, socket or process behind."""

    def settings(self, provider: str, *, notify_url: str = "") -> dict[str, Any]:
        """Return account settings under which `provider` talks to this simulator."""

    def cards(self, provider: str) -> TestCards:
        """Return the test card numbers for `provider`."""

    def wallet(self, provider: str) -> tuple[str, str] | None:
        """Return a wallet's kind and data that pay here; `None` where the channel has none."""

    def pay(
        self, action: NextAction, outcome: Outcome = "success", *, card_number: str = ""
    ) -> str:
        """Play the payer on a hosted page or form; return the URL that the browser is sent to."""

    def fault(self, kind: str, *, endpoint: str = "", times: int = 1) -> None:
        """Let the next `times` calls (of `endpoint`, or of any) meet a fault of that kind.

        Raises:
            ValueError: no such kind; the message lists them.
        """

    def advance(self, seconds: float) -> None:
        """Move its clock on; settlement and late outcomes go by it."""

    def notify(self, provider_reference: str) -> None:
        """Send a payment's notification again, and wait until it was answered or given up."""

    def forge(self, provider_reference: str) -> tuple[dict[str, str], bytes]:
        """Return headers and body of a notification that claims a success and is not genuine."""

    def effects(self) -> Sequence[Effect]:
        """Return what really moved, in order."""

    def requests(self) -> Sequence[Mapping[str, Any]]:
        """Return what was asked, in order, scrubbed."""

    def settle(self) -> None:
        """Wait until every notification under way was answered or given up."""

    def reset(self) -> None:
        """Forget everything, faults included."""
