"""Ids that are the same in every run of a seed: what is sorted by them would differ otherwise."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random


@contextmanager
def numbered(seed: int) -> Iterator[None]:
    """Let `uuid.uuid4` draw from a seed meanwhile, for the whole process."""
    rng, before = Random(seed), uuid.uuid4  # noqa: S311 - chance that can be repeated is the point
    uuid.uuid4 = lambda: uuid.UUID(int=rng.getrandbits(128), version=4)
    try:
        yield
    finally:
        uuid.uuid4 = before
