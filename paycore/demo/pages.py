"""A hosted page, from its opening to the payer's return."""

from __future__ import annotations

from collections.abc import Iterable

from paycore.demo.act import Act, expect
from paycore.demo.endpoint import visit
from paycore.methods import EmbeddedForm, MountForm, NextAction, Redirect
from paycore.payment import Payment, PaymentStatus


def opened(act: Act) -> str:
    """Charge by hosted page: the payer has still to act there."""
    payment = act.charge("page", 1500, act.page)
    expect("status", PaymentStatus.AWAITING_PAYER, payment.status)
    expect("next action", Redirect.__name__, type(payment.next_action).__name__)
    return f"{payment.amount}, awaiting the payer"


def paid(act: Act) -> str:
    """Play the payer: fill the page in with a card that pays."""
    act.props["landing"] = act.simulator.pay(action_of(act.found("page")))
    expect("effects at the provider", 1, len(act.effects("page")))
    return "one effect at the provider"


def notified(act: Act) -> str:
    """Let the notification arrive; a weak one is only a reason to ask, and then we know."""
    act.simulator.settle()
    answers = {heard.status for heard in act.endpoint.heard if heard.account == act.provider}
    expect("our answer to the notification", "200", _listed(answers))
    expect("status", PaymentStatus.PAID, act.found("page").status)
    return "genuine" if act.description.webhook_is_proof else "genuine, and then queried"


def queried(act: Act) -> str:
    """Ask outright."""
    payment = act.gateway.query(act.ref("page"))
    expect("status", PaymentStatus.PAID, payment.status)
    return f"paid with {card_of(payment)}"


def mounted(act: Act) -> str:
    """Charge by the provider's form in a page of ours, and fill it in."""
    payment = act.charge("form", 1700, EmbeddedForm(act.page.return_url))
    expect("next action", MountForm.__name__, type(payment.next_action).__name__)
    act.simulator.pay(action_of(payment))
    payment = act.gateway.query(payment.reference)
    expect("status", PaymentStatus.PAID, payment.status)
    return f"{payment.amount}, paid"


def returned(act: Act) -> str:
    """Send the browser back: its nonce is known, and nothing else it says is believed."""
    status, text = visit(act.props["landing"])
    expect("our page's status", 200, status)
    expect("our page's text", f"{act.ref('page')} {PaymentStatus.PAID.value}", text)
    return "known by its nonce alone"


def action_of(payment: Payment) -> NextAction:
    """Return what the payer has to do, which must be something."""
    action = payment.next_action
    expect("the payer has something to do", True, action is not None)
    return action or Redirect("")


def card_of(payment: Payment) -> str:
    """Return the card a payment was paid with, masked."""
    return payment.instrument.masked if payment.instrument else "an unnamed card"


def _listed(statuses: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(statuses))) or "none"
