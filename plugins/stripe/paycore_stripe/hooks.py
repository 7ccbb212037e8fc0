"""Stripe, spoken: forms out, JSON in; messages that are signed with a time, and are proof."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import paycore
from paycore import JsonObject, Kind, NotFound, OutcomeUnknown, QueryRequest, Report, Talk
from paycore.wire.encoding import bracketed
from paycore.wire.messages import inside, rejecting, with_extra
from paycore_stripe import saying, signing
from paycore_stripe.account import Account, AccountSchema
from paycore_stripe.amounts import CURRENCIES
from paycore_stripe.reading import is_missing, opened, read
from paycore_stripe.schemas import EVENT, SURE

API_VERSION: Final = "2026-10-28.endive"
"""The version of Stripe's API that every call asks for."""
PAGES, PAYMENTS, CARDS, REFUNDS = "checkout/sessions", "payment_intents", "setup_intents", "refunds"
_NAMED: Final = {
    "cs": (PAGES, ["payment_intent.latest_charge", "setup_intent.payment_method"]),
    "pi": (PAYMENTS, ["latest_charge"]),
    "seti": (CARDS, ["payment_method"]),
    "re": (REFUNDS, []),
}
"""Where a thing of Stripe's is by the beginning of its name, and what of it is told whole."""
_KINDS: Final = {"payment_intent": Kind.CHARGE, "setup_intent": Kind.TOKEN, "refund": Kind.REFUND}
_NEWEST: Final = {"limit": 20}
"""How many of the newest are looked through for one of which no answer came."""


@paycore.hookimpl
def describe() -> paycore.Description:
    """Say what Stripe is for cards; what is not said here proves nothing."""
    return paycore.Description(
        name="stripe",
        base_url="https://api.stripe.com",
        channels=("card",),
        methods=(paycore.HostedPage, paycore.EmbeddedForm, paycore.StoredToken),
        token_methods=(paycore.HostedPage, paycore.EmbeddedForm),
        currencies=CURRENCIES,
        page_lifetime_s=86_400,
        webhook_is_proof=True,
        voids_captured=False,
        repeat=paycore.Repeat.REPLAYED,
        sure_refusals=SURE,
    )


@paycore.hookimpl
def open_account(settings: Mapping[str, Any]) -> Account:
    """Return the account that `settings` describe."""
    return Account(**paycore.load(AccountSchema(), settings, otherwise=paycore.SettingsError))


@paycore.hookimpl
def charge(account: Account, request: paycore.ChargeRequest) -> Talk[Report]:
    """Ask to be paid, or to hold only: at once, or by a page or form that awaits the payer."""
    by_page = isinstance(request.method, paycore.HostedPage)
    where, say = (PAGES, saying.page) if by_page else (PAYMENTS, saying.payment)
    return (yield from _asked(account, Kind.CHARGE, request, where, say(request)))


@paycore.hookimpl
def tokenize(account: Account, request: paycore.TokenizeRequest) -> Talk[Report]:
    """Store a card for a customer of its own, on a page or in a form."""
    where, said = PAGES, saying.card_page(request)
    if isinstance(request.method, paycore.EmbeddedForm):
        mark = {"metadata": {saying.OURS: request.reference}}
        reply = yield _post(account, Kind.TOKEN, request, "customers", mark)
        where, said = CARDS, saying.card_form(request, _named("cus", opened(reply).get("id")))
    return (yield from _asked(account, Kind.TOKEN, request, where, said))


@paycore.hookimpl
def capture(account: Account, request: paycore.CaptureRequest) -> Talk[Report]:
    """Take what is held, in part or whole."""
    said = saying.part("amount_to_capture", saying.CAPTURED, request)
    theirs = yield from _payment_of(account, request)
    return (yield from _asked(account, Kind.CAPTURE, request, f"{PAYMENTS}/{theirs}/capture", said))


@paycore.hookimpl
def void(account: Account, request: paycore.VoidRequest) -> Talk[Report]:
    """Give up what is held; Stripe cancels nothing that it has taken."""
    theirs = yield from _payment_of(account, request)
    return (yield from _asked(account, Kind.RELEASE, request, f"{PAYMENTS}/{theirs}/cancel", {}))


@paycore.hookimpl
def refund(account: Account, request: paycore.RefundRequest) -> Talk[Report]:
    """Give back part or all of what was taken."""
    said = saying.part("amount", saying.OURS, request)
    said["payment_intent"] = yield from _payment_of(account, request)
    return (yield from _asked(account, Kind.REFUND, request, REFUNDS, said))


@paycore.hookimpl
def query(account: Account, request: QueryRequest) -> Talk[Report | NotFound]:
    """Ask what became of it, by Stripe's own name, else by ours: its absence proves nothing."""
    kind, theirs, payment = request.kind, request.provider_reference, ""
    if kind not in (Kind.CHARGE, Kind.TOKEN) and not theirs:
        payment = yield from _payment_of(account, request, first=False)
        theirs = "" if kind is Kind.REFUND else payment
    heard = yield from _found(account, kind, request.reference, theirs, payment)
    return NotFound() if heard is None else read(account, kind, heard, request)


