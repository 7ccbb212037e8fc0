"""Our values as JSON would have them: for the command line, exports and people's own APIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from math import isfinite
from typing import Any, Final

from paycore.methods import Method, MountForm, NextAction, Redirect, ShowQr, Wait
from paycore.money import Money
from paycore.payment import Payment
from paycore.secret import MASK, Secret

_ACTIONS: Final[Mapping[type[NextAction], str]] = {
    Redirect: "redirect",
    MountForm: "mount_form",
    ShowQr: "show_qr",
    Wait: "wait",
}
_COMPUTED: Final = ("status", "paid", "refunded", "refundable", "account", "next_action")
_MORE: Final = ("instrument", "decline", "review")
_INTERNAL: Final = frozenset({"fingerprint", "nonce", "fence", "lease_until"})


def plain(value: Any) -> Any:
    """Return `value` as dicts, lists, texts and numbers, ready for `json.dumps`.

    Fields in snake_case, money as `{"amount_minor", "currency"}`, enums in lower snake case,
    times in ISO 8601 UTC; what is internal or secret is left out or masked.
    """
    if value is None or type(value) is str or isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else str(value)  # JSON has no word for the others
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str):
        return value
    if isinstance(value, Money):
        return {"amount_minor": value.minor, "currency": value.currency}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if is_dataclass(value):
        return _fields(value)
    return str(value)


def _fields(value: Any) -> dict[str, Any]:
    told = [f for f in fields(value) if f.name not in _INTERNAL]
    if isinstance(value, Method):  # what a payer pays with: only what its repr shows, too
        return {f.name: plain(getattr(value, f.name)) if f.repr else MASK for f in told}
    shown = {f.name: plain(getattr(value, f.name)) for f in told}
    if type(value) in _ACTIONS:
        return {"type": _ACTIONS[type(value)], **shown}
    if isinstance(value, Payment):
        operations = shown.pop("operations")
        computed = {name: plain(getattr(value, name)) for name in _COMPUTED + _MORE}
        return {**shown, **computed, "operations": operations}
    return shown
