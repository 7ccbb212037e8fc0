"""The control interface under /_simulator/: JSON in, JSON out, for loopback peers only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from ipaddress import ip_address
from typing import Any, Final

from werkzeug.wrappers import Request, Response

from paycore.errors import InvalidRequest
from paycore.wire.strict import JsonObject, parse_json
from paycore_iotpay.simulator import openapi
from paycore_iotpay.simulator.desk import Desk, UnknownError

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
}


def respond(desk: Desk, name: str, request: Request) -> Response:
    """Do what the control interface is asked; an error is a JSON object with one name, `error`."""
    if not ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104
        return _json({"error": "only for loopback peers"}, 403)
    try:
        said = read(openapi.CONTROL[name], request.get_data())
        return _json(_ACTS[name](desk, said), 200)
    except UnknownError as error:
        return _json({"error": str(error)}, 404)
    except (ValueError, InvalidRequest) as error:
        return _json({"error": str(error)}, 400)


def read(act: openapi.Act, raw: bytes) -> JsonObject:
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
        wanted = act.body[name]["type"]
        if name in said and type(said[name]) not in _TYPES[wanted]:
            raise InvalidRequest(f"{name}: want a {wanted}")
    return said


def _effects(desk: Desk, said: JsonObject) -> JsonObject:
    return {"effects": [asdict(effect) for effect in desk.effects()]}


def _requests(desk: Desk, said: JsonObject) -> JsonObject:
    return {"requests": list(desk.requests())}


def _faults(desk: Desk, said: JsonObject) -> JsonObject:
    desk.fault(**said)
    return {
        "kind": said["kind"],
        "endpoint": said.get("endpoint", ""),
        "times": said.get("times", 1),
    }


def _clock(desk: Desk, said: JsonObject) -> JsonObject:
    return {"now": desk.advance(said["advance_s"])}


def _cards(desk: Desk, said: JsonObject) -> JsonObject:
    return {"card_id": said["card_id"], "card_number": desk.store_card(**said)}


def _pay(desk: Desk, said: JsonObject) -> JsonObject:
    return {"location": desk.pay(**said)}


def _notify(desk: Desk, said: JsonObject) -> JsonObject:
    return {"acknowledged": desk.notify(said["pay_order_id"])}


def _reset(desk: Desk, said: JsonObject) -> JsonObject:
    desk.book.reset()
    return {}


def _openapi(desk: Desk, said: JsonObject) -> JsonObject:
    return openapi.document()


_ACTS: Final[Mapping[str, Callable[[Desk, JsonObject], JsonObject]]] = {
    "effects": _effects,
    "requests": _requests,
    "faults": _faults,
    "clock": _clock,
    "cards": _cards,
    "pay": _pay,
    "notify": _notify,
    "reset": _reset,
    "openapi.json": _openapi,
}


def _json(said: Mapping[str, Any], status: int) -> Response:
    return Response(json.dumps(said), status, content_type="application/json")
