"""What goes wrong: a decline, a forgery, a lost answer, and one that comes late."""

from __future__ import annotations

from typing import Final

from paycore.demo.act import Act, Skipped, Unexpected, expect
from paycore.demo.endpoint import visit
from paycore.demo.pages import action_of
from paycore.errors import Conflict
from paycore.payment import Payment, PaymentStatus

LOST: Final = "timeout_after_effect"
"""The fault of an answer that never comes though the money has moved."""
LATE_S: Final = 3600


def declined(act: Act) -> str:
    """Decline a card, and pay the same payment with another one.

    On the same page, where it takes another card; else at a second attempt.
    """
    opened = act.charge("retry", 3000, act.page)
    act.simulator.pay(action_of(opened), "decline", card_number=act.cards.decline)
    refused = act.gateway.query(opened.reference)
    page = action_of(opened)
    if refused.status is not PaymentStatus.AWAITING_PAYER:
        expect("status after the first card", PaymentStatus.FAILED, refused.status)
        again = act.charge("retry", 3000, act.page, key=f"{refused.reference}-again")
        page = action_of(again)
    act.simulator.pay(page)
    paid = act.gateway.query(opened.reference)
    expect("status after the second card", PaymentStatus.PAID, paid.status)
    expect("effects at the provider", 1, len(act.effects("retry")))
    return f"{_why(refused)}, then paid"


def forged(act: Act) -> str:
    """Claim that an open page was paid: refused at the door, and nothing changes."""
    waiting = act.charge("forged", 9900, act.page)
    waiting = act.gateway.query(waiting.reference)
    theirs = waiting.charge.provider_reference if waiting.charge else ""
    headers, body = act.simulator.forge(theirs or waiting.reference)
    status, _ = visit(act.endpoint.notify_url(act.provider), body, headers)
    expect("our answer", 401, status)
    expect("status", PaymentStatus.AWAITING_PAYER, act.found("forged").status)
    expect("effects at the provider", 0, len(act.effects("forged")))
    return "401; the payment still waits"


def lost(act: Act) -> str:
    """Lose the answer while our endpoint is away too: UNKNOWN, and not to be sent again."""
    method = act.direct
    try:
        act.simulator.fault(LOST)
    except ValueError:
        raise Skipped("the simulator cannot lose an answer") from None
    act.endpoint.away = True
    try:
        payment = act.charge("lost", 7700, method)
        act.simulator.settle()
    finally:
        act.endpoint.away = False
    expect("status", PaymentStatus.UNKNOWN, payment.status)
    try:
        act.charge("lost", 7700, method, key="another-try")
    except Conflict:
        return "unknown; a retry is refused"
    raise Unexpected("a second try while the first is unknown", "Conflict", "it was accepted")


def found(act: Act) -> str:
    """Ask what became of it: the provider knows, and took the money once."""
    payment = act.gateway.query(act.ref("lost"))
    expect("status", PaymentStatus.PAID, payment.status)
    expect("effects at the provider", 1, len(act.effects("lost")))
    return f"{payment.amount} was paid, once"


def late(act: Act) -> str:
    """Pay with a card that takes its time."""
    if not act.cards.late:
        raise Skipped("no slow card here")
    payment = act.charge("late", 5100, act.page)
    act.simulator.pay(action_of(payment), card_number=act.cards.late)
    waiting = act.gateway.query(payment.reference)
    expect("paid at once", False, waiting.paid)
    act.simulator.advance(LATE_S)
    paid = act.gateway.query(payment.reference)
    expect("status in the end", PaymentStatus.PAID, paid.status)
    return f"{waiting.status.value.replace('_', ' ')}, then paid"


def _why(payment: Payment) -> str:
    return payment.decline.code.value.replace("_", " ") if payment.decline else "declined"
