"""One provider on the stage, and what a step may expect of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from paycore.demo.endpoint import Endpoint
from paycore.description import Description
from paycore.errors import InvalidRequest
from paycore.gateway import Gateway
from paycore.methods import HostedPage, Method, StoredToken, Wallet
from paycore.money import Money
from paycore.payment import Payment
from paycore.simulators import Effect, Simulator, TestCards
from paycore.states import Kind

_LIKED: Final = ("CAD", "USD", "EUR")


class Unexpected(Exception):
    """A step saw something else than it must."""

    def __init__(self, what: str, expected: str, got: str) -> None:
        super().__init__(what)
        self.what, self.expected, self.got = what, expected, got


class Skipped(Exception):
    """A step cannot be played here; the text says why."""


@dataclass(frozen=True)
class Act:
    """One provider, its account, and everybody it talks to."""

    provider: str
    """The provider's name, and the account's."""
    description: Description
    hooks: frozenset[str]
    gateway: Gateway = field(repr=False)
    simulator: Simulator = field(repr=False)
    endpoint: Endpoint = field(repr=False)
    settings: dict[str, Any] = field(default_factory=dict, repr=False)
    """What the gateway was opened with: another process opens its own on the same ledger."""
    props: dict[str, str] = field(default_factory=dict, repr=False)
    """What one step leaves lying about for another."""

    @property
    def cards(self) -> TestCards:
        """The simulator's test cards for this provider."""
        return self.simulator.cards(self.provider)

    @property
    def page(self) -> HostedPage:
        """A page of the provider that sends the payer back to our endpoint."""
        return HostedPage(return_url=f"{self.endpoint.url}/thanks")

    @property
    def direct(self) -> Method:
        """A method whose answer is the outcome: the stored card, else a wallet."""
        if StoredToken in self.description.methods and "card" in self.props:
            return StoredToken(self.props["card"])
        wallet = self.simulator.wallet(self.provider)
        if Wallet in self.description.methods and wallet:
            return Wallet(*wallet)
        raise Skipped("no stored card and no wallet to charge at once")

    def money(self, minor: int) -> Money:
        """Return an amount in a currency that the provider takes."""
        takes = self.description.currencies
        return Money(minor, next((c for c in _LIKED if c in takes), min(takes)))

    def ref(self, name: str) -> str:
        """Return the reference of this act's payment or token called `name`."""
        return f"{self.provider}-{name}"

    def charge(
        self,
        name: str,
        minor: int,
        method: Method,
        *,
        key: str | None = None,
        capture: bool = True,
    ) -> Payment:
        """Charge this act's payment called `name`, or hold the money only."""
        return self.gateway.charge(
            self.ref(name),
            self.money(minor),
            method,
            account=self.provider,
            key=key,
            description=f"Demo {name}",
            capture=capture,
        )

    def found(self, name: str) -> Payment:
        """Return this act's payment called `name` as our ledger has it."""
        payment = self.gateway.find(self.ref(name))
        if payment is None:
            raise InvalidRequest(f"{self.ref(name)}: no such payment", field="reference")
        return payment

    def effects(self, name: str, kind: Kind = Kind.CHARGE) -> list[Effect]:
        """Return what really moved for this act's payment called `name`."""
        ours = {operation.reference for operation in self.found(name).operations}
        return [e for e in self.simulator.effects() if e.reference in ours and e.kind == kind.value]


@dataclass(frozen=True)
class Step:
    """One thing to show: a claim in plain words, and the function that tries it."""

    name: str
    claim: str
    play: Callable[[Act], str]
    """Returns what was seen, in a few words; raises `Unexpected` or `Skipped`."""
    uses: tuple[type[Method] | str, ...] = ()
    """The methods to charge by, and the hooks, that it cannot do without."""
    after: tuple[str, ...] = ()
    """The steps that must have gone well before."""


def expect(what: str, expected: Any, got: Any) -> None:
    """Raise `Unexpected` unless `got` is what was `expected`."""
    if got != expected:
        raise Unexpected(what, _word(expected), _word(got))


def _word(value: Any) -> str:
    return str(getattr(value, "value", value))
