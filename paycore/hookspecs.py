"""The contract: every hook, and nothing else.

Hooks that talk are generator functions: they yield each `Call` and are sent its `Reply`.
A provider implements the hooks it can keep; `describe`, `open_account`, `charge` and `query`
are required.
"""

# mypy cannot know that a specification has no body to return from.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pluggy

from paycore.description import Description
from paycore.intents import (
    CaptureRequest,
    ChargeRequest,
    QueryRequest,
    RefundRequest,
    TokenizeRequest,
    VoidRequest,
)
from paycore.report import NotFound, Notification, Report, WebhookMessage
from paycore.wire.talk import Talk

hookspec = pluggy.HookspecMarker("paycore")
hookimpl = pluggy.HookimplMarker("paycore")


@hookspec(firstresult=True)
def describe() -> Description:
    """Say what this provider is, what it can do, and what its answers prove.

    Returns:
        The same every time, before any account is opened.
    """


@hookspec(firstresult=True)
def open_account(settings: Mapping[str, Any]) -> Any:
    """Turn one account's settings into the account that the other hooks are given.

    Args:
        settings: The account's own names, with `base_url`, `mode`, `notify_url` and `pci_dss`
            filled in; secrets come as `Secret`.

    Returns:
        Any immutable value; the core only hands it back.

    Raises:
        SettingsError: A name is unknown, missing or malformed; it is named, no value is quoted.
    """


@hookspec(firstresult=True)
def charge(account: Any, request: ChargeRequest) -> Talk[Report]:
    """Ask to be paid.

    Args:
        account: What `open_account` returned.
        request: One intent; its `reference` is what the provider is told, never used for another.
            Without its `capture` the money is only to be held.

    Yields:
        Each `Call` to carry; its answer is sent back.

    Returns:
        What the provider says; a status that nobody listed is `State.UNKNOWN`, and money that is
        held and not taken is `State.AUTHORIZED`.

    Raises:
        ProviderRefused: It answered, and provably nothing moved.
        OutcomeUnknown: It answered something else.
    """


@hookspec(firstresult=True)
def capture(account: Any, request: CaptureRequest) -> Talk[Report]:
    """Take what an authorized charge holds, in part or whole, once; the rest is given up.

    A provider that has this hook can be charged to hold only.

    Args:
        account: What `open_account` returned.
        request: How much of which charge.

    Yields:
        Each `Call` to carry.

    Returns:
        What the provider says of the capture, under the capture's own reference.

    Raises:
        ProviderRefused: It answered, and provably nothing was taken.
        OutcomeUnknown: It answered something else.
    """


@hookspec(firstresult=True)
def tokenize(account: Any, request: TokenizeRequest) -> Talk[Report]:
    """Store a payer's card at the provider.

    Args:
        account: What `open_account` returned; the token belongs to it.
        request: What to store, and how; its `reference` names the token.

    Yields:
        Each `Call` to carry.

    Returns:
        SUCCEEDED, or PENDING with the payer's next action; never card data.

    Raises:
        ProviderRefused: It answered, and provably nothing was stored.
        OutcomeUnknown: It answered something else.
    """


@hookspec(firstresult=True)
def refund(account: Any, request: RefundRequest) -> Talk[Report]:
    """Give money back, in part or whole, under a reference of its own.

    Args:
        account: What `open_account` returned.
        request: How much of which charge.

    Yields:
        Each `Call` to carry.

    Returns:
        What the provider says of the refund.

    Raises:
        ProviderRefused: It answered, and provably nothing moved.
        OutcomeUnknown: It answered something else.
    """


@hookspec(firstresult=True)
def void(account: Any, request: VoidRequest) -> Talk[Report]:
    """Cancel a whole charge before it settles; never turns into a refund by itself.

    A charge that is only authorized is released: the provider gives up what it holds.

    Args:
        account: What `open_account` returned.
        request: Which charge.

    Yields:
        Each `Call` to carry.

    Returns:
        What the provider says of the void.

    Raises:
        ProviderRefused: It answered, and provably nothing moved.
        OutcomeUnknown: It answered something else.
    """


@hookspec(firstresult=True)
def query(account: Any, request: QueryRequest) -> Talk[Report | NotFound]:
    """Ask what became of an operation; nothing may move by asking.

    A charge, a token, and every other kind that the provider has the hook for.

    Args:
        account: What `open_account` returned.
        request: What is asked about, by our reference and, where known, the provider's.

    Yields:
        Each `Call` to carry.

    Returns:
        What the provider says, or `NotFound`; what absence proves, `describe` says.

    Raises:
        OutcomeUnknown: It answered something else; nothing is concluded.
    """


@hookspec(firstresult=True)
def verify_webhook(account: Any, message: WebhookMessage) -> Notification:
    """Check a message, and only then read it.

    Args:
        account: What `open_account` returned.
        message: Raw bytes, as they came.

    Returns:
        What a genuine message reports; with `report=None` it is about nothing that paycore keeps,
        is acknowledged and left.

    Raises:
        WebhookRejected: Anything else, whatever the bytes; there is no third thing.
    """
