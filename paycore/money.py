"""Exact amounts, in whole minor units."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from paycore.errors import InvalidRequest

MAX_MINOR: Final = 2**63 - 1
_AMOUNT: Final = re.compile(r"(0|[1-9][0-9]{0,18})(?:\.([0-9]{1,30}))?")
_CODE: Final = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, order=False)
class Money:
    """An amount in whole minor units of one currency: `Money(1500, "CAD")` is 15.00 CAD.

    Never negative: the direction is the operation's kind.

    Raises:
        InvalidRequest: `minor` is not an `int` from 0 to 2**63 - 1, or `currency` is not a
            current ISO 4217 code with a minor unit.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise InvalidRequest(
                f"amount: want whole minor units as int, got {type(self.minor).__name__}",
                field="amount",
            )
        if not 0 <= self.minor <= MAX_MINOR:
            raise InvalidRequest("amount: want 0 to 2**63 - 1 minor units", field="amount")
        exponent(self.currency)

    @classmethod
    def parse(cls, text: str, currency: str | None = None) -> Money:
        """Return the amount that `text` writes, exactly: `"15.00 CAD"`, or `"15.00"` with a code.

        Raises:
            InvalidRequest: `text` is no plain decimal number, or has more decimals than the
                currency; nothing is ever rounded.
        """
        if not isinstance(text, str):
            raise InvalidRequest("amount: want text such as '15.00 CAD'", field="amount")
        number, _, code = text.partition(" ") if currency is None else (text, "", currency)
        match = _AMOUNT.fullmatch(number)
        if match is None:
            raise InvalidRequest("amount: want a plain number such as 15.00", field="amount")
        return cls._exactly(match[1], match[2] or "", code)

    @classmethod
    def of(cls, amount: Decimal | int, currency: str) -> Money:
        """Return `amount` units of the currency, exactly: `Money.of(Decimal("15.00"), "CAD")`.

        Raises:
            InvalidRequest: a float or a bool, or more decimals than the currency has.
        """
        if type(amount) is int:
            return cls(amount * 10 ** exponent(currency), currency)
        if type(amount) is not Decimal or not amount.is_finite():
            raise InvalidRequest("amount: want a Decimal or an int, never a float", field="amount")
        if abs(amount.adjusted()) > 20:  # 1E+1000000 would be written out in full
            raise InvalidRequest("amount: far too large or too small", field="amount")
        return cls.parse(f"{amount:f}", currency)

    @classmethod
    def _exactly(cls, whole: str, decimals: str, currency: str) -> Money:
        places = exponent(currency)
        if decimals[places:].strip("0"):
            raise InvalidRequest(f"amount: {currency} has {places} decimals", field="amount")
        return cls(int(whole + decimals[:places].ljust(places, "0")), currency)

    def __str__(self) -> str:
        places = exponent(self.currency)
        digits = str(self.minor).rjust(places + 1, "0")
        whole, decimals = (digits[:-places], digits[-places:]) if places else (digits, "")
        return f"{whole}{'.' if places else ''}{decimals} {self.currency}"

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor > 0

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money and {type(other).__name__} do not mix")
        if other.currency != self.currency:
            raise InvalidRequest(
                f"amount: {other.currency} and {self.currency} do not mix", field="currency"
            )
        return other.minor


def exponent(currency: str) -> int:
    """Return how many decimals `currency` has: 0, 2, 3 or 4 (ISO 4217, list one).

    Raises:
        InvalidRequest: not exactly an upper-case code of the list, or one without a minor unit.
    """
    if type(currency) is not str or not _CODE.fullmatch(currency):
        raise InvalidRequest("currency: want an ISO 4217 code such as CAD", field="currency")
    places = _listed(currency)
    if places is None:
        raise InvalidRequest("currency: not an ISO 4217 code in use for payments", field="currency")
    return places


@lru_cache(maxsize=512)
def _listed(currency: str) -> int | None:
    import iso4217  # the table is parsed on import: only who counts money pays for it

    try:
        places = iso4217.Currency(currency).exponent
    except ValueError:
        return None
    return None if places is None else int(places)
