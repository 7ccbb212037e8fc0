"""Ask the provider what became of an operation, and record what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from paycore import log
from paycore.account import Account
from paycore.errors import OutcomeUnknown, PaycoreError
from paycore.intents import QueryRequest
from paycore.ledger.protocol import Source
from paycore.money import Money
from paycore.operation import Operation
from paycore.plan import is_used_up
from paycore.report import Conclusion, NotFound, Report
from paycore.states import REPORTABLE, State
from paycore.verbs.follow_up import followed_up
from paycore.verbs.giving_up import ABSENT, MALFORMED, given_up
from paycore.wire.talk import Call, Reply, converse
from paycore.wiring import Wiring

UNTOLD: Final = "an answer that proves nothing"
"""What the evidence of a query says where the provider replied and told nothing."""
HINT_GAP_S: Final = 30.0
"""How long a payer's return or a repeated message must wait before it causes another query."""


@dataclass(frozen=True)
class Asked:
    """An operation as it stands after its provider was asked about it, or was not."""

    operation: Operation
    answer: Report | NotFound | None = None
    """What the provider said; None where nobody asked, or nothing came that proves anything."""


def ask(
    wiring: Wiring, operation: Operation, *, not_within_s: float = 0, claimed: bool = False
) -> Operation:
    """Return the operation as it stands after asking its provider.

    A query that fails proves nothing and changes nothing; the operation comes back as it was.
    One that its dispatcher may still be at work on is left alone; so is one that somebody else
    asked about since it was read, where it is to be `claimed`.
    """
    if operation.state is State.NOT_SENT:
        return operation
    return asked(wiring, operation, not_within_s=not_within_s, claimed=claimed).operation


def asked(
    wiring: Wiring, operation: Operation, *, not_within_s: float = 0, claimed: bool = False
) -> Asked:
    """Ask as `ask` does, NOT_SENT included, and return the provider's answer with the operation."""
    now = wiring.now()
    if not operation.is_free(now):
        return Asked(operation)
    seen = operation.checks if claimed else None
    if not wiring.ledger.claim_check(operation.id, now, not_within_s, seen):
        return Asked(wiring.ledger.operation(operation.id))
    told = _asked(wiring, operation, now)
    after = told.operation
    if is_used_up(after, now) and not after.review:
        after = wiring.ledger.record(after.id, _unsettled(after), Source.CORE, wiring.now())
    if after.state is not operation.state:
        wiring.listeners.emit("operation_finished", operation=after)
    if after.state is State.AUTHORIZED:
        after = _caught_up(wiring, after)
    return Asked(followed_up(wiring, after), told.answer)


def was_answered(wiring: Wiring, told: Asked) -> bool:
    """Return whether the provider answered, now or to the last question a moment ago."""
    asked_at = told.operation.checked_at
    if told.answer is not None or asked_at is None:
        return told.answer is not None
    return any(
        seen.source is Source.QUERY and seen.at >= asked_at and seen.fields.get("paycore") != UNTOLD
        for seen in wiring.ledger.evidence(told.operation.id)
    )


def _asked(wiring: Wiring, operation: Operation, now: datetime) -> Asked:
    """Ask, record what was said and what it proves, and return both."""
    before = operation
    if operation.state is State.SUBMITTING:  # even without an account: who sent it is dead
        before = _taken_over(wiring, operation)
        if before.state is not State.UNKNOWN:
            return Asked(before)  # its dispatcher came back after all
    account = wiring.accounts.get(operation.account)
    if account is None:
        log.event("query_without_account", account=operation.account, owner=operation.owner)
        return Asked(before)
    heard = _heard(wiring, account, before)
    after = _recorded(wiring, before, heard, now)
    answer, replied = heard.answer, heard.replied
    if verdict := given_up(wiring, account, after, answer, replied=replied, asked_at=now):
        after = wiring.ledger.record(after.id, verdict, Source.CORE, wiring.now())
    return Asked(after, answer)


def _caught_up(wiring: Wiring, charge: Operation) -> Operation:
    """Return a charge once it knows of its capture or release, if whoever did that told nobody.

    Its provider may be out of reach, or behind; what succeeded there is known all the same.
    """
    payment = wiring.ledger.payment(charge.owner)
    ends = payment.ends_of_hold(charge.id) if payment else ()
    for end in (end for end in ends if end.state is State.SUCCEEDED):
        followed_up(wiring, end)
        return wiring.ledger.operation(charge.id)
    return charge


