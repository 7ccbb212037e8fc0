"""The plugin of the simulated world: it translates, as plugins do, and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from paycore.description import Description
from paycore.errors import ProviderRefused, WebhookRejected
from paycore.hookspecs import hookimpl
from paycore.intents import (
    CaptureRequest,
    ChargeRequest,
    QueryRequest,
    RefundRequest,
    VoidRequest,
)
from paycore.methods import HostedPage, Redirect, StoredToken
from paycore.money import Money
from paycore.provider import Provider
from paycore.report import NotFound, Notification, Report, WebhookMessage
from paycore.states import Kind, State
from paycore.testing.world import PAGE_LIFETIME_S, URL
from paycore.wire.strict import parse_json
from paycore.wire.talk import Call, Reply, Talk

SEAL: Final = "genuine"
"""What makes a message genuine; the key of the weak account is known to attackers."""
ACK: Final = b"thanks"
STATES: Final = {
    "paid": State.SUCCEEDED,
    "waiting": State.PENDING,
    "refused": State.DECLINED,
    "held": State.AUTHORIZED,
    "released": State.EXPIRED,
}
WEAK: Final = "weak"
STRONG: Final = "strong"
"""The two accounts: a message is a hint and absence proves nothing; or each is proof."""


class Worldly:
    """One account's hooks."""

    def __init__(self, name: str, settling_window_s: int) -> None:
        self.name = name
        self.settling_window_s = settling_window_s

    @hookimpl
    def describe(self) -> Description:
        """Say what the account's provider proves."""
        return Description(
            name=self.name,
            base_url=URL,
            channels=("WORLD",),
            methods=(HostedPage, StoredToken),
            currencies=frozenset({"CAD"}),
            page_lifetime_s=PAGE_LIFETIME_S,
            settling_window_s=self.settling_window_s,
            absence_is_proof=self.name == STRONG,
            webhook_is_proof=self.name == STRONG,
        )

    @hookimpl
    def open_account(self, settings: Mapping[str, Any]) -> object:
        """Nothing is needed."""
        return dict(settings)

    @hookimpl
    def charge(self, account: Any, request: ChargeRequest) -> Talk[Report]:
        """Ask to be paid."""
        method = request.method
        back = method.return_url if isinstance(method, HostedPage) else ""
        said = {**_amount(request), "back": back, "hold": not request.capture}
        return _heard((yield Call(f"{URL}/charge", said)))

    @hookimpl
    def capture(self, account: Any, request: CaptureRequest) -> Talk[Report]:
        """Take what is held."""
        said = {**_amount(request), "of": request.charge_reference}
        return _heard((yield Call(f"{URL}/capture", said)))

    @hookimpl
    def refund(self, account: Any, request: RefundRequest) -> Talk[Report]:
        """Give back."""
        said = {**_amount(request), "of": request.charge_reference}
        return _heard((yield Call(f"{URL}/refund", said)))

    @hookimpl
    def void(self, account: Any, request: VoidRequest) -> Talk[Report]:
        """Cancel."""
        said = {**_amount(request), "of": request.charge_reference}
        return _heard((yield Call(f"{URL}/void", said)))

    @hookimpl
    def query(self, account: Any, request: QueryRequest) -> Talk[Report | NotFound]:
        """Ask what became of it."""
        reply = yield Call(f"{URL}/query", {"reference": request.reference})
        return NotFound() if "absent" in reply.json else _heard(reply)

    @hookimpl
    def verify_webhook(self, account: Any, message: WebhookMessage) -> Notification:
        """Believe the seal."""
        if message.header("seal") != SEAL:
            raise WebhookRejected("seal: not genuine", field="seal", status=401)
        return Notification(_report(parse_json(message.body, otherwise=WebhookRejected)), ACK)


@cache
def provider(account: str, settling_window_s: int = 3600) -> Provider:
    """Return the provider of an account, checked once: it keeps nothing."""
    return Provider(account, Worldly(account, settling_window_s))


def _amount(request: Any) -> dict[str, Any]:
    money = request.amount
    return {"reference": request.reference, "amount": money.minor, "currency": money.currency}


def _heard(reply: Reply) -> Report:
    fields = reply.json
    if "refused" in fields:
        raise ProviderRefused("refused", provider_code=fields["refused"])
    return _report(fields)


def _report(fields: Mapping[str, Any]) -> Report:
    state = STATES.get(fields["status"], State.UNKNOWN)
    left = fields.get("refundable")
    return Report(
        fields["reference"],
        state,
        amount=Money(fields["amount"], fields["currency"]),
        kind=Kind(fields["kind"]),
        provider_reference=fields["theirs"],
        next_action=Redirect(fields["url"]) if "url" in fields else None,
        refundable=None if left is None else Money(left, fields["currency"]),
        raw={"status": fields["status"]},
    )
