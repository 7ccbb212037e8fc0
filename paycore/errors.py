"""Every error in one tree, with what it lets the caller assume.

PaycoreError
├── SettingsError        nothing runs: the settings are wrong, and the message says where
│   └── PluginRefused    nothing runs: a plugin breaks the contract, and is named
├── InvalidRequest       nothing left us: mend the call
├── NotSupported         nothing left us: this provider cannot do that
├── Conflict             nothing left us: another operation, or this key, stands in the way
├── NotSent              nothing that moves anything left us: the same key may try again
├── ProviderRefused      (plugins) the provider answered, and provably nothing moved
├── OutcomeUnknown       (plugins) anything else: money may have moved
├── WebhookRejected      (plugins) the message is not genuine, or not a message at all
└── LedgerError          the ledger could not keep its promise; nothing was sent
"""

from __future__ import annotations

from typing import ClassVar


class PaycoreError(Exception):
    """Whatever paycore raises on purpose.

    A message names the reference and the field, and never quotes a body, a key or a signature.
    """

    money_may_have_moved: ClassVar[bool] = False
    """Whether the caller must assume that the provider may have moved money."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field
        """The name of the offending field or setting, when one is to blame."""


class SettingsError(PaycoreError):
    """The settings cannot be used; nothing was started."""


class PluginRefused(SettingsError):
    """A plugin breaks the contract; it is named, and nothing was started."""


class InvalidRequest(PaycoreError):
    """The request was refused here: nothing was stored and nothing was sent."""


class NotSupported(PaycoreError):
    """The provider of this account cannot do that; nothing was sent."""


class Conflict(PaycoreError):
    """An earlier operation, or another use of this key, stands in the way; nothing was sent."""


class LedgerError(PaycoreError):
    """The ledger could not store what must be stored first; nothing was sent."""


class NotSent(PaycoreError):
    """Not one byte of a call that moves anything left us; the same key may try again."""


class ProviderRefused(PaycoreError):
    """The provider answered a refusal that surely moved nothing."""

    def __init__(self, message: str, *, provider_code: str = "", code: str = "refused") -> None:
        super().__init__(message)
        self.provider_code = provider_code
        """The provider's own word for the refusal."""
        self.code = code
        """The word for it in `paycore.DeclineCode`."""


class OutcomeUnknown(PaycoreError):
    """The request left us, and no answer came back that proves what happened."""

    money_may_have_moved = True


class WebhookRejected(PaycoreError):
    """The message is forged, altered, or not a message at all; nothing in it was believed."""

    def __init__(self, message: str, *, field: str | None = None, status: int = 400) -> None:
        super().__init__(message, field=field)
        self.status = status
        """The HTTP status to answer: 400 unparsable, 401 not genuine, 413 too large."""
