"""When an open operation is given up: a page nobody can pay any more, an absence that proves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from paycore.account import Account
from paycore.ledger.protocol import Source
from paycore.methods import PAGES, Wait
from paycore.operation import Operation
from paycore.report import Conclusion, NotFound, Report
from paycore.states import State
from paycore.wiring import Wiring

ABSENT: Final = "not found"
"""What evidence says of a provider that does not know an operation."""
MALFORMED: Final = "malformed"
"""What evidence names, beside, of an answer that could not be read for one of its members."""
ABSENCES: Final = 3
"""How often the provider must not know it, after the settling window."""
APART_S: Final = 60.0
"""How far apart those answers must be: one of its servers may be behind the others."""


def given_up(
    wiring: Wiring,
    account: Account,
    operation: Operation,
    answer: Report | NotFound | None,
    *,
    replied: bool,
    asked_at: datetime,
) -> Conclusion | None:
    """Return what the core concludes by itself after a query, if anything.

    Args:
        wiring: The rooms.
        account: The account that was asked.
        operation: As it stands after the answer was recorded.
        answer: What the provider said; None where that proves nothing.
        replied: Whether it said anything at all.
        asked_at: When it was asked, which is when it was true: an answer may be held up.
    """
    if replied and _abandoned(wiring, account, operation, answer, asked_at):
        return Conclusion(operation.reference, State.EXPIRED, reason="nobody paid in time")
    if isinstance(answer, NotFound) and _never_executed(wiring, account, operation):
        return Conclusion(
            operation.reference, State.NOT_EXECUTED, reason="the provider never had it"
        )
    return None


def _abandoned(
    wiring: Wiring,
    account: Account,
    operation: Operation,
    answer: Report | NotFound | None,
    asked_at: datetime,
) -> bool:
    """Return whether a page is past its lifetime, and nobody paid or could have paid.

    The provider said then that it waits for the payer; or its address never reached the caller,
    and nothing was ever told of it that may mean that it is paid.
    """
    if operation.method not in PAGES or is_under_way(answer):
        return False
    lifetime = timedelta(seconds=account.description.page_lifetime_s)
    if asked_at <= _sent(operation) + lifetime:
        return False
    if operation.state is State.PENDING:
        return isinstance(answer, Report) and answer.state is State.PENDING
    lost = operation.state is State.UNKNOWN and not operation.review  # only PENDING has an address
    return lost and not _may_be_paid(wiring, operation)


def _may_be_paid(wiring: Wiring, operation: Operation) -> bool:
    """Return whether a state was ever told of it that nobody listed or believed, or could read."""
    return any(
        seen.source is not Source.CORE
        and seen.reported == State.UNKNOWN.value
        and ("paycore" not in seen.fields or MALFORMED in seen.fields)
        for seen in wiring.ledger.evidence(operation.id)
    )


def is_under_way(answer: Report | NotFound | None) -> bool:
    """Return whether the payer acted, as the provider says, and there is nothing to do but wait."""
    return isinstance(answer, Report) and isinstance(answer.next_action, Wait)


def _never_executed(wiring: Wiring, account: Account, operation: Operation) -> bool:
    """Return whether the provider's not knowing it now proves that nothing was executed."""
    if not account.description.absence_is_proof or operation.state is not State.UNKNOWN:
        return False
    settled = _sent(operation) + timedelta(seconds=account.description.settling_window_s)
    last, told = settled, 0
    for evidence in wiring.ledger.evidence(operation.id):
        absent = evidence.source is Source.QUERY and evidence.fields.get("paycore") == ABSENT
        if absent and evidence.at >= (last if told else settled):
            last, told = evidence.at + timedelta(seconds=APART_S), told + 1
    return told >= ABSENCES and not operation.review


def _sent(operation: Operation) -> datetime:
    """Return when the provider got it, at the latest."""
    return operation.sent_at or operation.created_at
