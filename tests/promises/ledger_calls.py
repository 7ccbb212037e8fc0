"""The same random calls on any ledger: what each says, and what is left behind."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from unittest.mock import patch

from paycore.errors import PaycoreError
from paycore.ledger.protocol import InboxState, Intent, Ledger, Source
from paycore.methods import Redirect
from paycore.operation import Operation
from paycore.payment import PaymentStatus
from paycore.report import Conclusion, Decline, Instrument, Notification, Report
from paycore.states import REPORTABLE, Kind, State
from paycore.testing.ledgers.scene import LEASE_S, NAMING, NOW, cad

STEPS = 40
_OWNERS = ("o-1", "o-1", "o-2", "a name that is too long")
_TOKENS = ("t-1", "t-2")
_NAMES = _OWNERS + _TOKENS
_ACCOUNTS = ("a", "b")
_ODD: tuple[dict[str, Any], ...] = (
    {"reference": None},
    {"reference": "x"},
    {"amount": cad(7)},
    {"amount": None},
    {"kind": Kind.REFUND},
    {"provider_reference": "T-1"},
    {"refundable": cad(0)},
)
"""What a report says otherwise than it should."""
_JUMPS_S = (0, 0, 0, 1, 20, 70, 4_000, 90_000, 800_000, -30)


class Caller:
    """One sequence of calls: drawn from its number alone, whatever ledger answers."""

    def __init__(self, ledger: Ledger, seed: int) -> None:
        self._ledger = ledger
        self._seed = seed
        self._chance = Random(seed)
        self._pick = self._chance.choice
        self._now = NOW
        self._operations: list[Operation] = []
        self._messages: list[Any] = []
        self._events: list[Any] = []
        self._purged = 0

    def heard(self) -> Iterator[tuple[str, object]]:
        """Yield what every call said, and then all that the ledger holds."""
        for step in range(STEPS):
            self._now += timedelta(seconds=self._pick(_JUMPS_S))
            call = self._pick(CALLS)
            with _dealt(f"{self._seed} {step}"):
                yield call.__name__, _told(lambda call=call: call(self))
        for read in _LEFT:
            yield f"left: {read.__name__}", _told(lambda read=read: read(self))

    def reserve(self) -> object:
        owner = self._pick(_OWNERS)
        payment = self._ledger.payment(owner)
        begun = (Kind.REFUND, Kind.REFUND, Kind.VOID) if payment and payment.captured else ()
        kind = self._pick((Kind.CHARGE, Kind.CHARGE, Kind.TOKEN, Kind.VOID, *begun, *begun))
        if kind is Kind.TOKEN:  # not a payment's: as `test_r38_a_purge_of_a_payment` says
            owner = self._pick(_TOKENS)
        minor = self._pick((400, 700, None)) if kind is Kind.REFUND else 1500
        minor = None if kind in (Kind.TOKEN, Kind.VOID) else minor
        wanted = Intent(
            kind=kind,
            owner=owner,
            key=self._pick((f"{owner} 1", f"{owner} 2", f"{owner} 3", "ключ")),
            fingerprint=self._pick((owner, owner, owner, "another")),
            account=self._pick(("a", "a", "a", "b")),
            naming=NAMING,
            lease_s=LEASE_S,
            amount=None if minor is None else cad(minor),
            method=self._pick(("hosted_page", "hosted_page", "stored_token")),
            nonce=self._pick(("", "n-1", "n-2")),
            metadata=self._pick(({}, {"cart": "ż\N{SNOWMAN}"})),
        )
        made = self._ledger.reserve(wanted, self._now)
        self._operations.append(made.operation)
        return made

    def record(self) -> object:
        operation = self._operation()
        fence = self._pick((None, None, operation.fence, operation.fence - 1))
        said, source = self._report(operation), self._pick(tuple(Source))
        return self._ledger.record(operation.id, said, source, self._now, fence)

    def conclude(self) -> object:
        operation = self._operation()
        state = self._pick((State.UNKNOWN, State.NOT_SENT, State.EXPIRED, State.NOT_EXECUTED))
        said = Conclusion(operation.reference, state, reason="time", raw={"paycore": "time"})
        source = self._pick((Source.CORE, Source.RESPONSE))
        return self._ledger.record(operation.id, said, source, self._now, operation.fence)

    def _report(self, operation: Operation) -> Report:
        state = self._pick((State.SUCCEEDED, State.PENDING, *sorted(REPORTABLE)))
        page = Redirect("https://pay.example/?ż") if operation.method == "hosted_page" else None
        agrees = Report(
            operation.reference,
            state,
            amount=operation.amount,
            provider_reference=f"T-{operation.reference}",
            next_action=page if state is State.PENDING else None,
            instrument=self._pick((None, Instrument("4242********4242", "visa", "1230"))),
            decline=Decline(provider_code="51") if state is State.DECLINED else None,
            token=self._pick(("", "card-7")),
            raw=self._pick(({}, {"status": 2, "odd": ["ż\0", None, {"deep": True}]})),
        )
        return replace(agrees, **self._pick((*({},) * 12, *_ODD)))

    def claim_check(self) -> object:
        operation = self._operation()
        gap_s = self._pick((0, 30, 3600))
        seen = self._pick(({}, {"seen": operation.checks}))
        return self._ledger.claim_check(operation.id, self._now, gap_s, **seen)

    def supersede(self) -> object:
        return self._ledger.supersede(self._operation().id, self._now)

    def settle(self) -> object:
        operation = self._operation()
        state = self._pick((State.SUCCEEDED, State.DECLINED, State.NOT_EXECUTED, State.PENDING))
        version = operation.version - self._pick((0, 0, 0, 1))
        return self._ledger.settle(operation.id, state, "a letter", version, self._now)

    def operation(self) -> object:
        return self._ledger.operation(self._pick((self._operation().id, "nobody")))

    def operations(self) -> object:
        return self._ledger.operations(self._pick(_NAMES), self._pick(tuple(Kind)))

    def by_key(self) -> object:
        return self._ledger.by_key(self._pick(tuple(Kind)), self._pick(("o-1 1", "o-2 2", "ключ")))

    def by_wire(self) -> object:
        known = self._operation()
        ours = self._pick((known.reference, None, "nobody", "a\0b"))
        theirs = self._pick(("", "T-1", f"T-{known.reference}"))
        return self._ledger.by_wire(self._pick(_ACCOUNTS), ours, theirs)

    def by_nonce(self) -> object:
        nonce = self._pick(("", "n-1", "n-2", "n-3"))
        return None if self._purged else self._ledger.by_nonce(nonce)  # `test_r38_a_purged_nonce`

    def payment(self) -> object:
        return self._ledger.payment(self._pick((*_OWNERS, "nobody")))

    def payments(self) -> object:
        return self._ledger.payments(
            status=self._pick((None, None, *PaymentStatus)),
            account=self._pick((None, "a", "b")),
            limit=self._pick((1, 2, 9)),
            after=self._pick(("", "o-1", "nobody")),
        )

    def due(self) -> object:
        ahead = self._pick(({}, {"ahead": True}))
        return tuple(self._ledger.due(self._now, self._pick((None, 1, 3)), **ahead))

    def listed(self) -> object:
        return self._ledger.listed(
            state=self._pick((None, None, *State)),
            review=self._pick((False, True)),
            limit=self._pick((1, 3, 99)),
            after=self._pick(("", "", self._operation().id, "nobody")),
        )

    def in_review(self) -> object:
        return self._ledger.in_review()

    def evidence(self) -> object:
        return self._ledger.evidence(self._operation().id)

    def keep(self) -> object:
        told = Notification(self._report(self._operation()), b"\xff", "text/html", "event-1")
        account, digest = self._pick(_ACCOUNTS), self._pick(("d-1", "d-2", "d-3", "d-4"))
        row = self._ledger.keep(account, digest, told, self._now)
        self._messages.append(row)
        return row

    def mark(self) -> object:
        state = self._pick((InboxState.PARKED, InboxState.PARKED, *InboxState))
        failed = self._pick((True, False))
        return self._ledger.mark(self._message(), state, "why", self._now, failed=failed)

    def revive(self) -> object:
        return self._ledger.revive(self._message(), self._now)

    def message(self) -> object:
        return self._ledger.message(self._message())

    def messages(self) -> object:
        state, limit = self._pick((None, None, *InboxState)), self._pick((None, 1, 3))
        return self._ledger.messages(
            state=state, limit=limit, after=self._pick(("", self._message()))
        )

    def due_messages(self) -> object:
        if self._pick((False, True)):  # in no order: as `test_r38_messages_ahead_of_the_plan` says
            waiting = self._ledger.due_messages(self._now, None, ahead=True)
            return sorted(waiting, key=lambda row: row.id)
        return self._ledger.due_messages(self._now, self._pick((None, 1)))

    def messages_about(self) -> object:
        names = self._pick(((), ("o-1", "T-o-1"), ("T-o-2", "o-2", "")))
        return self._ledger.messages_about(self._pick(_ACCOUNTS), names)

    def parked(self) -> object:
        return self._ledger.parked(self._pick(_ACCOUNTS), self._pick(("o-1", "T-o-1", "")))

    def claim_events(self) -> object:
        owner = self._pick((None, None, *_NAMES))
        events = self._ledger.claim_events(self._now, self._pick((1, 2, 9)), 60, owner)
        self._events.extend(events)
        return events

    def event_told(self) -> object:
        return self._ledger.event_told(self._event(), self._now)

    def event_failed(self) -> object:
        return self._ledger.event_failed(self._event(), self._now)

    def events_of(self) -> object:
        return self._ledger.events_of(self._pick(_NAMES))

    def purge(self) -> object:
        days = self._pick((0, 1, 400))
        purged = self._ledger.purge(self._now - timedelta(days=days), self._pick((1, 9)))
        self._purged += purged
        return purged

    def _operation(self) -> Operation:
        """Return one that is or was in the ledger, as it was then or as it stands."""
        if not self._operations:
            self.reserve()
        known = self._pick(self._operations)
        return self._pick((known, self._ledger.operation(known.id)))

    def _message(self) -> str:
        return self._pick([row.id for row in self._messages] or ["nobody"])

    def _event(self) -> Any:
        if not self._events:
            raise LookupError
        return self._pick(self._events)

    def left_payments(self) -> object:
        return self._ledger.payments(status=None, account=None, limit=99, after="")

    def left_operations(self) -> object:
        return [self._ledger.operations(each, kind) for each in _NAMES for kind in Kind]

    def left_evidence(self) -> object:
        known = dict.fromkeys(operation.id for operation in self._operations)
        return [self._ledger.evidence(each) for each in known]

    def left_messages(self) -> object:
        return self._ledger.messages()

    def left_events(self) -> object:
        return [self._ledger.events_of(owner) for owner in _NAMES]


_OFTEN = {Caller.reserve: 6, Caller.record: 8, Caller.conclude: 2, Caller.keep: 4, Caller.mark: 3}
CALLS: tuple[Callable[[Caller], object], ...] = tuple(
    call
    for name, call in vars(Caller).items()
    if not name.startswith(("_", "left_")) and call is not Caller.heard
    for _ in range(_OFTEN.get(call, 1))
)
"""Every method of a ledger; those that change most are drawn most often."""
_LEFT = tuple(call for name, call in vars(Caller).items() if name.startswith("left_"))


def _told(work: Callable[[], object]) -> object:
    """Return what a call gives, or what it refuses with."""
    try:
        return work()
    except PaycoreError as error:
        return type(error).__name__, str(error), error.field
    except LookupError:
        return "nothing to call it with"


@contextmanager
def _dealt(seed: str) -> Iterator[None]:
    """Let chance deal the same ids and names to every ledger."""
    ids, names = Random(f"id {seed}"), Random(f"name {seed}")

    def uuid4() -> uuid.UUID:
        return uuid.UUID(int=ids.getrandbits(128))

    with patch("uuid.uuid4", uuid4), patch("secrets.choice", names.choice):
        yield
