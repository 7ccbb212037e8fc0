"""What happened, in order, a line each."""

from __future__ import annotations

from paycore.testing.history import History, Stamp


def test_it_tells_when_who_and_what():
    """In the order in which it happened."""
    history = History(lambda: Stamp(3, 1.5, "caller 1"))
    history.add("invoke", "asked", key="k")
    history.add("ok", "answered")
    first, second = str(history).splitlines()

    assert first.split() == ["3", "1.5s", "caller", "1", "invoke", "asked", "key=k"]
    assert second.endswith("ok     answered")


def test_it_finds_what_was_told():
    """By name."""
    history = History(lambda: Stamp(0, 0.0, "-"))
    history.add("info", "a")
    history.add("info", "b")

    assert [event.what for event in history.told("b")] == ["b"]
