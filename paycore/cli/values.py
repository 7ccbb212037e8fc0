"""What the verbs return, as a person reads it: one line that says it, and the facts below."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from rich.console import Console
from rich.text import Text

from paycore.cli.outcomes import STATE, why, words
from paycore.cli.output import STYLES, clean, sign
from paycore.methods import MountForm, NextAction, Redirect, ShowQr
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Instrument
from paycore.results import Refund, Token

Fact = tuple[str, str]
"""What a line is about, and what it says."""
_LABEL: Final = 12


def show_payment(console: Console, payment: Payment) -> None:
    """Write a payment: where it stands, and what was tried."""
    verdict, word = words(payment)
    headline(console, verdict, payment.reference, str(payment.amount), word)
    facts(console, _payment_facts(payment))


def show_given_back(console: Console, kind: str, done: Refund) -> None:
    """Write a refund or a void."""
    verdict, word = STATE[done.state]
    headline(console, verdict, done.payment, f"{kind} of {done.amount}", word)
    facts(
        console,
        [
            ("account", done.account),
            ("reference", names(done.reference, done.provider_reference)),
            ("key", done.key),
            ("because", why(done.decline)),
            ("review", clean(done.review)),
        ],
    )


def show_token(console: Console, token: Token) -> None:
    """Write a token: whether it can be charged, and with what."""
    verdict, word = STATE[token.state]
    if token.next_action is not None:
        verdict, word = "note", "waits for the payer"
    headline(console, verdict, token.reference, "token", "stored" if token.usable else word)
    facts(
        console,
        [
            *_next(token.next_action),
            ("account", token.account),
            ("card", _card(token.instrument)),
            ("because", why(token.decline)),
            ("review", clean(token.review)),
            ("to charge it", f"--method token:{token.reference}" if token.usable else ""),
        ],
    )


def headline(console: Console, verdict: str, name: str, what: str, word: str) -> None:
    """Write the one line that says it."""
    line = Text.assemble(
        (f" {sign(console, verdict)} ", STYLES[verdict]),
        (name, "bold"),
        f"  {what}  ",
        (word, STYLES[verdict]),
    )
    console.print(line, soft_wrap=True)


def facts(console: Console, told: Iterable[Fact]) -> None:
    """Write facts below each other, none broken into lines: addresses are copied from here."""
    for label, text in told:
        if text:
            line = Text.assemble((f"   {label:<{_LABEL}} ", "dim"), text)
            console.print(line, soft_wrap=True)


def moment(at: datetime) -> str:
    """Return a moment as a person reads it, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def times(count: int) -> str:
    """Return how often something happened, as people say it."""
    return "once" if count == 1 else f"{count} times"


def names(ours: str, theirs: str) -> str:
    """Return what an operation is called: by us, and in brackets by the provider."""
    return f"{ours} ({clean(theirs)})" if theirs else ours


def _payment_facts(payment: Payment) -> Iterable[Fact]:
    yield from _next(payment.next_action)
    yield "account", payment.account
    yield "card", _card(payment.instrument)
    for operation in payment.operations:
        yield operation.kind.value, _told(operation)
    if payment.captured is not None:
        yield "left", f"{payment.refundable} to give back"
    yield "because", why(payment.decline)
    yield "review", clean(payment.review)


def _told(operation: Operation) -> str:
    told = [str(operation.amount)] if operation.charge else []
    told += [STATE[operation.state][1]]
    told += [f"with {operation.captured} taken"] if operation.captured else []
    told += [f"by {operation.method.replace('_', ' ')}"] if operation.method else []
    told += [f"as {names(operation.reference, operation.provider_reference)}"]
    return " ".join(told)


def _next(action: NextAction | None) -> Iterable[Fact]:
    if isinstance(action, Redirect):
        yield "send them to", clean(action.url)
    elif isinstance(action, MountForm):
        yield "mount", f"{clean(action.script_url)} (what opens it: --json)"
    elif isinstance(action, ShowQr):
        yield "show as QR", clean(action.content)


def _card(instrument: Instrument | None) -> str:
    if instrument is None:
        return ""
    return clean(" ".join(filter(None, (instrument.masked, instrument.brand, instrument.expiry))))
