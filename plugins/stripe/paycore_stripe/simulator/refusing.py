"""How a request is refused: Stripe's error object, in words of our own."""

from __future__ import annotations

from typing import Any

from paycore.wire.strict import JsonObject
from paycore_stripe.simulator.records import public

INVALID = "invalid_request_error"
IDEMPOTENCY = "idempotency_error"


class Refused(Exception):
    """The request is refused with this error, and nothing has happened."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = INVALID,
        code: str = "",
        param: str = "",
        remembered: bool = True,
        thing: JsonObject | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.remembered = remembered
        """Whether the refusal is kept under the request's idempotency key."""
        whole = {} if thing is None else {thing["object"]: public(thing)}
        self.body = error_body(message, kind, code, param=param, **whole)


def error_body(message: str, kind: str, code: str = "", **more: Any) -> JsonObject:
    """Return an error as it goes over the wire; members that say nothing are left out."""
    said = {"type": kind, "code": code, "message": message, **more}
    return {"error": {name: value for name, value in said.items() if value}}


def missing(kind: str, name: str, param: str = "id") -> Refused:
    """Return the refusal of a thing that is not there."""
    return Refused(
        f"No such {kind}: {name}",
        status=404 if param == "id" else 400,
        code="resource_missing",
        param=param,
    )


def wrong_state(thing: JsonObject) -> Refused:
    """Return the refusal of what a thing of this status does not allow; it is told whole."""
    kind, status = thing["object"], thing["status"]
    return Refused(
        f"A {kind.replace('_', ' ')} with status {status} does not allow this",
        code=f"{kind}_unexpected_state",
        thing=thing,
    )


def wrong(param: str, why: str, code: str = "") -> Refused:
    """Return the refusal of a parameter; such a one is not kept under an idempotency key."""
    return Refused(f"{param}: {why}", code=code, param=param, remembered=False)
