"""What every verb needs: the accounts, the ledger, the clock and the listeners."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from paycore.account import Account
from paycore.engines.inline import Inline
from paycore.errors import InvalidRequest
from paycore.ledger.protocol import Ledger
from paycore.listeners import Listeners
from paycore.subscribers import Subscribers
from paycore.work import Engine


def utc_now() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Wiring:
    """The rooms that `bootstrap` connected."""

    accounts: Mapping[str, Account]
    ledger: Ledger = field(repr=False)
    default_account: str
    return_hosts: frozenset[str] = frozenset()
    listeners: Listeners = field(default_factory=lambda: Listeners({}), repr=False)
    subscribers: Subscribers = field(default_factory=Subscribers, repr=False)
    engine: Engine = field(default_factory=Inline, repr=False)
    now: Callable[[], datetime] = field(default=utc_now, repr=False)

    def account(self, name: str | None) -> Account:
        """Return the account called `name`, or the default one.

        Raises:
            InvalidRequest: the settings have no such account.
        """
        wanted = self.default_account if name is None else name
        found = self.accounts.get(wanted) if isinstance(wanted, str) else None
        if found is None:
            known = ", ".join(sorted(self.accounts)) or "none"
            raise InvalidRequest(f"account: the settings have {known}", field="account")
        return found
