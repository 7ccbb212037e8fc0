"""The books as operators see them: what is open, what happened, and what a person settles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from paycore import checks
from paycore.audit import Audited, audit
from paycore.errors import InvalidRequest, WebhookRejected
from paycore.ledger.by_hand import CONFIRMED, SETTLED
from paycore.ledger.protocol import Evidence, InboxRow, InboxState
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Notification, WebhookMessage, dated
from paycore.secret import has_card
from paycore.states import Kind, State
from paycore.verbs.follow_up import followed_up
from paycore.verbs.inbox import apply
from paycore.wire.strict import MAX_BYTES
from paycore.wiring import Wiring

if TYPE_CHECKING:
    from paycore.events import Event

_PAGE: Final = 500
_MOST: Final = 1000


@dataclass(frozen=True)
class Moment:
    """One thing that happened, when, and all that is kept of it."""

    at: datetime
    what: str
    """`operation`, `evidence`, `message` or `event`."""
    of: Operation | Evidence | InboxRow | Event


@dataclass(frozen=True)
class History:
    """Everything that is known of one payment or stored card, in the order of time."""

    reference: str
    payment: Payment | None
    """None for a stored card."""
    moments: tuple[Moment, ...]


class Books:
    """What operators see and settle; public as `gateway.books`."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def operations(
        self,
        *,
        state: State | None = None,
        review: bool = False,
        limit: int = 100,
        after: str = "",
    ) -> tuple[Operation, ...]:
        """Return up to `limit` operations behind the one with the id `after`, oldest first.

        Those in `state`, and those only that need review, where that is asked for.
        """
        return self._wiring.ledger.listed(
            state=state, review=review, limit=_limit(limit), after=after
        )

    def operation(self, operation: str) -> Operation:
        """Return the operation with this id.

        Raises:
            LedgerError: there is none.
        """
        return self._wiring.ledger.operation(operation)

    def history(self, reference: str) -> History:
        """Return everything that is known of the payment, or the stored card, called so.

        Raises:
            InvalidRequest: nobody knows it.
        """
        ledger = self._wiring.ledger
        payment = ledger.payment(checks.name(reference, "reference"))
        tokens = ledger.operations(reference, Kind.TOKEN)
        operations = (*(payment.operations if payment else ()), *tokens)
        if not operations:
            raise InvalidRequest(f"{reference}: no such payment or stored card", field="reference")
        moments = [Moment(each.created_at, "operation", each) for each in operations]
        for each in operations:
            moments += [Moment(e.at, "evidence", e) for e in ledger.evidence(each.id)]
        moments += [Moment(row.received_at, "message", row) for row in self._about(operations)]
        moments += [Moment(event.at, "event", event) for event in ledger.events_of(reference)]
        return History(reference, payment, tuple(sorted(moments, key=attrgetter("at"))))

    def messages(
        self, *, state: InboxState | None = None, limit: int = 100, after: str = ""
    ) -> tuple[InboxRow, ...]:
        """Return up to `limit` kept messages behind the one with the id `after`, oldest first."""
        return self._wiring.ledger.messages(state=state, limit=_limit(limit), after=after)

    def replay(self, message: str) -> InboxRow:
        """Apply a kept message once more, whatever became of it; return it as it stands then.

        Who replays it vouches for where it came from; its signature was checked when it came, and
        where the provider's messages are no proof the provider is asked, as always.

        Raises:
            InvalidRequest: there is no such message, or its account is not in the settings.
        """
        ledger = self._wiring.ledger
        row = ledger.message(message)
        if row is None:
            raise InvalidRequest("message: the ledger has none with this id", field="message")
        account = self._wiring.account(row.account)
        apply(self._wiring, account, ledger.revive(row.id, self._wiring.now()))
        return ledger.message(message) or row

    def verified(self, account: str, message: WebhookMessage) -> Notification:
        """Return what a message says, if it is genuine; nothing is stored, asked or changed.

        Raises:
            WebhookRejected: it is not genuine, or not a message at all.
            NotSupported: the provider of this account sends none.
            InvalidRequest: the settings have no such account.
        """
        found = self._wiring.account(account)
        found.require("verify_webhook")
        if len(message.body) > MAX_BYTES:
            raise WebhookRejected("body: over 256 KiB", field="body", status=413)
        return found.verified(dated(message, self._wiring.now()))

    def settle(self, operation: str, state: State, reason: str, version: int) -> Operation:
        """Commit what a person found out about an operation, and why; return it as it stands then.

        Args:
            operation: Its id.
            state: SUCCEEDED, DECLINED or NOT_EXECUTED; or what a charge under review is, if that
                is AUTHORIZED or EXPIRED: then only the flag is taken down.
            reason: How it is known; kept as evidence, so no card number and no secret.
            version: The version that the person looked at.

        Raises:
            InvalidRequest: the state is none to settle as, or the reason is empty or holds a card.
            Conflict: it changed meanwhile, or cannot become that.
            LedgerError: there is no such operation.
        """
        before = self.operation(operation)
        if state not in SETTLED and not (state in CONFIRMED and state is before.state):
            told = ", ".join(each.value for each in SETTLED)
            raise InvalidRequest(f"state: want {told}", field="state")
        if not checks.text(reason, "reason").strip():
            raise InvalidRequest("reason: say how it is known", field="reason")
        if has_card(reason):
            raise InvalidRequest("reason: looks like a card number", field="reason")
        now = self._wiring.now()
        after = self._wiring.ledger.settle(operation, state, reason, version, now)
        if after.state is not before.state:
            self._wiring.listeners.emit("operation_finished", operation=after)
        return followed_up(self._wiring, after)

    def export(self, since: datetime) -> Iterator[Operation]:
        """Yield every operation that was begun or changed at `since` or later, oldest first.

        Raises:
            InvalidRequest: `since` has no time zone.
        """
        _check_zone(since, "since")
        return self._exported(since)

    def audit(self, since: datetime) -> Iterator[Audited]:
        """Ask about every captured charge that was begun or changed at `since` or later.

        Yields:
            Each charge as it stands then; what differs from the provider's books is under review.

        Raises:
            InvalidRequest: `since` has no time zone.
        """
        return audit(self._wiring, self.export(since))

    def purge(self, before: datetime, *, limit: int = _PAGE) -> int:
        """Forget whom up to `limit` payments were about that were begun before `before`.

        Only those with nothing open, planned or under review; and, once less than `limit` are
        left, messages that came before `before` under references that nobody knows.

        Returns:
            How many payments were purged; 0 when none is left.

        Raises:
            InvalidRequest: `before` has no time zone, or `limit` is not 1 to 1000.
        """
        _check_zone(before, "before")
        return self._wiring.ledger.purge(before, _limit(limit))

    def _exported(self, since: datetime) -> Iterator[Operation]:
        after = ""
        while page := self._wiring.ledger.listed(limit=_PAGE, after=after):
            yield from (operation for operation in page if operation.updated_at >= since)
            after = page[-1].id

    def _about(self, operations: tuple[Operation, ...]) -> list[InboxRow]:
        """Return every kept message that names one of these operations, each once."""
        names: dict[str, set[str]] = {}
        for each in operations:
            both = {each.reference, each.provider_reference} - {""}
            names.setdefault(each.account, set()).update(both)
        found = [
            row
            for account, told in names.items()
            for row in self._wiring.ledger.messages_about(account, told)
        ]
        return list({row.id: row for row in found}.values())


def _limit(limit: int) -> int:
    if type(limit) is not int or not 1 <= limit <= _MOST:
        raise InvalidRequest(f"limit: want 1 to {_MOST}", field="limit")
    return limit


def _check_zone(moment: datetime, name: str) -> None:
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise InvalidRequest(f"{name}: want a moment with its time zone", field=name)
