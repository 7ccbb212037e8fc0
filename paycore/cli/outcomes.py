"""How what was asked came out: a word for people, and an exit code for scripts."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from typing import Final

from paycore.cli.failing import DECLINED, REFUSED, UNKNOWN, Failure
from paycore.cli.moving import query_first
from paycore.cli.output import clean
from paycore.payment import Payment, PaymentStatus
from paycore.report import Decline
from paycore.results import Refund, Token
from paycore.states import Kind, State

STATUS: Final[Mapping[PaymentStatus, tuple[str, str]]] = {
    PaymentStatus.NEW: ("skipped", "nothing was sent"),
    PaymentStatus.AWAITING_PAYER: ("note", "waits for the payer"),
    PaymentStatus.PROCESSING: ("note", "the provider is still deciding"),
    PaymentStatus.AUTHORIZED: ("ok", "authorized"),
    PaymentStatus.PAID: ("ok", "paid"),
    PaymentStatus.FAILED: ("failed", "failed"),
    PaymentStatus.VOIDED: ("ok", "voided"),
    PaymentStatus.EXPIRED: ("failed", "expired"),
    PaymentStatus.UNKNOWN: ("warning", "outcome unknown"),
}
"""The sign and the words for each status of a payment."""
STATE: Final[Mapping[State, tuple[str, str]]] = {
    State.RESERVED: ("note", "about to be sent"),
    State.SUBMITTING: ("warning", "being sent"),
    State.PENDING: ("note", "pending"),
    State.UNKNOWN: ("warning", "outcome unknown"),
    State.AUTHORIZED: ("ok", "authorized"),
    State.SUCCEEDED: ("ok", "succeeded"),
    State.DECLINED: ("failed", "declined"),
    State.NOT_EXECUTED: ("failed", "not executed"),
    State.EXPIRED: ("failed", "expired"),
    State.NOT_SENT: ("skipped", "not sent"),
}
"""The sign and the words for each state of an operation."""
_AGAIN: Final = "another --key is another attempt"
_DOUBTFUL: Final = frozenset({State.SUBMITTING, State.UNKNOWN})


def judge_payment(
    payment: Payment, *, opened: bool = False, accounts: Collection[str] | None = None
) -> None:
    """Raise what a payment exits with; nothing where it is paid, held or voided, and all is over.

    With `opened`, only its charge counts, and a page that waits for its payer is a success. Where
    it is known which `accounts` there are, nobody is sent to ask one that is gone.
    """
    charge = payment.charge
    if charge is None:
        told = f"{payment.reference}: nothing was sent, try again"
        raise Failure("NotSent", told, None, REFUSED)
    if opened and payment.next_action is not None and charge.state is State.PENDING:
        return
    if payment.status not in (PaymentStatus.AUTHORIZED, PaymentStatus.VOIDED):
        gone = _gone(charge.account, accounts)
        _judge(payment.reference, "charge", charge.state, payment.decline, gone)
    for each in () if opened else payment.operations:
        if each.kind is not Kind.CHARGE and each.state.is_open:
            gone = _gone(each.account, accounts)
            _judge(payment.reference, each.kind.value, each.state, None, gone)


def judge_capture(payment: Payment, key: str) -> None:
    """Raise what a capture exits with; nothing where it took the money."""
    asked = (o for o in payment.operations if o.kind is Kind.CAPTURE and o.key == key)
    for each in asked:
        _judge(payment.reference, "capture", each.state, each.decline)
    if payment.charge is not None:
        _judge(payment.reference, "charge", payment.charge.state, None)


def judge_given_back(kind: str, done: Refund) -> None:
    """Raise what a refund or a void exits with; nothing where it succeeded."""
    _judge(done.payment, kind, done.state, done.decline)


def judge_token(
    token: Token, *, opened: bool = False, accounts: Collection[str] | None = None
) -> None:
    """Raise what a token exits with; nothing where it is stored.

    With `opened`, a page that waits for its payer is what was asked for; `accounts` are as for a
    payment.
    """
    if opened and token.next_action is not None:
        return
    gone = _gone(token.account, accounts)
    _judge(token.reference, "storing of the card", token.state, token.decline, gone)


def words(payment: Payment) -> tuple[str, str]:
    """Return the sign and the words for where a payment stands."""
    if payment.status is PaymentStatus.FAILED and payment.charge is not None:
        return STATE[payment.charge.state]
    return STATUS[payment.status]


def why(decline: Decline | None) -> str:
    """Return why something was declined, in our word and the provider's; empty if nobody said."""
    if decline is None:
        return ""
    theirs = clean(decline.provider_code)
    return f"{decline.code.value}{f', the provider says {theirs}' if theirs else ''}"


def _gone(account: str, accounts: Collection[str] | None) -> str:
    """Return the name of an account that is not one of `accounts`; else an empty one."""
    return "" if accounts is None or account in accounts else account


def _judge(
    reference: str, kind: str, state: State, decline: Decline | None, gone: str = ""
) -> None:
    """Raise what `state` exits with; `gone` is the account without which nobody can be asked."""
    if state is State.SUCCEEDED:
        return
    query = f"`paycore query {shlex.quote(reference)}`"
    missing = f"nobody can be asked; put account {gone!r} back into the settings, then type {query}"
    if state in _DOUBTFUL:
        following = f"money may have moved and {missing}" if gone else query_first(reference)
        told = f"{reference}: the outcome of the {kind} is unknown; {following}"
        raise Failure("OutcomeUnknown", told, None, UNKNOWN)
    if state.is_open:
        following = missing if gone else f"{query} asks again"
        told = f"{reference}: the {kind} is not over yet; {following}"
        raise Failure("Open", told, None, UNKNOWN, word="note")
    if state is State.NOT_SENT:
        told = f"{reference}: the {kind} was never sent; the same --key may try again"
        raise Failure("NotSent", told, None, REFUSED)
    _, word = STATE[state]
    reason = f" ({why(decline)})" if decline else ""
    told = f"{reference}: the {kind} {_was(word)}{reason}; nothing moved, {_AGAIN}"
    raise Failure("Declined", told, None, DECLINED)


def _was(word: str) -> str:
    return word if word == "expired" else f"was {word}"
