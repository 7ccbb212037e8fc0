"""Hypothesis strategies for our values: each draws the whole legal range, and nothing else."""

from __future__ import annotations

import string
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from paycore.description import REFERENCE_ALPHABET
from paycore.intents import Payer
from paycore.methods import (
    CardData,
    EmbeddedForm,
    HostedPage,
    Method,
    MountForm,
    NextAction,
    Redirect,
    ShowQr,
    StoredToken,
    Wait,
    Wallet,
)
from paycore.money import MAX_MINOR, Money
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Decline, DeclineCode, Instrument, Report
from paycore.secret import Secret
from paycore.states import REPORTABLE, Kind, State

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""When drawn operations begin, at the earliest."""


def currencies() -> SearchStrategy[str]:
    """Draw the code of any currency that has a minor unit."""
    import iso4217

    return st.sampled_from(sorted(c.code for c in iso4217.Currency if c.exponent is not None))


def money(
    currency: str | None = None, *, least: int = 0, most: int = MAX_MINOR
) -> SearchStrategy[Money]:
    """Draw `least` to `most` minor units, of `currency` or of any."""
    codes = currencies() if currency is None else st.just(currency)
    return st.builds(Money, st.integers(least, most), codes)


def references(
    alphabet: Iterable[str] = REFERENCE_ALPHABET, longest: int = 30
) -> SearchStrategy[str]:
    """Draw a wire reference that a provider with this alphabet and length takes."""
    return st.text(sorted(alphabet), min_size=1, max_size=longest)


def names() -> SearchStrategy[str]:
    """Draw what names a payment or is a key: printable ASCII, no blank at either end."""
    inner = "".join(map(chr, range(0x20, 0x7F)))
    return st.text(inner, min_size=1, max_size=128).filter(lambda name: name == name.strip(" "))


def texts(longest: int = 200) -> SearchStrategy[str]:
    """Draw free text: any characters but control characters and halves of characters."""
    return st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=longest)


@st.composite
def card_numbers(draw: st.DrawFn, shortest: int = 13, longest: int = 19) -> str:
    """Draw the digits of a number that begins as cards do and passes Luhn's check."""
    start = draw(st.sampled_from(("4", "51", "2221", "34", "36", "3528", "6011", "62", "65")))
    size = draw(st.integers(max(shortest, 16 if start[0] == "2" else 0), longest))
    body = (start + draw(st.text(string.digits, min_size=size, max_size=size)))[: size - 1]
    return next(body + check for check in string.digits if passes_luhn(body + check))


def passes_luhn(number: str) -> bool:
    """Return whether ASCII digits pass Luhn's check; written apart from the code that it tests."""
    odd, even = number[-1::-2], number[-2::-2]
    return (sum(map(int, odd)) + sum(sum(divmod(int(d) * 2, 10)) for d in even)) % 10 == 0


def secrets(shortest: int = 16) -> SearchStrategy[Secret]:
    """Draw a key that settings accept."""
    letters = string.ascii_letters + string.digits
    return st.builds(Secret, st.text(letters, min_size=shortest, max_size=64))


def return_urls() -> SearchStrategy[str]:
    """Draw where a payer may come back to, on shop.example."""
    return references().map("https://shop.example/{}".format)


@st.composite
def cards(draw: st.DrawFn) -> CardData:
    """Draw a raw card."""
    return CardData(
        number=Secret(draw(card_numbers())),
        expiry_month=draw(st.integers(1, 12)),
        expiry_year=draw(st.integers(2026, 2099)),
        security_code=Secret(draw(st.text(string.digits, min_size=3, max_size=4))),
        holder=draw(st.text(string.ascii_letters + " ", min_size=1, max_size=50)),
    )


def methods(*kinds: type[Method]) -> SearchStrategy[Method]:
    """Draw a method of payment of these kinds, or of any."""
    drawn: dict[type[Method], SearchStrategy[Method]] = {
        HostedPage: st.builds(HostedPage, return_urls()),
        EmbeddedForm: st.builds(EmbeddedForm, return_urls()),
        StoredToken: st.builds(StoredToken, references()),
        Wallet: st.builds(Wallet, st.sampled_from(("apple_pay", "google_pay")), references()),
        CardData: cards(),
    }
    return st.one_of(*(drawn[kind] for kind in kinds or drawn))


def next_actions() -> SearchStrategy[NextAction]:
    """Draw what a payer may have to do."""
    urls = references().map("https://pay.example/{}".format)
    forms = st.builds(MountForm, urls, references(), st.sampled_from(("pay", "add")))
    return st.one_of(st.builds(Redirect, urls), forms, st.builds(ShowQr, urls), st.builds(Wait))


def instruments() -> SearchStrategy[Instrument]:
    """Draw a masked card."""
    brands = st.sampled_from(("", "visa", "unionpay"))
    return st.builds(Instrument, card_numbers(), brands, st.sampled_from(("", "1230")))


