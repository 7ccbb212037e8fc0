"""The control interface under /_simulator/: JSON in, JSON out, for loopback peers only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from ipaddress import ip_address
from typing import Any, Final

from paycore.errors import InvalidRequest
from paycore.serving import Asked, Said
from paycore.wire.strict import JsonObject, parse_json
from paycore_stripe.simulator.desk import Desk, UnknownError

PREFIX: Final = "/_simulator/"
_TYPES: Final = {"string": (str,), "integer": (int,), "number": (int, float)}


@dataclass(frozen=True)
class Act:
    """One address of the control interface."""

    method: str
    do: Callable[[Desk, JsonObject], JsonObject]
    body: Mapping[str, str] = field(default_factory=dict)
    """The members it takes, each with its type."""
    optional: tuple[str, ...] = ()


def respond(desk: Desk, asked: Asked) -> Said:
    """Do what the control interface is asked; an error is a JSON object with one name, `error`."""
    act = ACTS.get(asked.path.removeprefix(PREFIX))
    if not ip_address(asked.peer).is_loopback:
        return _json({"error": "only for loopback peers"}, 403)
    if act is None:
        return _json({"error": f"no such address: {asked.path}"}, 404)
    if act.method != asked.method:
        return _json({"error": f"want {act.method}"}, 405)
    try:
        return _json(act.do(desk, read(act, asked.body)), 200)
    except UnknownError as error:
        return _json({"error": str(error)}, 404)
    except (ValueError, InvalidRequest) as error:
        return _json({"error": str(error)}, 400)


def read(act: Act, raw: bytes) -> JsonObject:
    """Return the members of a control body; those that may be left out are left out.

    Raises:
        InvalidRequest: it is no JSON object, or a member is missing, unknown or of another type.
    """
    said = parse_json(raw or b"{}", otherwise=InvalidRequest)
    for name in said.keys() | act.body.keys():
        if name not in act.body:
            raise InvalidRequest(f"{name}: no such member")
        if name not in said and name not in act.optional:
            raise InvalidRequest(f"{name}: missing")
        if name in said and type(said[name]) not in _TYPES[act.body[name]]:
            raise InvalidRequest(f"{name}: want a {act.body[name]}")
    return said


def _effects(desk: Desk, said: JsonObject) -> JsonObject:
    return {"effects": [asdict(effect) for effect in desk.effects()]}


def _requests(desk: Desk, said: JsonObject) -> JsonObject:
    return {"requests": list(desk.requests())}


def _faults(desk: Desk, said: JsonObject) -> JsonObject:
    desk.fault(**said)
    return {"endpoint": "", "times": 1, **said}


def _clock(desk: Desk, said: JsonObject) -> JsonObject:
    return {"now": desk.advance(said["advance_s"])}


def _pay(desk: Desk, said: JsonObject) -> JsonObject:
    return {"location": desk.pay(**said)}


def _endpoints(desk: Desk, said: JsonObject) -> JsonObject:
    return {"url": desk.listen(said["url"])}


def _notify(desk: Desk, said: JsonObject) -> JsonObject:
    return {"acknowledged": desk.notify(said["name"])}


def _reset(desk: Desk, said: JsonObject) -> JsonObject:
    desk.book.reset()
    return {}


ACTS: Final[Mapping[str, Act]] = {
    "effects": Act("GET", _effects),
    "requests": Act("GET", _requests),
    "faults": Act(
        "POST",
        _faults,
        {"kind": "string", "endpoint": "string", "times": "integer"},
        ("endpoint", "times"),
    ),
    "clock": Act("POST", _clock, {"advance_s": "number"}),
    "pay": Act(
        "POST",
        _pay,
        {"key": "string", "outcome": "string", "card_number": "string"},
        ("outcome", "card_number"),
    ),
    "endpoints": Act("POST", _endpoints, {"url": "string"}),
    "notify": Act("POST", _notify, {"name": "string"}),
    "reset": Act("POST", _reset),
}
"""What each address does."""


def _json(said: Mapping[str, Any], status: int) -> Said:
    return Said(status, json.dumps(said).encode(), {"Content-Type": "application/json"})
