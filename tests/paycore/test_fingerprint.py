"""The same key with the same fingerprint is the same operation, and with another one a conflict."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paycore.fingerprint import fingerprint
from paycore.methods import CardData, EmbeddedForm, HostedPage, StoredToken, Wallet
from paycore.money import Money
from paycore.secret import Secret
from paycore.states import Kind

PAGE = HostedPage("https://shop.example/thanks")
CARD = CardData(Secret("4111111111111111"), 12, 2030, Secret("123"), "A Payer")
USUAL: tuple[Any, ...] = (Kind.CHARGE, "o-1", Money(1500, "CAD"), PAGE, "cards")

names = st.text(min_size=1)
amounts = st.none() | st.builds(Money, st.integers(0, 10**6), st.sampled_from(["CAD", "USD"]))
methods = st.none() | st.one_of(
    st.builds(HostedPage, names),
    st.builds(EmbeddedForm, names),
    st.builds(StoredToken, names),
    st.builds(Wallet, st.sampled_from(["apple_pay", "google_pay"]), st.just("data")),
)
asked = st.tuples(st.sampled_from(Kind), names, amounts, methods, names)


@pytest.mark.parametrize(
    "other",
    [
        (Kind.REFUND, *USUAL[1:]),
        (Kind.CHARGE, "o-2", *USUAL[2:]),
        (Kind.CHARGE, "o-1", Money(1501, "CAD"), *USUAL[3:]),
        (Kind.CHARGE, "o-1", Money(1500, "USD"), *USUAL[3:]),
        (Kind.CHARGE, "o-1", None, *USUAL[3:]),
        (*USUAL[:3], HostedPage("https://shop.example/other"), "cards"),
        (*USUAL[:3], EmbeddedForm(PAGE.return_url), "cards"),
        (*USUAL[:3], StoredToken(PAGE.return_url), "cards"),
        (*USUAL[:3], None, "cards"),
        (*USUAL[:4], "unionpay"),
    ],
    ids=str,
)
def test_every_part_counts(other: tuple[Any, ...]) -> None:
    """Kind, reference, amount, currency, method with its address or token, and account."""
    assert fingerprint(*other) != fingerprint(*USUAL)


@pytest.mark.parametrize(
    "method", [HostedPage, EmbeddedForm, StoredToken, partial(Wallet, data="x")]
)
def test_where_a_method_leads_counts(method: Callable[[str], Any]) -> None:
    """Of one kind of method, another address, token or wallet is another request."""
    one, other = (fingerprint(*USUAL[:3], method(where), "cards") for where in ("one", "other"))

    assert one != other


@given(asked)
def test_to_hold_is_not_to_take(one: tuple[Any, ...]) -> None:
    """And to take says nothing of it: what was stored before there were holds stays the same."""
    assert fingerprint(*one, capture=False) != fingerprint(*one)
    assert fingerprint(*one, capture=True) == fingerprint(*one)


@given(asked, asked)
def test_different_requests_never_share_one(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    """Whatever the parts hold, no two requests run together into one."""
    assume(one != other)

    assert fingerprint(*one) != fingerprint(*other)


@given(st.text(), st.text(), st.text())
def test_parts_do_not_run_into_each_other(a: str, b: str, c: str) -> None:
    """Moving text from one part into the next makes another fingerprint."""
    assume(b)
    moved = fingerprint(Kind.TOKEN, a, None, StoredToken(b + c), "x")

    assert fingerprint(Kind.TOKEN, a + b, None, StoredToken(c), "x") != moved


@given(asked)
def test_it_is_64_hex_digits_and_always_the_same(one: tuple[Any, ...]) -> None:
    """It is stored, and compared by another process next year: it depends on nothing else."""
    made = fingerprint(*one)

    assert made == fingerprint(*one)
    assert len(made) == 64
    assert set(made) <= set("0123456789abcdef")


def test_it_is_the_same_as_ever() -> None:
    """A key that was used with an older release still means the same."""
    written = (
        b'{"account":"cards","amount_minor":1500,"currency":"CAD","kind":"charge",'
        b'"method":"hosted_page","reference":"o-1","where":"https://shop.example/thanks"}'
    )

    assert fingerprint(*USUAL) == hashlib.sha256(written).hexdigest()


def test_nothing_secret_is_in_it() -> None:
    """Neither a card nor a wallet's token takes part: a digest of few digits could be guessed."""
    other = replace(CARD, number=Secret("5555555555554444"), security_code=Secret("999"))
    wallets = [Wallet("apple_pay", data) for data in ("one", "two")]

    assert fingerprint(*USUAL[:3], CARD, "cards") == fingerprint(*USUAL[:3], other, "cards")
    assert len({fingerprint(*USUAL[:3], wallet, "cards") for wallet in wallets}) == 1
