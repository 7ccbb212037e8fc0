"""The simulator's addresses, described for programs: what `/_simulator/openapi.json` says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from paycore.wire.strict import JsonObject
from paycore_iotpay.simulator.faults import ENDPOINTS, FORM_PATHS, KINDS, MERCHANT_ENDPOINTS
from paycore_iotpay.simulator.members import REQUIRED, SHAPES

_TEXT: Final = {"type": "string"}


@dataclass(frozen=True)
class Act:
    """One address of the control interface."""

    method: str
    summary: str
    answers: tuple[str, ...]
    """The names in its answer."""
    body: Mapping[str, JsonObject] = field(default_factory=dict)
    """The members it takes, each with its JSON schema."""
    optional: tuple[str, ...] = ()


CONTROL: Final = {
    "effects": Act("GET", "What really moved, in order", ("effects",)),
    "requests": Act("GET", "What was asked, in order, scrubbed", ("requests",)),
    "faults": Act(
        "POST",
        "Let the next calls meet a fault",
        ("kind", "endpoint", "times"),
        {
            "kind": {**_TEXT, "enum": list(KINDS)},
            "endpoint": {**_TEXT, "enum": ["", *ENDPOINTS]},
            "times": {"type": "integer", "minimum": 1},
        },
        ("endpoint", "times"),
    ),
    "clock": Act(
        "POST",
        "Move the clock on",
        ("now",),
        {"advance_s": {"type": "number", "minimum": 0, "maximum": 10**9}},
    ),
    "cards": Act(
        "POST",
        "Bind a card to a cardId, as if a payer had stored it",
        ("card_id", "card_number"),
        {"card_id": _TEXT, "card_number": _TEXT},
    ),
    "pay": Act(
        "POST",
        "Play the payer on a hosted page or form",
        ("location",),
        {
            "secure_id": _TEXT,
            "outcome": {**_TEXT, "enum": ["success", "decline", "abandon"]},
            "card_number": _TEXT,
        },
        ("outcome", "card_number"),
    ),
    "notify": Act("POST", "Send a notification again", ("acknowledged",), {"pay_order_id": _TEXT}),
    "reset": Act("POST", "Forget everything, faults included", ()),
    "openapi.json": Act("GET", "This description", ("openapi", "info", "paths")),
}


def document() -> JsonObject:
    """Return the OpenAPI 3.1 description of every address."""
    paths = {f"/v3/{name}": {"post": _call(name)} for name in MERCHANT_ENDPOINTS}
    paths |= {path: {"post": _call(name), "options": _CORS} for name, path in FORM_PATHS.items()}
    paths |= {f"/cc/{mode}": {"get": _page("get"), "post": _page("post")} for mode in _PAGES}
    paths |= {f"/cc/{name}": {"get": _answered(what)} for name, what in _ASSETS.items()}
    paths |= {f"/_simulator/{n}": {act.method.lower(): _act(act)} for n, act in CONTROL.items()}
    info = {"title": "IOTPay, simulated", "version": "1", "summary": "No money moves here."}
    return {"openapi": "3.1.0", "info": info, "paths": paths}


_PAGES: Final = ("purchase", "addcard")
_ASSETS: Final = {
    "iotpaycc.js": "The stand-in for IOTPay's script: a global function Iotpay",
    "simulator.css": "How the hosted page looks",
}


def _answered(summary: str, body: JsonObject | None = None) -> JsonObject:
    asked = {"requestBody": body} if body else {}
    return {"summary": summary, **asked, "responses": {"200": {"description": "The answer"}}}


_CORS: Final = _answered("Whether a page of another origin may call it: any may")


def _call(name: str) -> JsonObject:
    signed = ("sign",) if name in MERCHANT_ENDPOINTS else ()
    required = (*REQUIRED[name], *signed)
    shapes = {
        n: {"type": ["string", "integer"], "pattern": f"^(?:{SHAPES[n]})$"} for n in REQUIRED[name]
    }
    body = _json(_object({**shapes, **dict.fromkeys(signed, _TEXT)}, required))
    return _answered("A call of the merchant's" if signed else "A call of the form's", body)


def _page(method: str) -> JsonObject:
    key = {"name": "key", "in": "query", "required": True, "schema": _TEXT}
    names = ("cardNum", "holder", "expiryDate", "cvv")
    form = {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": _object(dict.fromkeys(names, _TEXT), names)
            }
        }
    }
    said = _answered("The hosted page, filled in" if method == "post" else "The hosted page")
    return {**said, "parameters": [key], **({"requestBody": form} if method == "post" else {})}


def _act(act: Act) -> JsonObject:
    required = [name for name in act.body if name not in act.optional]
    body = _json({**_object(act.body, required), "additionalProperties": False})
    return _answered(act.summary, body if act.body else None)


def _object(properties: Mapping[str, JsonObject], required: Iterable[str]) -> JsonObject:
    return {"type": "object", "properties": dict(properties), "required": list(required)}


def _json(schema: JsonObject) -> JsonObject:
    return {"required": True, "content": {"application/json": {"schema": schema}}}
