"""Ids by their seed, for a while."""

from __future__ import annotations

import uuid

from paycore.testing.numbered import numbered


def drawn(seed):
    """Return three ids."""
    with numbered(seed):
        return [uuid.uuid4() for _ in range(3)]


def test_a_seed_gives_the_same_ids():
    """All different, and real ones; other seeds give others."""
    assert drawn(1) == drawn(1)
    assert len({*drawn(1), *drawn(2)}) == 6
    assert {each.version for each in drawn(1)} == {4}


def test_afterwards_ids_are_unguessable_again():
    """Whatever happened meanwhile."""
    before = uuid.uuid4
    try:
        with numbered(1):
            raise KeyError
    except KeyError:
        pass

    assert uuid.uuid4 is before
