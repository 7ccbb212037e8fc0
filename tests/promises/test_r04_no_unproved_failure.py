"""R4: what is not proved is UNKNOWN: never a failure, and never sent again by itself."""

from __future__ import annotations

from tests.promises.figures import broken


def test_nothing_fails_without_proof():
    """A failure is what the provider said, what never left, or what cannot be otherwise."""
    story = broken("r04")

    assert not story, story
