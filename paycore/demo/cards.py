"""Stored cards, wallets, and a key that is used twice."""

from __future__ import annotations

from paycore.demo.act import Act, Skipped, Unexpected, expect
from paycore.errors import Conflict
from paycore.methods import HostedPage, Method, Wallet
from paycore.payment import PaymentStatus
from paycore.states import State


def stored(act: Act) -> str:
    """Store a card on a page of the provider; its number never comes near us."""
    if HostedPage not in act.description.token_methods:
        raise Skipped("no page to store a card here")
    token = act.gateway.tokenize(act.ref("card"), act.page, account=act.provider)
    expect("state of the token", State.PENDING, token.state)
    if token.next_action is None:
        raise Unexpected("next action", "a page to fill in", "nothing to do")
    act.simulator.pay(token.next_action)
    token = act.gateway.query_token(token.reference)
    expect("state of the token", State.SUCCEEDED, token.state)
    act.props["card"] = token.reference
    return token.instrument.masked if token.instrument else "stored"


def charged(act: Act) -> str:
    """Charge the stored card: the answer is the outcome."""
    return _at_once(act, "token", 2500, act.direct)


def wallet(act: Act) -> str:
    """Charge a wallet's payment token."""
    given = act.simulator.wallet(act.provider)
    if given is None:
        raise Skipped("no wallet here")
    _at_once(act, "wallet", 1999, Wallet(*given))
    return f"{act.money(1999)} by {given[0].replace('_', ' ')}"


def twice(act: Act) -> str:
    """Use one key twice: the second time, nothing leaves the house."""
    first = act.charge("twice", 4200, act.direct)
    asked = len(act.simulator.requests())
    again = act.charge("twice", 4200, act.direct)
    expect("status", PaymentStatus.PAID, first.status)
    expect("requests for the second charge", 0, len(act.simulator.requests()) - asked)
    expect("attempts in our ledger", 1, len(again.operations))
    expect("effects at the provider", 1, len(act.effects("twice")))
    return "one request, one effect"


def otherwise(act: Act) -> str:
    """Use the same key for something else: refused before anything is sent."""
    try:
        act.charge("twice", 4300, act.direct)
    except Conflict:
        return f"{act.money(4300)}: a conflict"
    raise Unexpected("the second meaning of one key", "Conflict", "it was accepted")


def _at_once(act: Act, name: str, minor: int, method: Method) -> str:
    payment = act.charge(name, minor, method)
    expect("status", PaymentStatus.PAID, payment.status)
    expect("effects at the provider", 1, len(act.effects(name)))
    return f"{payment.amount}, paid at once"
