"""Money goes back: a void before settlement, refunds after it; and a last look at everything."""

from __future__ import annotations

from typing import Final

from paycore.demo.act import Act, Unexpected, expect
from paycore.errors import InvalidRequest, NotSupported
from paycore.payment import PaymentStatus
from paycore.states import Kind, State

SETTLED_S: Final = 86_400


def voided(act: Act) -> str:
    """Cancel a whole charge before it settles, or see that this provider cannot."""
    paid = act.charge("void", 6000, act.direct)
    expect("status of the charge", PaymentStatus.PAID, paid.status)
    if not act.description.voids_captured:
        return _not_voided(act)
    void = act.gateway.void(paid.reference, key=act.ref("void-key"))
    expect("state of the void", State.SUCCEEDED, void.state)
    expect("status", PaymentStatus.VOIDED, act.found("void").status)
    expect("effects at the provider", 1, len(act.effects("void", Kind.VOID)))
    return f"{void.amount} will never be taken"


def _not_voided(act: Act) -> str:
    """Try to void what this provider has taken for good: refused here, nothing is sent."""
    asked = len(act.simulator.requests())
    try:
        act.gateway.void(act.ref("void"), key=act.ref("void-key"))
    except NotSupported:
        expect("requests sent", 0, len(act.simulator.requests()) - asked)
        return "not here: refused, unsent; only a hold is released"
    raise Unexpected("a void of what was taken", "NotSupported", "it was accepted")


def refunded(act: Act) -> str:
    """Give a part back once the charge has settled, and ask what became of it."""
    act.simulator.advance(SETTLED_S)
    key = act.ref("refund-key")
    refund = act.gateway.refund(act.ref("page"), act.money(500), key=key)
    refund = act.gateway.query_refund(refund.payment, key)
    expect("state of the refund", State.SUCCEEDED, refund.state)
    expect("still refundable", act.money(1000), act.found("page").refundable)
    expect("effects at the provider", 1, len(act.effects("page", Kind.REFUND)))
    return f"{refund.amount} back, {act.money(1000)} left"


def too_much(act: Act) -> str:
    """Ask for more than is left: refused here, nothing is sent."""
    asked = len(act.simulator.requests())
    try:
        act.gateway.refund(act.ref("page"), act.money(1100), key=act.ref("too-much"))
    except InvalidRequest:
        expect("requests sent", 0, len(act.simulator.requests()) - asked)
        return f"{act.money(1100)} is refused, unsent"
    raise Unexpected("a refund of more than is left", "InvalidRequest", "it was accepted")


def same_story(act: Act) -> str:
    """Query every payment once more: nothing that was settled changes."""
    act.simulator.settle()
    ours = act.gateway.payments(account=act.provider, limit=1000).payments
    for before in ours:
        after = act.gateway.query(before.reference)
        expect(f"status of {before.reference}", before.status, after.status)
        expect(f"review of {before.reference}", "", after.review)
    return f"{len(ours)} payments, nothing new"
