"""R8: a key is never forgotten."""

from __future__ import annotations

from tests.promises.figures import broken


def test_no_key_is_forgotten():
    """Days later it still names the same operation, and no other."""
    story = broken("r08")

    assert not story, story
