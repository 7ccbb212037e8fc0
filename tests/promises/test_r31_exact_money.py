"""R31: money is whole minor units of an ISO 4217 code; what cannot be exact is refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any, Final

import iso4217
import pytest

from paycore.errors import InvalidRequest
from paycore.money import MAX_MINOR, Money, exponent
from tests.promises.played import each
from tests.promises.proof import Proof

LISTED: Final = {currency.code: currency.exponent for currency in iso4217.Currency}
COUNTED: Final = sorted(code for code, places in LISTED.items() if places is not None)
PRICES: Final = 10_000
"""0.00 to 99.99, of which `int(price * 100)` gets 573 wrong."""
DIGITS: Final = ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩")


def written(minor: int, places: int) -> str:
    """Return minor units as the decimal number that they are, by whole numbers alone."""
    whole, rest = divmod(minor, 10**places)
    return f"{whole}.{rest:0{places}}" if places else str(whole)


def priced(first: int, count: int) -> None:
    """Check so many prices in a currency: each number is another one, until all were there.

    The first 10,000 are all the prices, each in another currency than the one before.
    """
    for number in range(first, first + count):
        minor = number % PRICES
        currency = COUNTED[(number // PRICES + minor) % len(COUNTED)]
        try:
            _is_exact(minor, currency)
        except Exception as broken:
            raise AssertionError(f"r31, case {number}: {broken!r}") from broken


def _is_exact(minor: int, currency: str) -> None:
    """Check that an amount is read from text and from `Decimal` and written, with nothing lost."""
    places = int(LISTED[currency])
    money, text = Money(minor, currency), written(minor, places)
    ways = (
        Money.parse(text, currency),
        Money.parse(f"{text} {currency}"),
        Money.parse(str(money)),
        Money.of(Decimal(text), currency),
    )
    assert all(way == money and way.minor == minor for way in ways), f"{text} {currency}"
    assert str(money) == f"{text} {currency}"


def drawn(rng: Random) -> None:
    """Check an amount of any size in any currency, and that nothing near it passes for it."""
    currency = rng.choice(COUNTED)
    places = int(LISTED[currency])
    minor = rng.choice((rng.randrange(MAX_MINOR + 1), rng.randrange(10**6), MAX_MINOR, 0))
    _is_exact(minor, currency)
    text = written(minor, places)
    finer = f"{written(minor * 10 + rng.randint(1, 9), places + 1)}"
    for wrong in (
        finer,
        f"-{text}",
        f"+{text}",
        f" {text}",
        f"{text}e0",
        _in_another_script(rng, text),
    ):
        _refuses(Money.parse, wrong, currency)
    _refuses(Money.of, Decimal(finer), currency)
    for wrong in (minor / 10**places, bool(minor), text, Fraction(minor), None, -1 - minor):
        _refuses(Money.of, wrong, currency)
    for wrong in (float(minor), bool(minor), text, Decimal(minor), None, -1 - minor, MAX_MINOR + 1):
        _refuses(Money, wrong, currency)
    _refuses(
        Money, minor, rng.choice((currency.lower(), currency[:2], f"{currency} ", "ZZZ", None))
    )


def _in_another_script(rng: Random, text: str) -> str:
    digits = rng.choice(DIGITS[1:])
    at = rng.choice([at for at, mark in enumerate(text) if mark in DIGITS[0]])
    return text[:at] + digits[int(text[at])] + text[at + 1 :]


def _refuses(make: Any, value: object, currency: object) -> None:
    with pytest.raises(InvalidRequest):
        make(value, currency)


PROOFS = (
    Proof(
        "r31",
        "prices in every currency",
        commit=100_000,
        full=PRICES * len(COUNTED),
        run=priced,
        batch=100_000,
        where="prices",
    ),
    Proof(
        "r31",
        "amounts",
        commit=20_000,
        full=100_000,
        run=each("r31", drawn),
        batch=10_000,
        where="amounts",
    ),
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r31_money_is_exact_or_refused(proof):
    """Read, written and read again, a price is the same to the last minor unit."""
    proof.check()


def test_r31_every_price_in_every_currency_is_there():
    """The numbers name each of them once."""
    seen = {
        (number % PRICES, (number // PRICES + number % PRICES) % len(COUNTED))
        for number in range(PROOFS[0].full)
    }

    assert len(seen) == PROOFS[0].full == PRICES * len(COUNTED)
    assert len(COUNTED) > 150


@pytest.mark.parametrize("currency", COUNTED)
def test_r31_every_currency_has_the_exponent_of_the_list(currency):
    """Every code of ISO 4217 with a minor unit is known, with its number of decimals."""
    assert exponent(currency) == LISTED[currency]
    assert exponent(currency) in {0, 2, 3, 4}


def test_r31_the_habit_it_replaces_is_wrong():
    """F13: floats get 573 of the 10,000 prices wrong; the prices here are those."""
    wrong = sum(int(float(written(minor, 2)) * 100) != minor for minor in range(PRICES))

    assert wrong == 573
