"""The plugin of the bank, and a gateway over it: real transport, real ledger, real verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final, cast

from paycore.account import Account
from paycore.description import Description
from paycore.gateway import Gateway
from paycore.hookspecs import hookimpl
from paycore.intents import QueryRequest, TokenizeRequest
from paycore.ledger.protocol import Ledger
from paycore.methods import HostedPage, Redirect
from paycore.provider import Provider
from paycore.report import NotFound, Report
from paycore.states import Kind
from paycore.testing.crash.killable import KillableLedger, KillableSender
from paycore.testing.crash.points import Points
from paycore.testing.scene import HOST
from paycore.testing.world import URL
from paycore.testing.worldly import STATES, STRONG, WEAK, Worldly
from paycore.wire.connection import Connection
from paycore.wire.talk import Call, Talk
from paycore.wire.transport import Transport
from paycore.wiring import Wiring

SETTLING_S: Final = 3600
"""After which the strong account's not knowing something proves that it never had it."""
TIMEOUT_S: Final = 10.0


class Teller(Worldly):
    """The hooks of the simulated world, and one more: to store a card on a page."""

    @hookimpl
    def describe(self) -> Description:
        """Say what the account's provider proves."""
        return replace(super().describe(), token_methods=(HostedPage,))

    @hookimpl
    def tokenize(self, account: Any, request: TokenizeRequest) -> Talk[Report]:
        """Ask for a page to store a card on."""
        reply = yield Call(f"{URL}/token", {"reference": request.reference, "back": "page"})
        return _stored(reply.json)

    @hookimpl
    def query(self, account: Any, request: QueryRequest) -> Talk[Report | NotFound]:
        """Ask what became of it."""
        if request.kind is not Kind.TOKEN:
            return (yield from super().query(account, request))
        reply = yield Call(f"{URL}/query", {"reference": request.reference})
        return NotFound() if "absent" in reply.json else _stored(reply.json)


@cache
def provider(account: str) -> Provider:
    """Return the provider of an account, checked once: it keeps nothing."""
    return Provider(account, Teller(account, SETTLING_S))


@dataclass(frozen=True)
class Desk:
    """A gateway that is about to be killed, and what it is made of."""

    gateway: Gateway
    ledger: Ledger
    """The ledger itself, for looking without passing a point."""
    senders: Mapping[str, KillableSender]
    """By account."""


def desk(ledger: Ledger, bank_url: str, now: Callable[[], datetime], points: Points) -> Desk:
    """Return a gateway over `ledger`, to the bank that listens at `bank_url`."""
    senders = {name: _sender(name, bank_url, points) for name in (WEAK, STRONG)}
    accounts = {
        name: Account(name, provider(name), name, sender) for name, sender in senders.items()
    }
    wiring = Wiring(
        accounts=accounts,
        ledger=cast(Ledger, KillableLedger(ledger, points)),
        default_account=WEAK,
        return_hosts=frozenset({HOST}),
        now=now,
    )
    return Desk(Gateway(wiring), ledger, senders)


def _sender(account: str, bank_url: str, points: Points) -> KillableSender:
    door = Transport(Connection(base_url=bank_url, timeout_s=TIMEOUT_S, sandbox=True))
    return KillableSender(door, f"{bank_url}/{account}", points)


def _stored(fields: Mapping[str, Any]) -> Report:
    return Report(
        fields["reference"],
        STATES[fields["status"]],
        kind=Kind.TOKEN,
        provider_reference=fields["theirs"],
        next_action=Redirect(fields["url"]) if "url" in fields else None,
        token=fields["theirs"],
        raw={"status": fields["status"]},
    )
