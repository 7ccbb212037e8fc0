"""The payer's browser comes back: a nonce says whose, and nothing else is believed."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

from paycore.methods import EmbeddedForm, HostedPage, Method
from paycore.operation import Operation
from paycore.states import Kind
from paycore.verbs.ask import HINT_GAP_S, ask
from paycore.wiring import Wiring

PARAMETER = "paycore"
"""The name under which the nonce stands in the return address."""


def new_nonce(method: Method) -> str:
    """Return a nonce nobody can guess, for methods that send the payer away and back."""
    if not isinstance(method, (HostedPage, EmbeddedForm)):
        return ""
    import secrets

    return secrets.token_urlsafe(16)


def with_nonce(method: Method, nonce: str) -> Method:
    """Return the method with the nonce in its return address; query and fragment are kept."""
    if not isinstance(method, (HostedPage, EmbeddedForm)):
        return method
    parts = urlsplit(method.return_url)
    query = f"{parts.query}&{PARAMETER}={nonce}" if parts.query else f"{PARAMETER}={nonce}"
    return replace(method, return_url=urlunsplit(parts._replace(query=query)))


def returned(wiring: Wiring, nonce: str) -> Operation | None:
    """Return the operation whose payer came back, asked about at most once in 30 s."""
    if not isinstance(nonce, str) or not 16 <= len(nonce) <= 64:
        return None
    operation = wiring.ledger.by_nonce(nonce)
    if operation is None:
        return None
    settled = not operation.state.is_open
    return operation if settled else ask(wiring, operation, not_within_s=HINT_GAP_S)


def is_token(operation: Operation) -> bool:
    """Return whether the payer came back from storing a card."""
    return operation.kind is Kind.TOKEN
