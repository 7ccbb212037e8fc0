"""What goes wrong, by weight."""

from __future__ import annotations

from random import Random

from paycore.testing.checker import CHECKS
from paycore.testing.weather import ASKING, CALM, EVERYTHING, HONEST, USUAL, WEATHERS, Fault


def test_every_fault_comes():
    """Whatever has a weight is drawn sooner or later."""
    rng = Random(0)
    sent = {EVERYTHING.sending(rng) for _ in range(2000)}
    asked = {USUAL.asking(rng) for _ in range(2000)}

    assert sent == set(Fault)
    assert asked == set(ASKING)


def test_calm_weather_is_calm():
    """Nothing goes wrong any more."""
    rng = Random(0)

    assert {CALM.sending(rng), CALM.asking(rng)} == {Fault.NONE}
    assert (CALM.crash, CALM.stall, CALM.busy) == (0, 0, 0)


def test_the_usual_weather_holds_no_lies():
    """What a provider says wrongly is for R47 only."""
    assert not {Fault.WRONG_AMOUNT, Fault.WRONG_REFERENCE} & set(HONEST)


def test_each_weather_is_for_a_promise():
    """One that is checked, or one of the two that promise everything."""
    assert set(WEATHERS) <= {*CHECKS, "r47", "r52"}
