"""The records as one JSON file, whole after every change or as it was before."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from paycore.simulators import Effect
from paycore_stripe.simulator.records import Kept, Post, Records

FORMAT: Final = "paycore-stripe-simulator-1"


def save(records: Records, path: Path) -> None:
    """Write `records` to `path`: to a new file first, which then takes the old one's place."""
    text = json.dumps({"format": FORMAT, **asdict(records)}, indent=1)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, path)


def load(path: Path) -> Records:
    """Return what `path` holds; new records where there is no such file.

    Raises:
        ValueError: the file is not a simulator's.
    """
    if not path.exists():
        return Records()
    try:
        return _records(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ValueError(f"state: {path} is not a state file of this simulator") from None


def _records(said: dict[str, Any]) -> Records:
    if said.pop("format") != FORMAT:
        raise ValueError("another format")
    return Records(
        offset_ms=said["offset_ms"],
        things=dict(said["things"]),
        effects=[Effect(**effect) for effect in said["effects"]],
        events=dict(said["events"]),
        posts=[Post(**post) for post in said["posts"]],
        answers={key: Kept(**kept) for key, kept in said["answers"].items()},
        endpoints=list(said["endpoints"]),
    )
