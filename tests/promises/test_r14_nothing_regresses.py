"""R14: a last word stands, in whatever order the news comes."""

from __future__ import annotations

from tests.promises.figures import broken


def test_no_last_word_is_taken_back():
    """Old messages arrive long after newer ones."""
    story = broken("r14")

    assert not story, story
