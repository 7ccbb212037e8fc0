"""R35: each report leaves its evidence, and none is lost."""

from __future__ import annotations

from tests.promises.figures import broken


def test_no_evidence_is_lost():
    """As many pieces as there were reports."""
    story = broken("r35")

    assert not story, story
