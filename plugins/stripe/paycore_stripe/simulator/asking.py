"""What a call asks for, in our minor units: by a table of its own, to hold a plugin's against."""

from __future__ import annotations

import re
from typing import Any, Final

from paycore.money import Money
from paycore.wire.encoding import as_form
from paycore.wire.talk import Call
from paycore_stripe.simulator.book import Book
from paycore_stripe.simulator.reading import decoded

_PAYMENT: Final = re.compile(r"/v1/payment_intents/(\w+)/")
_AMOUNTS: Final = ("unit_amount", "amount_to_capture", "amount")


def asked(book: Book, call: Call) -> Money:
    """Return what a charge, capture or refund asks for; of the last two, in their payment's money.

    Raises:
        ValueError: it asks for no amount, or for half of a minor unit.
    """
    said: Any = decoded(as_form(call.payload))
    try:
        price = said["line_items"][0]["price_data"] if "line_items" in said else said
        units = next(int(price[name]) for name in _AMOUNTS if name in price)
        code = str(price.get("currency") or _payment(book, said, call)["currency"]).upper()
    except (StopIteration, LookupError, TypeError, ValueError):
        raise ValueError("call: want an amount and its currency") from None
    if code in ("ISK", "UGX"):  # without decimals, and counted in hundredths
        if units % 100:
            raise ValueError("call: want a whole amount, and not half of a minor unit")
        return Money(units // 100, code)
    return Money(units * 100 if code == "MGA" else units, code)  # the ariary is counted whole


def _payment(book: Book, said: Any, call: Call) -> Any:
    named = _PAYMENT.search(call.url)
    return book.records.things[named[1] if named else said["payment_intent"]]
