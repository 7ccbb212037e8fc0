"""Idempotency keys, as Stripe keeps them: one key, one request, one answer for a day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from paycore.wire.strict import JsonObject
from paycore_stripe.simulator.book import Book
from paycore_stripe.simulator.records import Kept
from paycore_stripe.simulator.refusing import IDEMPOTENCY, Refused

LIVES_MS: Final = 24 * 3600 * 1000
LONGEST: Final = 255


@contextmanager
def under_way(book: Book, key: str) -> Iterator[None]:
    """Hold a key for as long as its request is under way; without a key, nothing is held.

    Raises:
        Refused: another request holds it, or it is too long.
    """
    if len(key) > LONGEST:
        raise Refused("An idempotency key has up to 255 characters", kind=IDEMPOTENCY)
    with book.changed:
        if key and key in book.under_way:
            raise in_use()
        book.under_way |= {key} if key else set()
    try:
        yield
    finally:
        with book.changed:
            book.under_way.discard(key)


def in_use() -> Refused:
    """Return the refusal of a key whose request is not answered yet."""
    return Refused(
        "Another request with this idempotency key is under way",
        status=409,
        kind=IDEMPOTENCY,
        code="idempotency_key_in_use",
    )


def kept(book: Book, key: str, path: str, said: JsonObject) -> Kept | None:
    """Return the answer that a key stands for; `None` where it is new, or a day has passed.

    Raises:
        Refused: the key was used for something else.
    """
    known = book.records.answers.get(key)
    if known is None or book.now_ms() - known.at_ms >= LIVES_MS:
        return None
    if (known.path, known.fields) != (path, written(said)):
        raise Refused("This idempotency key stands for another request", kind=IDEMPOTENCY)
    return known


def written(said: JsonObject) -> str:
    """Return what was asked as one text, the same in whatever order it was said."""
    return json.dumps(said, sort_keys=True)