def declines() -> SearchStrategy[Decline]:
    """Draw a refusal."""
    return st.builds(Decline, st.sampled_from(DeclineCode), texts(20))


def payers() -> SearchStrategy[Payer]:
    """Draw what is known of a payer."""
    ips = st.one_of(st.just(""), st.ip_addresses().map(str))
    return st.builds(Payer, st.one_of(st.just(""), references()), ips)


@st.composite
def operations(
    draw: st.DrawFn,
    *kinds: Kind,
    states: Iterable[State] = State,
    amounts: SearchStrategy[Money] | None = None,
) -> Operation:
    """Draw an operation of these kinds (or of any), as it stands in one of `states`."""
    kind = draw(st.sampled_from(kinds or tuple(Kind)))
    told = list(states)
    legal = [s for s in told if s is not State.AUTHORIZED or kind is Kind.CHARGE]
    state = draw(st.sampled_from(legal or told))
    held = kind is Kind.CHARGE and (state is State.AUTHORIZED or draw(st.booleans()))
    began = EPOCH + timedelta(seconds=draw(st.integers(0, 10**8)))
    amount = None if kind is Kind.TOKEN else draw(money(least=1) if amounts is None else amounts)
    return Operation(
        id=draw(st.uuids()).hex,
        kind=kind,
        owner=draw(names()),
        key=draw(names()),
        fingerprint=draw(st.binary(min_size=32, max_size=32)).hex(),
        account="cards",
        reference=draw(references()),
        method="HostedPage" if kind in (Kind.CHARGE, Kind.TOKEN) else "",
        amount=amount,
        state=state,
        created_at=began,
        updated_at=began + timedelta(seconds=draw(st.integers(0, 10**6))),
        provider_reference="" if state is State.RESERVED else draw(_told()),
        charge="" if kind in (Kind.CHARGE, Kind.TOKEN) else draw(st.uuids()).hex,
        next_action=draw(st.none() | next_actions()) if state is State.PENDING else None,
        instrument=draw(st.none() | instruments()) if state is State.SUCCEEDED else None,
        decline=draw(st.none() | declines()) if state is State.DECLINED else None,
        hold_only=held,
        captured=draw(_parts(amount)) if held and state is State.SUCCEEDED else None,
    )


@st.composite
def reports(
    draw: st.DrawFn,
    about: Operation,
    states: Iterable[State] = REPORTABLE,
    provider_reference: str = "p-1",
) -> Report:
    """Draw a report that is about `about` in all that it says; what may be left out, may be."""
    told = (state for state in states if state is not State.AUTHORIZED or about.hold_only)
    state = draw(st.sampled_from(sorted(told)))
    proof = state is State.SUCCEEDED
    amount = about.taken if proof else about.amount
    known = about.provider_reference or provider_reference
    return Report(
        reference=about.reference if proof or draw(st.booleans()) else None,
        state=state,
        amount=amount if proof or draw(st.booleans()) else None,
        kind=draw(st.sampled_from((None, about.kind))),
        provider_reference=draw(st.sampled_from(("", known))),
        next_action=draw(st.none() | next_actions()) if state is State.PENDING else None,
        decline=draw(st.none() | declines()) if state is State.DECLINED else None,
    )


@st.composite
def payments(draw: st.DrawFn, currency: str | None = None) -> Payment:
    """Draw a payment: attempts that failed, one that stands or is open, and what it gave back."""
    amount = draw(money(currency, least=1))
    over = (State.DECLINED, State.EXPIRED, State.NOT_EXECUTED, State.NOT_SENT)
    same = st.just(amount)
    charges = draw(st.lists(operations(Kind.CHARGE, states=over, amounts=same), max_size=2))
    states = draw(st.sampled_from(([State.SUCCEEDED], list(State))))
    charges += draw(st.lists(operations(Kind.CHARGE, states=states, amounts=same), max_size=1))
    given: list[Operation] = []
    left = (charges[-1].taken if charges else None) or amount
    while left and charges and charges[-1].state is State.SUCCEEDED and draw(st.booleans()):
        part = draw(st.just(left) | money(amount.currency, least=1, most=left.minor))
        back = draw(operations(Kind.REFUND, states=states, amounts=st.just(part)))
        given.append(replace(back, charge=charges[-1].id))
        left -= part
    reference = draw(names())
    owned = (replace(operation, owner=reference) for operation in (*charges, *given))
    return Payment(reference, amount, tuple(owned), EPOCH)


def _parts(amount: Money | None) -> SearchStrategy[Money | None]:
    """Draw less than an amount, where there is less; or nothing."""
    if amount is None or amount.minor == 1:
        return st.none()
    return st.none() | money(amount.currency, least=1, most=amount.minor - 1)


def _told() -> SearchStrategy[str]:
    return st.one_of(st.just(""), references())
