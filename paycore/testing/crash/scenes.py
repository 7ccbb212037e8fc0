"""What callers do while they are killed; whoever is started again does the same once more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from paycore.methods import HostedPage, Method, StoredToken
from paycore.money import Money
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.results import Refund, Token, Void
from paycore.states import Kind, State
from paycore.testing.crash.cue import Cue
from paycore.testing.scene import HOST

MINOR: Final = 1500
PART: Final = 400
PRICE: Final = Money(MINOR, "CAD")
TAKEN: Final = Money(MINOR - PART, "CAD")
"""What is captured of what is held."""
PAGE: Final = HostedPage(f"https://{HOST}/thanks")
CARD: Final = StoredToken("visa-1")
AWAY_S: Final = 300
_NEVER: Final = frozenset((State.NOT_EXECUTED, State.EXPIRED))
T = TypeVar("T", Payment, Refund, Void, Token, Operation)


@dataclass(frozen=True)
class Scene:
    """One thing that callers do."""

    name: str
    play: Callable[[Cue], None]
    """Run to be killed, and again by whoever comes after, with the same references and keys."""
    before: Callable[[Cue], object] = lambda cue: None
    """What happened before, undisturbed."""
    moves: tuple[tuple[str, int], ...] = (("charge", MINOR),)
    """What has moved in the end where the provider can tell: kind, and minor units in all."""
    owners: tuple[str, ...] = ("",)
    """Its payments and tokens: what their references end in, after the run's name."""
    posts: bool = False
    """Whether the bank delivers its messages; otherwise the truth is reached without."""


def charge(cue: Cue) -> None:
    """Charge a stored card."""
    cue.step("charge")
    _charged(cue, CARD)


def page(cue: Cue) -> None:
    """Open a page, have it paid, and ask."""
    cue.step("page")
    payment = _charged(cue, PAGE)
    if payment is not None and payment.charge is not None and payment.next_action is not None:
        cue.pay(payment.charge.reference)
        cue.tried(lambda: cue.gateway.query(cue.run))


def refund(cue: Cue) -> None:
    """Give a part back, and then the rest."""
    cue.step("refund")
    for name, minor in (("part", PART), ("rest", MINOR - PART)):
        amount = Money(minor, "CAD")
        ask = partial(_refunded, cue, amount)
        _again_if_never(cue, f"{cue.run}-{name}", ask)


def void(cue: Cue) -> None:
    """Cancel a charge."""
    cue.step("void")
    _again_if_never(cue, f"{cue.run}-void", lambda key: cue.gateway.void(cue.run, key=key))


def capture(cue: Cue) -> None:
    """Take a part of what is held; the rest is given up."""
    cue.step("capture")
    _again_if_never(cue, f"{cue.run}-capture", partial(_captured, cue))


def release(cue: Cue) -> None:
    """Give up what is held."""
    cue.step("release")
    _again_if_never(cue, f"{cue.run}-release", lambda key: cue.gateway.void(cue.run, key=key))


def tokenize(cue: Cue) -> None:
    """Open a page to store a card on, have it filled in, and ask."""
    cue.step("tokenize")
    stored = partial(cue.gateway.tokenize, cue.run, PAGE, account=cue.account)
    token = _again_if_never(cue, cue.run, lambda key: stored(key=key))
    if token is not None and token.next_action is not None:
        cue.pay(cue.desk.ledger.operations(cue.run, Kind.TOKEN)[-1].reference)
        cue.tried(lambda: cue.gateway.query_token(cue.run))


def webhook(cue: Cue) -> None:
    """Hear twice that a page was paid, after a message about a payment that nobody knows."""
    cue.step("webhook")
    cue.post(copies=2, stranger=True)


def early(cue: Cue) -> None:
    """Hear that a charge succeeded while its answer is still on the way."""
    cue.step("early")
    cue.desk.senders[cue.account].meanwhile = cue.post
    _charged(cue, CARD)


def reconcile(cue: Cue) -> None:
    """Ask again about what was lost."""
    cue.step("reconcile")
    cue.gateway.reconcile()


def outbox(cue: Cue) -> None:
    """Tell what happened while nobody heard."""
    cue.step("outbox")
    cue.gateway.deliver()


def held(cue: Cue) -> None:
    """Let money be held for a payment."""
    cue.gateway.charge(cue.run, PRICE, CARD, account=cue.account, capture=False)


def refunded(cue: Cue) -> None:
    """Let there be a charge, and two refunds of it."""
    charge(cue)
    refund(cue)


def page_paid(cue: Cue) -> None:
    """Let there be a page that was paid, which nobody has told us of."""
    cue.gateway.charge(cue.run, PRICE, PAGE, account=cue.account)
    cue.pay(cue.run)


def answers_lost(cue: Cue) -> None:
    """Let there be a paid page, and a charge and a refund whose answers were lost."""
    paid, back = f"{cue.run}-page", f"{cue.run}-back"
    cue.gateway.charge(paid, PRICE, PAGE, account=cue.account)
    cue.pay(paid)
    cue.gateway.charge(back, PRICE, CARD, account=cue.account)
    sender = cue.desk.senders[cue.account]
    sender.loses = True
    cue.gateway.charge(cue.run, PRICE, CARD, account=cue.account)
    cue.gateway.refund(back, Money(PART, "CAD"), key=back)
    sender.loses = False
    cue.advance(AWAY_S)


def _charged(cue: Cue, method: Method) -> Payment | None:
    charge = partial(cue.gateway.charge, cue.run, PRICE, method, account=cue.account)
    return _again_if_never(cue, cue.run, lambda key: charge(key=key))


def _refunded(cue: Cue, amount: Money, key: str) -> Refund:
    return cue.gateway.refund(cue.run, amount, key=key)


def _captured(cue: Cue, key: str) -> Operation:
    payment = cue.gateway.capture(cue.run, TAKEN, key=key)
    return next(o for o in reversed(payment.operations) if o.kind is Kind.CAPTURE)


def _again_if_never(cue: Cue, key: str, ask: Callable[[str], T]) -> T | None:
    """Return what asking gives; what surely never happened is asked for once more, anew."""
    result = cue.tried(lambda: ask(key))
    if result is None or _state(result) not in _NEVER:
        return result
    return cue.tried(lambda: ask(f"{key}-again"))


def _state(result: Payment | Refund | Void | Token | Operation) -> State | None:
    if isinstance(result, Payment):
        return result.charge.state if result.charge else None
    return result.state


SCENES: Final = {
    scene.name: scene
    for scene in (
        Scene("charge", charge),
        Scene("page", page),
        Scene("refund", refund, charge, (("charge", MINOR), ("refund", MINOR))),
        Scene("void", void, charge, (("charge", MINOR), ("void", MINOR))),
        Scene("capture", capture, held, (("capture", TAKEN.minor), ("charge", TAKEN.minor))),
        Scene("release", release, held, (("release", MINOR),)),
        Scene("tokenize", tokenize, moves=(("token", 0),)),
        Scene("webhook", webhook, page_paid, posts=True),
        Scene("early", early, posts=True),
        Scene("outbox", outbox, refunded, (("charge", MINOR), ("refund", MINOR))),
        Scene(
            "reconcile",
            reconcile,
            answers_lost,
            (("charge", 3 * MINOR), ("refund", PART)),
            owners=("", "-page", "-back"),
        ),
    )
}
