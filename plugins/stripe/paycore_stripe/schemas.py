"""Stripe's words: the members that we read, how things stand, and why they were refused."""

from __future__ import annotations

from typing import Final

from marshmallow import fields
from marshmallow.validate import Regexp

from paycore import DeclineCode, Kind, State
from paycore.wire import fields as wire

_ID: Final = Regexp(r"[A-Za-z0-9_]{1,255}\Z")
_TEXTS: Final = ("status", "payment_status", "currency", "failure_reason")
_AMOUNTS: Final = ("amount", "amount_capturable", "amount_received", "amount_total")
_THINGS: Final = ("payment_intent", "setup_intent", "latest_charge", "customer", "payment_method")
_EVIDENCE: Final = ("created", "cancellation_reason", "livemode")


class Thing(wire.Heard):
    """A payment, a page, a refund, or a card to store: all that we ever hear of."""

    class Meta(wire.Heard.Meta):
        include = (
            dict.fromkeys(_TEXTS, fields.String(load_default=""))
            | dict.fromkeys(_AMOUNTS, wire.Digits(load_default=None))
            | dict.fromkeys((*_THINGS, *_EVIDENCE), fields.Raw(load_default=None))
        )

    id = fields.String(required=True, validate=_ID)
    object = fields.String(required=True)
    metadata = fields.Dict(fields.String(), fields.String(), load_default=dict)
    client_secret = fields.String(load_default="", metadata=wire.SENSITIVE)
    url = fields.String(load_default="", metadata=wire.SENSITIVE)
    last_payment_error = fields.Dict(load_default=dict)


class Error(wire.Heard):
    """Why Stripe did not do as it was asked."""

    type = fields.String(load_default="")
    code = fields.String(load_default="")
    decline_code = fields.String(load_default="")
    payment_intent = fields.Dict(load_default=dict)


class Event(wire.Heard):
    """A message, which holds a thing as it was when it was sent."""

    id = fields.String(required=True, validate=_ID)
    type = fields.String(required=True)
    livemode = fields.Raw(required=True)
    account = fields.Raw(load_default=None)
    data = fields.Dict(required=True)


THING, ERROR, EVENT = Thing(), Error(), Event()
_WAITS: Final = "requires_payment_method requires_confirmation requires_action processing"
_INTENT: Final = dict.fromkeys(_WAITS.split(), State.PENDING) | {"succeeded": State.SUCCEEDED}
_REFUND: Final = dict.fromkeys(("pending", "requires_action"), State.PENDING)
_REFUSED: Final = dict.fromkeys(("failed", "canceled"), State.DECLINED)
STATES: Final = {
    Kind.CHARGE: {**_INTENT, "requires_capture": State.AUTHORIZED, "canceled": State.EXPIRED},
    Kind.TOKEN: {**_INTENT, "canceled": State.EXPIRED},
    Kind.CAPTURE: {"succeeded": State.SUCCEEDED, "canceled": State.DECLINED},
    Kind.RELEASE: {"canceled": State.SUCCEEDED, "succeeded": State.DECLINED},
    Kind.REFUND: {**_REFUND, **_REFUSED, "succeeded": State.SUCCEEDED},
}
"""What a status says of each kind of operation; what is not listed is UNKNOWN."""
UNPAID: Final = {"open": State.PENDING, "expired": State.EXPIRED, "complete": State.DECLINED}
"""What becomes of a page, by its status, that still wants a card."""

_CARD: Final = """authentication_required card_decline_rate_limit_exceeded card_declined
    expired_card incorrect_cvc incorrect_number invalid_cvc invalid_expiry_month
    invalid_expiry_year invalid_number amount_too_large amount_too_small resource_missing"""
_ENDED: Final = frozenset({"payment_intent_unexpected_state"})
SURE: Final = {
    Kind.CHARGE: frozenset(_CARD.split()),
    Kind.CAPTURE: _ENDED | {"charge_already_captured", "charge_expired_for_capture"},
    Kind.RELEASE: _ENDED,
    Kind.REFUND: frozenset({"charge_already_refunded", "charge_disputed"}),
}
"""The codes with which an operation surely moved nothing: docs/providers/stripe.md, "Refusals"."""

_DECLINES: Final = {
    DeclineCode.INSUFFICIENT_FUNDS: "insufficient_funds",
    DeclineCode.EXPIRED_CARD: "expired_card",
    DeclineCode.INVALID_CARD: """incorrect_cvc incorrect_number incorrect_zip invalid_account
        invalid_cvc invalid_expiry_month invalid_expiry_year invalid_number""",
    DeclineCode.FRAUD_SUSPECTED: "fraudulent lost_card merchant_blacklist pickup_card stolen_card",
    DeclineCode.AUTHENTICATION_FAILED: """authentication_not_handled authentication_required
        payment_intent_authentication_failure""",
    DeclineCode.LIMIT_EXCEEDED: """amount_too_large card_decline_rate_limit_exceeded
        card_velocity_exceeded withdrawal_count_limit_exceeded""",
    DeclineCode.NOT_PERMITTED: """card_not_supported currency_not_supported not_permitted
        restricted_card service_not_allowed transaction_not_allowed""",
    DeclineCode.TOKEN_UNUSABLE: "resource_missing",
}
CODES: Final = {word: code for code, words in _DECLINES.items() for word in words.split()}
