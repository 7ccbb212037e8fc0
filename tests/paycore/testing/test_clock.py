"""True time only grows; the wall clock may lie."""

from __future__ import annotations

from datetime import timedelta

from paycore.testing.clock import START, VirtualClock


def test_it_stands_until_it_is_moved():
    """Two looks, one time."""
    clock = VirtualClock()

    assert clock() == clock() == START


def test_time_goes_on_and_never_back():
    """A negative wait is none."""
    clock = VirtualClock()
    clock.advance(90)
    clock.advance(-60)

    assert (clock.elapsed, clock()) == (90, START + timedelta(seconds=90))


def test_a_step_moves_the_wall_clock_only():
    """Back as well as ahead."""
    clock = VirtualClock()
    clock.advance(10)
    clock.step(-86_400)

    assert (clock.elapsed, clock()) == (10, START + timedelta(seconds=10 - 86_400))
