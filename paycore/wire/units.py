"""How a provider counts amounts, where that is not in the minor units of ISO 4217."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from paycore.errors import InvalidRequest, OutcomeUnknown
from paycore.money import Money, exponent


@dataclass(frozen=True)
class Units:
    """The whole units of a provider that takes `currencies`, each by its ISO 4217 code."""

    currencies: frozenset[str]
    decimals: Mapping[str, int] = field(default_factory=dict)
    """How many decimals a currency has there, where ISO 4217 says another number."""
    steps: Mapping[str, int] = field(default_factory=dict)
    """What the units of a currency must be a multiple of, to be said."""
    spelled: Callable[[str], str] = str
    """How a code is written there: `str.lower`, say."""

    def said(self, money: Money) -> int:
        """Return an amount as the provider counts it.

        Raises:
            InvalidRequest: it has no such amount; nothing is ever rounded.
        """
        code = money.currency
        ours, theirs = self._scales(code)
        units, rest = divmod(money.minor * theirs, ours)
        if rest or units % self.steps.get(code, 1):
            raise InvalidRequest(f"amount: {code} is not counted so finely there", field="amount")
        return units

    def heard(self, units: int, currency: str) -> Money:
        """Return what the provider counts as so many units of a currency.

        Raises:
            OutcomeUnknown: it is no amount, or not one of whole minor units.
        """
        code = currency.upper()
        if self.spelled(code) != currency:
            raise OutcomeUnknown("currency: not as they write it", field="currency")
        try:
            ours, theirs = self._scales(code)
            minor, rest = divmod(units * ours, theirs)
            money = Money(minor, code)
        except InvalidRequest as odd:
            raise OutcomeUnknown(str(odd), field=odd.field) from None
        if rest:
            raise OutcomeUnknown("amount: not of whole minor units", field="amount")
        return money

    def _scales(self, code: str) -> tuple[int, int]:
        """Return what one unit of the currency itself is here and there."""
        if code not in self.currencies:
            raise InvalidRequest("currency: not one that is taken there", field="currency")
        places = exponent(code)
        return int(10**places), int(10 ** self.decimals.get(code, places))
