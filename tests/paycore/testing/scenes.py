"""A calm scene for tests of the rig itself, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paycore.testing.checks.ending import Ending
from paycore.testing.history import History, Stamp
from paycore.testing.scene import Scene
from paycore.testing.simulation import Simulation
from paycore.testing.weather import CALM, Weather
from paycore.testing.world import Cause, Effect


def scene(weather: Weather = CALM, seed: int = 0) -> Scene:
    """Return a scene in which nobody acts."""
    return Simulation(seed, weather=weather).scene


def fact(what: str, mark: str = "info", at_s: float = 0.0, **facts: Any) -> Mapping[str, Any]:
    """Return one thing that happened, as `ending` takes it."""
    return {"mark": mark, "what": what, "at_s": at_s, **facts}


def moved(state: str, was: str = "submitting", **facts: Any) -> Mapping[str, Any]:
    """Return that a report was recorded of a charge, unless told otherwise."""
    usual = {"kind": "charge", "key": "k", "owner": "o", "account": "weak", "reference": "o"}
    usual |= {"minor": 1500, "of": "", "review": "", "method": "stored_token", "stale": False}
    usual |= {"age_s": 1.0, "planned_s": 14.0}
    return fact("recorded", **{**usual, "was": was, "state": state, **facts})


def reserved(**facts: Any) -> Mapping[str, Any]:
    """Return that an operation was reserved."""
    return {**moved("submitting", "", **facts), "what": "reserved"}


def effect(kind: str = "charge", reference: str = "o", minor: int = 1500, **more: Any) -> Effect:
    """Return what moved; by a caller's first wish under key `k`, unless told otherwise."""
    usual = {"of": "", "cause": Cause(1, kind, "k", "o"), "at_s": 0.0, "account": "weak"}
    return Effect(kind=kind, reference=reference, minor=minor, **{**usual, **more})


def ending(*facts: Mapping[str, Any], **more: Any) -> Ending:
    """Return a run in which these things happened."""
    stamps: list[Stamp] = []
    history = History(lambda: stamps[-1])
    for each in facts:
        given = dict(each)
        stamps.append(Stamp(len(stamps), given.pop("at_s"), "somebody"))
        history.add(given.pop("mark"), given.pop("what"), **given)
    return Ending(history, **more)
