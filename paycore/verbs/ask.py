"""Ask the provider what became of an operation, and record what it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from paycore import log
from paycore.account import Account
from paycore.errors import PaycoreError
from paycore.intents import QueryRequest
from paycore.ledger.protocol import Source
from paycore.methods import METHOD_NAMES, EmbeddedForm, HostedPage
from paycore.operation import Operation
from paycore.report import Conclusion, NotFound, Report
from paycore.states import REPORTABLE, Kind, State
from paycore.wire.talk import converse
from paycore.wiring import Wiring

HINT_GAP_S: Final = 30.0
"""How long a payer's return or a repeated message must wait before it causes another query."""


_PAGES: Final = frozenset({METHOD_NAMES[HostedPage], METHOD_NAMES[EmbeddedForm]})


def ask(wiring: Wiring, operation: Operation, *, not_within_s: float = 0) -> Operation:
    """Return the operation as it stands after asking its provider.

    A query that fails proves nothing and changes nothing; the operation comes back as it was.
    One that its dispatcher may still be at work on is left alone.
    """
    now = wiring.now()
    if not operation.is_free(now) or operation.state is State.NOT_SENT:
        return operation
    account = wiring.accounts.get(operation.account)
    if account is None or not wiring.ledger.claim_check(operation.id, now, not_within_s):
        return operation
    if operation.state is State.SUBMITTING:
        operation = _given_up(wiring, operation)
    report = _answer(wiring, account, operation)
    if report is None:
        return wiring.ledger.operation(operation.id)
    after = wiring.ledger.record(operation.id, report, Source.QUERY, wiring.now())
    if _abandoned(wiring, account, after, report):
        gone = Conclusion(after.reference, State.EXPIRED, reason="nobody paid in time")
        after = wiring.ledger.record(after.id, gone, Source.CORE, wiring.now())
    if after.state is not operation.state:
        wiring.listeners.emit("operation_finished", operation=after)
    return after


def _given_up(wiring: Wiring, operation: Operation) -> Operation:
    """Return an operation whose dispatcher never came back as what it is: UNKNOWN."""
    lost = Conclusion(operation.reference, State.UNKNOWN, reason="its dispatcher never came back")
    return wiring.ledger.record(operation.id, lost, Source.CORE, wiring.now())


def _answer(wiring: Wiring, account: Account, operation: Operation) -> Report | None:
    """Return what the provider reports, or nothing if its answer proves nothing."""
    try:
        said = converse(account.talk("query", _request(wiring, operation)), account.send)
    except PaycoreError as error:
        problem = type(error).__name__
    else:
        if isinstance(said, Report) and said.state in REPORTABLE:
            return said
        problem = "not found" if isinstance(said, NotFound) else type(said).__name__
    log.event(
        "query_without_answer",
        account=account.name,
        owner=operation.owner,
        reference=operation.reference,
        reason=problem,
    )
    return None


def _request(wiring: Wiring, operation: Operation) -> QueryRequest:
    charged = wiring.ledger.operation(operation.charge) if operation.charge else None
    payment = wiring.ledger.payment(operation.owner) if operation.kind.gives_back else None
    before = payment.refundable + payment.reserved if payment else None
    return QueryRequest(
        kind=operation.kind,
        reference=operation.reference,
        provider_reference=operation.provider_reference,
        amount=operation.amount,
        charge_reference=charged.reference if charged else "",
        charge_provider_reference=charged.provider_reference if charged else "",
        charge_refundable=before if operation.state.is_open else None,
    )


def _abandoned(wiring: Wiring, account: Account, operation: Operation, report: Report) -> bool:
    """Return whether a page is past its lifetime and the provider just said that nobody paid."""
    if operation.method not in _PAGES or report.state is not State.PENDING:
        return False
    lifetime = timedelta(seconds=account.description.page_lifetime_s)
    waiting = operation.state is State.PENDING and operation.kind in (Kind.CHARGE, Kind.TOKEN)
    return waiting and wiring.now() > operation.created_at + lifetime
