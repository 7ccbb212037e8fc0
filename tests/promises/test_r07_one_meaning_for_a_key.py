"""R7: a key stands for one content; other content is refused."""

from __future__ import annotations

from tests.promises.figures import broken


def test_no_key_stands_for_two_things():
    """Callers use the same few keys for different things."""
    story = broken("r07")

    assert not story, story
