"""What the simulated Stripe remembers: its own objects as they go over the wire, and the rest.

A member whose name begins with `_` is ours: it is kept with the object, and never said.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from paycore.simulators import Effect
from paycore.wire.strict import JsonObject


def public(thing: JsonObject) -> JsonObject:
    """Return an object without the members that are never said."""
    return {name: value for name, value in thing.items() if not name.startswith("_")}


@dataclass(frozen=True)
class Post:
    """One event that an endpoint has still to acknowledge."""

    event: str
    url: str
    due_ms: int
    tries: int = 0
    held: bool = False
    """Waits for the next one to overtake it."""


@dataclass(frozen=True)
class Kept:
    """The answer that an idempotency key stands for."""

    path: str
    fields: str
    """What was asked, as one text."""
    status: int
    body: JsonObject
    at_ms: int
    request: str


@dataclass
class Records:
    """All that outlives a restart."""

    offset_ms: int = 0
    things: dict[str, JsonObject] = field(default_factory=dict)
    """Every object by its id, oldest first; none is ever changed in place."""
    effects: list[Effect] = field(default_factory=list)
    events: dict[str, JsonObject] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    answers: dict[str, Kept] = field(default_factory=dict)
    endpoints: list[str] = field(default_factory=list)
    """Where events go."""
