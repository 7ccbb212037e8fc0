"""The records as one JSON file, whole after every change or as it was before."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from paycore.simulators import Effect
from paycore_iotpay.simulator.records import Card, Delivery, Order, Records, Session

FORMAT: Final = "paycore-iotpay-simulator-1"


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
        orders={name: _order(order) for name, order in said["orders"].items()},
        sessions={name: Session(**session) for name, session in said["sessions"].items()},
        cards={name: Card(**card) for name, card in said["cards"].items()},
        effects=[Effect(**effect) for effect in said["effects"]],
        deliveries=[Delivery(**delivery) for delivery in said["deliveries"]],
    )


def _order(said: dict[str, Any]) -> Order:
    card = said.pop("card")
    return Order(**said, card=None if card is None else Card(**card))