@paycore.hookimpl
def verify_webhook(account: Account, message: paycore.WebhookMessage) -> paycore.Notification:
    """Check the signature, its time and whose message it is, and only then read it."""
    now, header = message.received_at or datetime.now(UTC), message.header(signing.HEADER)
    said = signing.verified(message.body, header, account.secrets(now), now)
    event = paycore.load(EVENT, said, otherwise=paycore.WebhookRejected)
    ours = event["account"] is None  # else it is about an account that is connected to ours
    if ours and event["livemode"] is not (account.mode == "live"):
        raise paycore.WebhookRejected("livemode: not ours", field="livemode", status=401)
    with rejecting():
        report = _told(account, event["data"].get("object")) if ours else None
    return paycore.Notification(report, b"ok", event_id=event["id"])


def _told(account: Account, thing: Any) -> Report | None:
    """Return what a message says of a thing of ours; None of all others."""
    if inside(thing, "metadata", saying.OURS) is None:
        return None
    kind = _KINDS.get(str(thing.get("object")))
    if thing.get("object") == "checkout.session":
        kind = Kind.TOKEN if thing.get("mode") == "setup" else Kind.CHARGE
    return read(account, kind, thing) if kind else None


def _payment_of(account: Account, request: Any, first: bool = True) -> Talk[str]:
    """Return what Stripe calls the payment of a charge; of a page it asks, and nothing moves."""
    theirs = request.charge_provider_reference
    if not theirs.startswith("pi_"):
        heard = yield from _found(account, Kind.CHARGE, request.charge_reference, theirs, "", first)
        begun = (heard or {}).get("payment_intent", heard)
        theirs = inside(begun, "id") or begun
    return _named("pi", theirs)


def _found(
    account: Account, kind: Kind, own: str, theirs: str, payment: str = "", first: bool = False
) -> Talk[JsonObject | None]:
    """Return a thing as it stands; of what is found, which may be old, only the name counts."""
    search = {"query": f"metadata['{saying.OURS}']:'{own}'"}
    places: dict[Kind, list[tuple[str, JsonObject]]] = {
        Kind.CHARGE: [(PAGES, _NEWEST), (f"{PAYMENTS}/search", search)],  # a list is never late
        Kind.TOKEN: [(PAGES, _NEWEST), (CARDS, _NEWEST)],
        Kind.REFUND: [(REFUNDS, {"payment_intent": payment, "limit": 100})],
    }
    failed: paycore.Reply | None = None
    for where, ask in places.get(kind, ()):
        if not theirs:
            reply = yield _get(account, where, ask, first)
            failed = failed if reply.status == 200 else reply
            theirs = _listed(opened(reply), own) if reply.status == 200 else ""
    if not theirs:
        return opened(failed) if failed else None  # whoever did not answer may have it
    where, expand = _NAMED[_named("|".join(_NAMED), theirs).partition("_")[0]]
    reply = yield _get(account, f"{where}/{theirs}", {"expand": expand}, first)
    return None if is_missing(reply) else opened(reply)


def _listed(said: JsonObject, own: str) -> str:
    """Return the name of the one in a list that carries our reference; empty if none does."""
    things = said.get("data")
    if not isinstance(things, list):
        raise OutcomeUnknown("data: not a list", field="data")
    names = {str(inside(t, "id")) for t in things if inside(t, "metadata", saying.OURS) == own}
    if len(names) > 1:
        raise OutcomeUnknown("metadata: several have our reference", field="metadata")
    return names.pop() if names else ""


def _named(kind: str, name: object) -> str:
    """Return a name of Stripe's that is safe to be part of an address."""
    if isinstance(name, str) and re.fullmatch(f"({kind})_[A-Za-z0-9_]{{1,240}}", name):
        return name
    raise OutcomeUnknown("id: no name of Stripe's", field="id")


def _asked(account: Account, kind: Kind, ask: Any, where: str, said: JsonObject) -> Talk[Report]:
    """Ask for something, and report what came of it."""
    reply = yield _post(account, kind, ask, where, said)
    return read(account, kind, opened(reply, SURE.get(kind, ())), ask)


def _post(account: Account, kind: Kind, ask: Any, where: str, said: JsonObject) -> paycore.Call:
    """Ask for something, once: Stripe answers a repeat under the same key as it did at first."""
    key = f"paycore-{kind.value}-{where.rpartition('/')[2]}-{ask.reference}"
    call = _get(account, where, said)
    form = with_extra(call.payload, ask, *said, "confirm", "capture_method", "off_session")
    headers = {**call.headers, "Idempotency-Key": key}
    return replace(call, payload=form, method="POST", headers=headers, encoding="form")


def _get(account: Account, at: str, ask: JsonObject, first: bool = False) -> paycore.Call:
    said = {"Authorization": f"Bearer {account.secret_key.reveal()}", "Stripe-Version": API_VERSION}
    return paycore.Call(f"{account.base_url}/v1/{at}", bracketed(ask), "GET", said, moves=not first)
