"""Reserve, talk, record: the one way in which anything that moves money reaches a provider."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

from paycore import log
from paycore.account import Account
from paycore.errors import (
    InvalidRequest,
    NotSent,
    NotSupported,
    OutcomeUnknown,
    ProviderRefused,
)
from paycore.ledger.protocol import Intent, Reserved, Source
from paycore.operation import Operation
from paycore.report import Conclusion, Decline, DeclineCode, Report
from paycore.secret import bare, beginning
from paycore.states import REPORTABLE, State
from paycore.wire.talk import Call, Noted, Reply, Send, Talk, converse
from paycore.wiring import Wiring

E = TypeVar("E", bound=BaseException)
_NOTHING_LEFT: Final = (NotSent, InvalidRequest, NotSupported)
_CODES: Final = {code.value: code for code in DeclineCode}


def dispatch(
    wiring: Wiring,
    account: Account,
    intent: Intent,
    hook: str,
    request_for: Callable[[Operation], Any],
) -> Reserved:
    """Store `intent`, hold the provider's talk about it, and record what came of it.

    A key that is known gives the stored operation (not fresh), and nothing is sent. Whatever goes
    wrong once a byte may have left is recorded as UNKNOWN and returned as a value.

    Raises:
        Conflict, InvalidRequest: the ledger refused; nothing was sent.
        NotSent: nothing that moves anything left us; the same key may try again.
        LedgerError: what to ask for could not be read; nothing was sent, either.
        OutcomeUnknown: the answer could not be stored; `reconcile` will find out.
    """
    reserved = wiring.ledger.reserve(intent, wiring.now())
    if not reserved.fresh:
        return reserved
    operation = reserved.operation
    try:
        wiring.listeners.emit("operation_started", operation=operation)
        talk = account.talk(hook, request_for(operation))
    except BaseException as error:
        raise _ended(wiring, operation, error, nothing_left=True) from None
    send = Noted(_while_leased(wiring, account, operation))
    try:
        report = heard(operation, talk, send)
    except BaseException as error:
        nothing_left = send.only_asked or isinstance(error, _NOTHING_LEFT)
        raise _ended(wiring, operation, error, nothing_left=nothing_left) from None
    return Reserved(_recorded(wiring, operation, report), fresh=True)


def heard(operation: Operation, talk: Talk[Any], send: Send) -> Report:
    """Hold one talk and return what it proves: a refusal, a report, or UNKNOWN."""
    try:
        said = converse(talk, send)
    except ProviderRefused as refused:
        decline = Decline(_CODES.get(refused.code, DeclineCode.REFUSED), refused.provider_code)
        return Report(operation.reference, State.DECLINED, decline=decline)
    except OutcomeUnknown as unknown:
        return _unknown(operation, str(unknown))
    if isinstance(said, Report) and said.state in REPORTABLE:
        return said
    return _unknown(operation, f"the plugin returned {type(said).__name__}")


def _while_leased(wiring: Wiring, account: Account, operation: Operation) -> Send:
    """Return what sends for a dispatcher while it may: once given up, it must move nothing more.

    A process that is held up past its lease would otherwise send what is told as never executed.
    """

    def send(call: Call) -> Reply:
        if operation.is_free(wiring.now()):
            raise NotSent(f"{operation.owner}: held up for too long, and not sent")
        return account.send(call)

    return send


def _ended(wiring: Wiring, operation: Operation, error: E, *, nothing_left: bool) -> E:
    """Record what an exception proves, nothing sent or nothing at all; return it to be raised."""
    report = _unknown(operation, type(error).__name__)
    if nothing_left:
        reason = beginning(str(error)) or type(error).__name__
        report = Conclusion(operation.reference, State.NOT_SENT, reason=reason)
    with suppress(OutcomeUnknown):  # the row stands as SUBMITTING, and the error matters more
        _recorded(wiring, operation, report)
    return bare(error)


def _unknown(operation: Operation, reason: str) -> Report:
    reason = beginning(reason)
    return Conclusion(operation.reference, State.UNKNOWN, reason=reason, raw={"paycore": reason})


def _recorded(wiring: Wiring, operation: Operation, report: Report) -> Operation:
    """Commit a report under the operation's fence.

    Raises:
        OutcomeUnknown: the ledger failed; the operation stands as SUBMITTING, and `reconcile`
            will find out.
    """
    try:
        after = wiring.ledger.record(
            operation.id, report, Source.RESPONSE, wiring.now(), fence=operation.fence
        )
    except Exception as error:
        log.event(
            "answer_not_stored",
            level=log.ERROR,
            account=operation.account,
            owner=operation.owner,
            reference=operation.reference,
            error=type(error).__name__,
        )
        raise OutcomeUnknown(
            f"{operation.owner}: the answer could not be stored; reconcile will ask again"
        ) from None
    log.event(
        "operation_finished",
        account=after.account,
        kind=after.kind.value,
        owner=after.owner,
        reference=after.reference,
        state=after.state.value,
        reason=report.reason if isinstance(report, Conclusion) else "",
    )
    wiring.listeners.emit("operation_finished", operation=after)
    return after