def _unsettled(operation: Operation) -> Conclusion:
    """Return that a person should look: no timer makes a failure of what is not known."""
    reason = "asked about by the whole plan, and still open"
    if operation.kind.ends_a_hold:
        reason = "asked about for a day, and still open: what is held may lapse"
    return Conclusion(operation.reference, operation.state, reason=reason, review=reason)


def _taken_over(wiring: Wiring, operation: Operation) -> Operation:
    """Return an operation whose dispatcher never came back as what it is: UNKNOWN."""
    lost = Conclusion(operation.reference, State.UNKNOWN, reason="its dispatcher never came back")
    return wiring.ledger.record(
        operation.id, lost, Source.CORE, wiring.now(), fence=operation.fence
    )


class _Heard(NamedTuple):
    """What came back to a question."""

    answer: Report | NotFound | None = None
    """What the provider says, if it proves anything."""
    replied: bool = True
    """Whether it said anything at all: what is not even JSON does not, not even "unpaid"."""
    malformed: bool = False
    """Whether the plugin names a member that it could not read, whatever the others say."""


def _heard(wiring: Wiring, account: Account, operation: Operation) -> _Heard:
    """Ask, and return what came back; noise is no answer."""
    replies: list[Reply] = []

    def send(call: Call) -> Reply:
        replies.append(account.send(call))
        return replies[-1]

    said: Any = None
    malformed = False
    request = _request(wiring, operation)
    try:
        said = converse(account.talk("query", request), send)
        problem = "not found" if isinstance(said, NotFound) else type(said).__name__
    except Exception as error:
        problem = type(error).__name__
        malformed = isinstance(error, PaycoreError) and error.field is not None
    if isinstance(said, Report) and said.state in REPORTABLE:
        if request.charge_refundable == _refundable_before(wiring, operation):
            return _Heard(said)
        said, problem = None, "other money moved meanwhile"
    log.event(
        "query_without_answer",
        account=account.name,
        owner=operation.owner,
        reference=operation.reference,
        reason=problem,
    )
    absent = said if isinstance(said, NotFound) else None
    return _Heard(absent, any(map(_is_said, replies[-1:])), malformed)


def _is_said(reply: Reply) -> bool:
    """Return whether a reply is an answer, whatever it says."""
    try:
        return bool(reply.json)
    except OutcomeUnknown:
        return False


def _recorded(wiring: Wiring, operation: Operation, heard: _Heard, asked_at: datetime) -> Operation:
    """Commit what was said, what proves nothing as evidence only; return the operation then.

    Absence is dated by the question: it proves nothing of what came while the answer was held up.
    """
    answer = heard.answer
    if isinstance(answer, Report):
        return wiring.ledger.record(operation.id, answer, Source.QUERY, wiring.now())
    if operation.state is State.NOT_SENT or not (answer or heard.replied):
        return wiring.ledger.operation(operation.id)
    reason = ABSENT if answer else UNTOLD
    odd = {MALFORMED: True} if heard.malformed else {}
    raw = {**(answer.raw if answer else odd), "paycore": reason}
    empty = Conclusion(operation.reference, State.UNKNOWN, reason=reason, raw=raw)
    return wiring.ledger.record(operation.id, empty, Source.QUERY, asked_at)


def _request(wiring: Wiring, operation: Operation) -> QueryRequest:
    charged = wiring.ledger.operation(operation.charge) if operation.charge else None
    return QueryRequest(
        kind=operation.kind,
        reference=operation.reference,
        provider_reference=operation.provider_reference,
        amount=operation.amount,
        charge_reference=charged.reference if charged else "",
        charge_provider_reference=charged.provider_reference if charged else "",
        charge_refundable=_refundable_before(wiring, operation),
    )


def _refundable_before(wiring: Wiring, operation: Operation) -> Money | None:
    """Return what was left of the charge before an open refund or void; None unless it is alone.

    A plugin may conclude from what is gone that it was executed: with another one open beside
    it, nobody could tell which of them it was.
    """
    payment = wiring.ledger.payment(operation.owner) if operation.kind.gives_back else None
    captured = payment.captured if payment else None
    if payment is None or captured is None or captured.id != operation.charge:
        return None
    alone = operation.state.is_open and payment.reserved == operation.amount
    return payment.refundable + payment.reserved if alone else None
