"""Payments, with swappable providers: the public names.

Nothing runs on import, and nothing is loaded before it is named (docs/adr/0002): a program that
imports paycore and does not pay does not pay for it either.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paycore.aio.gateway import AsyncGateway as AsyncGateway
    from paycore.aio.opening import open_async_gateway as open_async_gateway
    from paycore.bootstrap import open_gateway as open_gateway
    from paycore.description import (
        API_VERSION as API_VERSION,
        Description as Description,
        Repeat as Repeat,
    )
    from paycore.errors import (
        Conflict as Conflict,
        InvalidRequest as InvalidRequest,
        LedgerError as LedgerError,
        NotSent as NotSent,
        NotSupported as NotSupported,
        OutcomeUnknown as OutcomeUnknown,
        PaycoreError as PaycoreError,
        PluginRefused as PluginRefused,
        ProviderRefused as ProviderRefused,
        SettingsError as SettingsError,
        WebhookRejected as WebhookRejected,
    )
    from paycore.events import Event as Event, EventType as EventType
    from paycore.gateway import Gateway as Gateway
    from paycore.hookspecs import hookimpl as hookimpl
    from paycore.intents import (
        CaptureRequest as CaptureRequest,
        ChargeRequest as ChargeRequest,
        Payer as Payer,
        QueryRequest as QueryRequest,
        RefundRequest as RefundRequest,
        TokenizeRequest as TokenizeRequest,
        VoidRequest as VoidRequest,
    )
    from paycore.listeners import listener as listener
    from paycore.methods import (
        CardData as CardData,
        EmbeddedForm as EmbeddedForm,
        HostedPage as HostedPage,
        Method as Method,
        MountForm as MountForm,
        NextAction as NextAction,
        Redirect as Redirect,
        ShowQr as ShowQr,
        StoredToken as StoredToken,
        Wait as Wait,
        Wallet as Wallet,
    )
    from paycore.money import Money as Money
    from paycore.operation import Operation as Operation
    from paycore.payment import Payment as Payment, PaymentStatus as PaymentStatus
    from paycore.report import (
        Answer as Answer,
        Decline as Decline,
        DeclineCode as DeclineCode,
        Instrument as Instrument,
        NotFound as NotFound,
        Notification as Notification,
        Report as Report,
        WebhookMessage as WebhookMessage,
    )
    from paycore.results import Refund as Refund, Token as Token, Void as Void
    from paycore.secret import Secret as Secret
    from paycore.states import Kind as Kind, State as State
    from paycore.wire.messages import dump as dump, load as load, scrubbed as scrubbed
    from paycore.wire.strict import JsonObject as JsonObject, parse_json as parse_json
    from paycore.wire.talk import Call as Call, Reply as Reply, Talk as Talk

_HOMES = {
    "paycore.aio.gateway": "AsyncGateway",
    "paycore.aio.opening": "open_async_gateway",
    "paycore.bootstrap": "open_gateway",
    "paycore.description": "API_VERSION Description Repeat",
    "paycore.errors": (
        "Conflict InvalidRequest LedgerError NotSent NotSupported OutcomeUnknown "
        "PaycoreError PluginRefused ProviderRefused SettingsError WebhookRejected"
    ),
    "paycore.events": "Event EventType",
    "paycore.gateway": "Gateway",
    "paycore.hookspecs": "hookimpl",
    "paycore.intents": (
        "CaptureRequest ChargeRequest Payer QueryRequest RefundRequest TokenizeRequest VoidRequest"
    ),
    "paycore.listeners": "listener",
    "paycore.methods": (
        "CardData EmbeddedForm HostedPage Method MountForm NextAction Redirect ShowQr "
        "StoredToken Wait Wallet"
    ),
    "paycore.money": "Money",
    "paycore.operation": "Operation",
    "paycore.payment": "Payment PaymentStatus",
    "paycore.report": (
        "Answer Decline DeclineCode Instrument NotFound Notification Report WebhookMessage"
    ),
    "paycore.results": "Refund Token Void",
    "paycore.secret": "Secret",
    "paycore.states": "Kind State",
    "paycore.wire.messages": "dump load scrubbed",
    "paycore.wire.strict": "JsonObject parse_json",
    "paycore.wire.talk": "Call Reply Talk",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = sorted(_HOME)  # noqa: PLE0605

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load a public name from its module when it is first asked for."""
        if name not in _HOME:
            raise AttributeError(f"module 'paycore' has no attribute {name!r}")
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return [*globals(), *__all__]
