"""The same random calls on any ledger: what each says, and what is left behind."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from unittest.mock import patch

from paycore.errors import PaycoreError
from paycore.ledger.protocol import Intent, Source
from paycore.payment import PaymentStatus
from paycore.report import Conclusion
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import LEASE_S, NAMING, cad
from tests.promises.ledger_drawing import ACCOUNTS, NAMES, OWNERS, TOKENS
from tests.promises.ledger_mail_calls import MailCalls

STEPS = 40
_JUMPS_S = (0, 0, 0, 1, 20, 70, 4_000, 90_000, 800_000, -30)


class Caller(MailCalls):
    """One sequence of calls: drawn from its number alone, whatever ledger answers."""

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
        owner = self._pick(OWNERS)
        payment = self._ledger.payment(owner)
        begun = (Kind.REFUND, Kind.REFUND, Kind.VOID) if payment and payment.captured else ()
        kind = self._pick((Kind.CHARGE, Kind.CHARGE, Kind.TOKEN, Kind.VOID, *begun, *begun))
        if kind is Kind.TOKEN:  # not a payment's: as `test_r38_a_purge_of_a_payment` says
            owner = self._pick(TOKENS)
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

    def claim_check(self) -> object:
        operation = self._operation()
        gap_s = self._pick((0, 30, 3600))
        seen = self._pick(({}, {"seen": operation.checks}))
        return self._ledger.claim_check(operation.id, self._now, gap_s, **seen)

    def supersede(self) -> object:
        operation = self._operation()
        return self._ledger.supersede(operation.id, operation.version, self._now)

    def settle(self) -> object:
        operation = self._operation()
        state = self._pick((State.SUCCEEDED, State.DECLINED, State.NOT_EXECUTED, State.PENDING))
        version = operation.version - self._pick((0, 0, 0, 1))
        return self._ledger.settle(operation.id, state, "a letter", version, self._now)

    def operation(self) -> object:
        return self._ledger.operation(self._pick((self._operation().id, "nobody")))

    def operations(self) -> object:
        return self._ledger.operations(self._pick(NAMES), self._pick(tuple(Kind)))

    def by_key(self) -> object:
        return self._ledger.by_key(self._pick(tuple(Kind)), self._pick(("o-1 1", "o-2 2", "ключ")))

    def by_wire(self) -> object:
        known = self._operation()
        ours = self._pick((known.reference, None, "nobody", "a\0b"))
        theirs = self._pick(("", "T-1", f"T-{known.reference}"))
        return self._ledger.by_wire(self._pick(ACCOUNTS), ours, theirs)

    def by_nonce(self) -> object:
        nonce = self._pick(("", "n-1", "n-2", "n-3"))
        return None if self._purged else self._ledger.by_nonce(nonce)  # `test_r38_a_purged_nonce`

    def payment(self) -> object:
        return self._ledger.payment(self._pick((*OWNERS, "nobody")))

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

    def purge(self) -> object:
        days = self._pick((0, 1, 400))
        purged = self._ledger.purge(self._now - timedelta(days=days), self._pick((1, 9)))
        self._purged += purged
        return purged

    def left_payments(self) -> object:
        return self._ledger.payments(status=None, account=None, limit=99, after="")

    def left_operations(self) -> object:
        return [self._ledger.operations(each, kind) for each in NAMES for kind in Kind]

    def left_evidence(self) -> object:
        known = dict.fromkeys(operation.id for operation in self._operations)
        return [self._ledger.evidence(each) for each in known]

    def left_messages(self) -> object:
        return self._ledger.messages()

    def left_events(self) -> object:
        return [self._ledger.events_of(owner) for owner in NAMES]


_OFTEN = {Caller.reserve: 6, Caller.record: 8, Caller.conclude: 2, Caller.keep: 4, Caller.mark: 3}
CALLS: tuple[Callable[[Caller], object], ...] = tuple(
    call
    for name, call in {**vars(MailCalls), **vars(Caller)}.items()
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
