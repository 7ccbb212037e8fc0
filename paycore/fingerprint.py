"""What a key stands for: the same key with the same fingerprint is the same operation."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from paycore.methods import METHOD_NAMES, EmbeddedForm, HostedPage, Method, StoredToken, Wallet
from paycore.money import Money
from paycore.states import Kind

_CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def fingerprint(
    kind: Kind,
    owner: str,
    amount: Money | None,
    method: Method | None,
    account: str,
    *,
    capture: bool = True,
) -> str:
    """Return 64 hex digits over what an operation is: SHA-256 of a typed canonical form.

    Kind, reference, amount, currency, account, the method with its return address or token, and
    that the money is only to be held, where it is. Nothing that is secret, and nothing that only
    describes.
    """
    typed = {
        "kind": kind.value,
        "reference": owner,
        "amount_minor": amount.minor if amount is not None else None,
        "currency": amount.currency if amount is not None else None,
        "method": METHOD_NAMES[type(method)] if method else None,
        "where": _where(method),
        "account": account,
    }
    if not capture:
        typed["capture"] = False
    return hashlib.sha256(_CANONICAL.encode(typed).encode()).hexdigest()


def _where(method: Method | None) -> str | None:
    if isinstance(method, (HostedPage, EmbeddedForm)):
        return method.return_url
    if isinstance(method, StoredToken):
        return method.token
    return method.kind if isinstance(method, Wallet) else None
