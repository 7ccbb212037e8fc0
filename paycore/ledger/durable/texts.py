"""Values that have no column of their own, as JSON text; read back equal.

ASCII only, every odd character escaped: what came over the wire fits into any database.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from paycore.methods import MountForm, NextAction, Redirect, ShowQr, Wait
from paycore.money import Money
from paycore.report import Decline, DeclineCode, Instrument, Notification, Report
from paycore.states import Kind, State

ACTIONS: Final[Mapping[str, type[NextAction]]] = {
    "redirect": Redirect,
    "mount_form": MountForm,
    "show_qr": ShowQr,
    "wait": Wait,
}
_UNTOLD: Final = ("", None)


def text_of(value: object) -> str:
    """Return JSON text; empty for None."""
    return "" if value is None else json.dumps(value, separators=(",", ":"))


def evidence_text(fields_: Mapping[str, object]) -> str:
    """Return evidence as text; what JSON cannot say is told as text, and never stops a report."""
    try:
        return json.dumps(dict(fields_), separators=(",", ":"), default=str)
    except (TypeError, ValueError, RecursionError):
        return text_of({"not_kept": "it cannot be written as JSON"})


def value_of(text: str) -> Any:
    """Return what `text_of` wrote."""
    return json.loads(text) if text else None


def action_text(action: NextAction | None) -> str:
    """Return what the payer has to do, as text."""
    return text_of(_action_plain(action))


def action_of(text: str) -> NextAction | None:
    """Return what the payer has to do."""
    return _action_made(value_of(text))


def instrument_text(instrument: Instrument | None) -> str:
    """Return a masked instrument, as text."""
    return text_of(_plain(instrument))


def instrument_of(text: str) -> Instrument | None:
    """Return a masked instrument."""
    plain = value_of(text)
    return None if plain is None else Instrument(**plain)


def decline_text(decline: Decline | None) -> str:
    """Return a refusal, as text."""
    return text_of(_plain(decline))


def decline_of(text: str) -> Decline | None:
    """Return a refusal."""
    return _decline_made(value_of(text))


def notification_text(told: Notification) -> str:
    """Return a message as text: what it reports and how it is acknowledged."""
    report = told.said
    plain = {name: value for name in _TEXTS if (value := getattr(report, name)) not in _UNTOLD}
    plain |= {"state": report.state.value, "raw": value_of(evidence_text(report.raw))}
    parts = {
        "amount": _plain(report.amount),
        "refundable": _plain(report.refundable),
        "kind": report.kind.value if report.kind else None,
        "next_action": _action_plain(report.next_action),
        "instrument": _plain(report.instrument),
        "decline": _plain(report.decline),
    }
    return text_of(
        {
            "report": plain | {name: part for name, part in parts.items() if part is not None},
            "acknowledgement": base64.b64encode(told.acknowledgement).decode(),
            "content_type": told.content_type,
            "event_id": told.event_id,
        }
    )


def notification_of(text: str) -> Notification:
    """Return a message as it came."""
    plain = value_of(text)
    told = plain["report"]
    kind = told.get("kind")
    report = Report(
        reference=told.get("reference"),
        state=State(told["state"]),
        amount=_made(Money, told.get("amount")),
        kind=Kind(kind) if kind else None,
        next_action=_action_made(told.get("next_action")),
        instrument=_made(Instrument, told.get("instrument")),
        decline=_decline_made(told.get("decline")),
        refundable=_made(Money, told.get("refundable")),
        raw=told["raw"],
        **{name: told.get(name, "") for name in _TEXTS[1:]},
    )
    acknowledgement = base64.b64decode(plain["acknowledgement"])
    return Notification(report, acknowledgement, plain["content_type"], plain["event_id"])


_TEXTS: Final = ("reference", "provider_reference", "charge_provider_reference", "token")


def _plain(value: Any) -> dict[str, Any] | None:
    """Return the fields of a value; an enum is its word, which JSON writes by itself."""
    return (
        None if value is None else {each.name: getattr(value, each.name) for each in fields(value)}
    )


def _made(shape: Any, plain: Any) -> Any:
    return None if plain is None else shape(**plain)


def _decline_made(plain: Any) -> Decline | None:
    return None if plain is None else Decline(DeclineCode(plain["code"]), plain["provider_code"])


def _action_plain(action: NextAction | None) -> list[Any] | None:
    if action is None:
        return None
    name = next(name for name, shape in ACTIONS.items() if isinstance(action, shape))
    return [name, {each.name: getattr(action, each.name) for each in fields(ACTIONS[name])}]


def _action_made(plain: Any) -> NextAction | None:
    return None if plain is None else ACTIONS[plain[0]](**plain[1])
