"""What the demo's tests share."""

from __future__ import annotations

import pytest

from tests.paycore.demo.toy_shop import install_toy

collect_ignore = ["toy"]  # a package of its own, installed by the fixture


@pytest.fixture
def toy(monkeypatch):
    """Install the toy provider, and return the module of its simulator."""
    return install_toy(monkeypatch)


@pytest.fixture
def told(toy):
    """Return a function that plays a provider, and gives each step and the books."""
    from paycore.demo.books import Books
    from paycore.demo.casting import cast
    from paycore.demo.play import Told, play

    def played(provider="toy"):
        events = list(play(cast(provider)))
        steps = {event.step: event for event in events if isinstance(event, Told)}
        return steps, next(event for event in events if isinstance(event, Books))

    return played
