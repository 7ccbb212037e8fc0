"""What a provider says, in our words: reply, query answer and webhook alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any, Final

from paycore.errors import InvalidRequest
from paycore.methods import NextAction
from paycore.money import Money
from paycore.secret import mask_card, scrub
from paycore.states import REPORTABLE, Kind, State

LONGEST: Final = 255
"""How many characters a reference or token of a provider may have."""


class DeclineCode(str, Enum):
    """Why a payment was declined, as far as the provider says."""

    REFUSED = "refused"
    CARD_DECLINED = "card_declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    EXPIRED_CARD = "expired_card"
    INVALID_CARD = "invalid_card"
    FRAUD_SUSPECTED = "fraud_suspected"
    AUTHENTICATION_FAILED = "authentication_failed"
    LIMIT_EXCEEDED = "limit_exceeded"
    NOT_PERMITTED = "not_permitted"
    TOKEN_UNUSABLE = "token_unusable"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Decline:
    """A refusal: our word for it, and the provider's."""

    code: DeclineCode = DeclineCode.REFUSED
    provider_code: str = ""

    def __post_init__(self) -> None:
        _check(self, {"code": DeclineCode, "provider_code": str})
        object.__setattr__(self, "provider_code", scrub(self.provider_code)[:200])


@dataclass(frozen=True)
class Instrument:
    """What was paid with, masked however it arrived."""

    masked: str
    """First 6 and last 4 digits at most."""
    brand: str = ""
    expiry: str = ""
    """`MMYY`, where the provider tells it."""

    def __post_init__(self) -> None:
        _check(self, {"masked": str, "brand": str, "expiry": str})
        object.__setattr__(self, "masked", mask_card(self.masked)[:19])
        object.__setattr__(self, "brand", scrub(self.brand)[:50])
        object.__setattr__(self, "expiry", scrub(self.expiry)[:10])


@dataclass(frozen=True)
class Report:
    """One statement of a provider about one operation.

    Raises:
        InvalidRequest: a field is of another type, a reference is no printable text, or the state
            is not a plugin's to report. Plugins are strangers: nothing of theirs is stored unseen.
    """

    reference: str | None
    """The wire reference it speaks about; `None` where it names only its own."""
    state: State
    """PENDING, AUTHORIZED, SUCCEEDED, DECLINED or EXPIRED; what nobody listed is UNKNOWN."""
    amount: Money | None = None
    """What moved; a success without one proves nothing (tokens apart)."""
    kind: Kind | None = None
    """What it speaks about; `None` makes no claim."""
    provider_reference: str = ""
    charge_provider_reference: str = ""
    """For a capture, a release, a refund or a void: the provider's reference of the charge."""
    next_action: NextAction | None = None
    instrument: Instrument | None = None
    decline: Decline | None = None
    token: str = ""
    """The provider's name for a stored card, where it differs from our reference."""
    refundable: Money | None = None
    """What the provider says is left to refund of a charge."""
    raw: Mapping[str, object] = field(default_factory=dict, repr=False)
    """The reply as evidence, scrubbed by its schema (`paycore.scrubbed`)."""

    def __post_init__(self) -> None:
        _check(self, _REPORT)
        if self.state not in REPORTABLE:
            raise InvalidRequest(f"state: a plugin cannot report {self.state}", field="state")
        for name in ("reference", "provider_reference", "charge_provider_reference", "token"):
            text = getattr(self, name) or ""
            if len(text) > LONGEST or not text.isprintable():
                raise InvalidRequest(f"{name}: want {LONGEST} printable characters", field=name)


@dataclass(frozen=True)
class NotFound:
    """The answer to a query: the provider does not know it. What that proves, `describe` says."""

    raw: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class WebhookMessage:
    """A message as it came in, before anything in it is believed.

    Raises:
        InvalidRequest: a field is of another type: what hands it over is to be mended. No message
            that a stranger sends can do that.
    """

    method: str
    headers: Mapping[str, str] = field(repr=False)
    """Texts by their names; a framework's own headers will do, as they are."""
    query: str = field(repr=False)
    body: bytes = field(repr=False)
    peer: str = ""
    """The socket's peer, or the hop that trusted proxies vouch for; never a header's word."""
    received_at: datetime | None = None
    """When it came in; paycore fills it in. What is timed in a signature is compared with it."""

    def __post_init__(self) -> None:
        for name, shape in _MESSAGE.items():
            if not isinstance(held := getattr(self, name), shape):
                told = f"{name}: want {shape.__name__}, not {type(held).__name__}"
                raise InvalidRequest(told, field=name)
        if not _are_texts(self.headers):
            raise InvalidRequest("headers: want a mapping of str to str", field="headers")

    def header(self, name: str) -> str:
        """Return the header called `name`, whatever its case; empty where there is none."""
        wanted = name.lower()
        return next((v for k, v in self.headers.items() if k.lower() == wanted), "")


def dated(message: WebhookMessage, now: datetime) -> WebhookMessage:
    """Return a message with the time at which it came in, if it has none."""
    return message if message.received_at else replace(message, received_at=now)


@dataclass(frozen=True)
class Notification:
    """A genuine message: what it reports, and how it wants to be acknowledged."""

    report: Report | None
    """None: it is about nothing that paycore keeps."""
    acknowledgement: bytes
    content_type: str = "text/plain; charset=utf-8"
    event_id: str = ""
    """The provider's own id of the event, where it signs one."""

    @property
    def said(self) -> Report:
        """What it reports; only a message that does is ever kept.

        Raises:
            InvalidRequest: it is about nothing that paycore keeps.
        """
        if self.report is None:
            raise InvalidRequest("report: about nothing that paycore keeps", field="report")
        return self.report


@dataclass(frozen=True)
class Answer:
    """The HTTP answer to a message; send it as it is."""

    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Conclusion(Report):
    """What the core concludes by itself, from what it knows of the wire and the clock."""

    reason: str = ""
    review: str = ""
    """Why a person should look at it, where that is all that is concluded."""

    def __post_init__(self) -> None:
        """Any state goes: it is our own."""


_MESSAGE: Final = {"method": str, "query": str, "body": bytes, "peer": str}
_REPORT: Final[Mapping[str, Any]] = {
    "reference": str | None,
    "state": State,
    "amount": Money | None,
    "kind": Kind | None,
    "provider_reference": str,
    "charge_provider_reference": str,
    "next_action": NextAction | None,
    "instrument": Instrument | None,
    "decline": Decline | None,
    "token": str,
    "refundable": Money | None,
    "raw": Mapping,
}


def _are_texts(headers: object) -> bool:
    """Return whether these are texts by their names; not every framework's are a `Mapping`."""
    items = getattr(headers, "items", None)
    return callable(items) and all(
        isinstance(name, str) and isinstance(text, str) for name, text in items()
    )


def _check(value: object, shapes: Mapping[str, Any]) -> None:
    for name, shape in shapes.items():
        if not isinstance(held := getattr(value, name), shape):
            raise InvalidRequest(f"{name}: cannot be {type(held).__name__}", field=name)
