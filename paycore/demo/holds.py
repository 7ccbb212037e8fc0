"""Money that is held first: a part is taken, or all of it is given up."""

from __future__ import annotations

from paycore.demo.act import Act, Unexpected, expect
from paycore.errors import Conflict
from paycore.payment import PaymentStatus
from paycore.states import Kind, State


def held(act: Act) -> str:
    """Have the provider hold money, and take none."""
    payment = act.charge("hold", 8000, act.direct, capture=False)
    expect("status", PaymentStatus.AUTHORIZED, payment.status)
    expect("effects at the provider", 0, len(act.effects("hold")))
    return f"{payment.amount} is held, nothing is taken"


def captured(act: Act) -> str:
    """Take a part of what is held; the rest is given up, and cannot be taken any more."""
    part = act.money(5000)
    payment = act.gateway.capture(act.ref("hold"), part, key=act.ref("capture-key"))
    expect("status", PaymentStatus.PAID, payment.status)
    expect("can be given back", part, payment.refundable)
    moved = [effect.amount_minor for effect in act.effects("hold")]
    expect("minor units taken at the provider", [part.minor], moved)
    try:
        act.gateway.capture(act.ref("hold"), act.money(3000), key=act.ref("capture-again"))
    except Conflict:
        return f"{part} is taken, the rest is given up"
    raise Unexpected("a second capture of one hold", "Conflict", "it was accepted")


def released(act: Act) -> str:
    """Give up all that is held: nothing was ever taken."""
    payment = act.charge("release", 9000, act.direct, capture=False)
    expect("status of the hold", PaymentStatus.AUTHORIZED, payment.status)
    void = act.gateway.void(payment.reference, key=act.ref("release-key"))
    expect("state of the release", State.SUCCEEDED, void.state)
    expect("status", PaymentStatus.VOIDED, act.found("release").status)
    expect("money taken at the provider", 0, len(act.effects("release")))
    expect("effects at the provider", 1, len(act.effects("release", Kind.VOID)))
    return f"{void.amount} is free again"
