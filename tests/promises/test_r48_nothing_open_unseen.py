"""R48: no timer decides, and what is open is asked about again, for a month."""

from __future__ import annotations

from tests.promises.figures import broken


def test_nothing_open_is_forgotten():
    """The provider is silent for thirty days."""
    story = broken("r48")

    assert not story, story


def test_no_timer_makes_a_failure_of_it():
    """However long the provider says nothing."""
    story = broken("r04")

    assert not story, story
