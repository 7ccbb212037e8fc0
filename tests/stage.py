"""A stage for tests: a provider that does what it is told, a clock that stands, a gateway.

    stage = Stage()
    stage.till.next("lost_after")              # the next call: it happens, its answer is lost
    payment = stage.charge("o-1")
    assert stage.till.effects == [Effect("charge", "o-1", 1500)]

`Teller` is the plugin (it translates, as plugins do), `Till` is the provider behind it.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple

import paycore
from paycore.account import Account, Limits
from paycore.gateway import Gateway
from paycore.ledger.memory import MemoryLedger
from paycore.methods import CardData, EmbeddedForm, HostedPage, Redirect, StoredToken, Wallet
from paycore.provider import Provider
from paycore.report import Decline, Instrument, NotFound, Notification, Report, WebhookMessage
from paycore.states import Kind, State
from paycore.wire.guard import in_transaction
from paycore.wiring import Wiring

URL = "https://till.example"
HOST = "shop.example"
PAGE = HostedPage(f"https://{HOST}/thanks?order=7#top")
CARD = StoredToken("visa-1")
AMOUNT = paycore.Money(1500, "CAD")
SEAL = "genuine"


def cad(minor: int) -> paycore.Money:
    """Return so many cents."""
    return paycore.Money(minor, "CAD")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        """Move it on, or back."""
        self.time += timedelta(seconds=seconds)


class Effect(NamedTuple):
    """What really moved."""

    kind: str
    reference: str
    minor: int


class Refused(NamedTuple):
    """An act: answer this refusal, surely before anything moved."""

    code: str


class Raises(NamedTuple):
    """An act: raise this in the middle of the call, after its effect or before it."""

    error: BaseException
    after_effect: bool = False


class Says(NamedTuple):
    """An act: do it, and answer it with these fields changed; or answer this raw body."""

    fields: Mapping[str, Any] | bytes


class Does(NamedTuple):
    """An act: do this while the call is under way, then go on with another act."""

    thing: Callable[[], object]
    then: str = "ok"


Act = str | Refused | Raises | Says | Does
"""`ok`, `not_sent`, `lost_before`, `lost_after`, `pending`, `declined`, or one of the above."""


class Till:
    """The provider: what it was asked, what it knows, and what really moved.

    It also checks, for every call that it is sent, that no ledger transaction is open (R3) and
    that what it is about stands in the ledger already (R2).
    """

    def __init__(self) -> None:
        self.effects: list[Effect] = []
        self.calls: list[tuple[str, str]] = []
        self.orders: dict[str, dict[str, Any]] = {}
        self.acts: deque[Act] = deque()
        self.query_acts: deque[Act] = deque()
        self.watch: Callable[[str], object] = lambda _: None
        self.closed = 0
        self._lock = Lock()

    def next(self, *acts: Act) -> None:
        """Say what happens to the next calls that move money (or store a card)."""
        self.acts.extend(acts)

    def next_query(self, *acts: Act) -> None:
        """Say what happens to the next queries."""
        self.query_acts.extend(acts)

    def count(self, name: str) -> int:
        """Return how many calls of that name came in."""
        return sum(called == name for called, _ in self.calls)

    def settle(self, reference: str, state: str = "succeeded") -> None:
        """Decide what was left pending: the payer pays, or the bank speaks."""
        order = self.orders[reference]
        if state == "succeeded" and order["state"] != "succeeded":
            self._moved(order)
        order["state"] = state

    def refundable(self, reference: str) -> int:
        """Return what is left of a charge, by the provider's own books."""
        order = self.orders[reference]
        given = [o for o in self.orders.values() if o.get("of") == reference]
        given = [o for o in given if o["kind"] != "capture"]
        return int(order["amount"]) - sum(o["amount"] for o in given if o["state"] == "succeeded")

    def send(self, call: paycore.Call) -> paycore.Reply:
        """Carry a call: the scripted act for it, or the ordinary thing."""
        assert not in_transaction.get(), "a transaction is open"
        said = dict(call.payload)
        self.watch(said["reference"])
        acts = self.query_acts if call.name == "query" else self.acts
        with self._lock:
            self.calls.append((call.name, said["reference"]))
            act = acts.popleft() if acts else "ok"
        if isinstance(act, Does):
            act.thing()
            act = act.then
        with self._lock:
            return self._done(call.name, said, act)

    def close(self) -> None:
        """Count it."""
        self.closed += 1

    def _done(self, name: str, said: dict[str, Any], act: Act) -> paycore.Reply:
        if act == "not_sent":
            raise paycore.NotSent("out of reach")
        if act == "lost_before":
            raise paycore.OutcomeUnknown("lost on the way")
        if isinstance(act, Raises) and not act.after_effect:
            raise act.error
        if isinstance(act, Refused):
            return _reply({"refused": act.code}, 402)
        order = self._known(said) if name == "query" else self._executed(name, said, act)
        if act == "lost_after":
            raise paycore.OutcomeUnknown("lost on the way back")
        if isinstance(act, Raises):
            raise act.error
        if isinstance(act, Says):
            fields = act.fields
            if isinstance(fields, bytes):
                return paycore.Reply(200, fields)
            return _reply({**order, **fields})
        return _reply(order)

    def _known(self, said: dict[str, Any]) -> dict[str, Any]:
        found = self.orders.get(said["reference"])
        if found is None:
            return {"absent": True}
        if found["kind"] != "charge" or found["state"] != "succeeded":
            return found
        return {**found, "refundable": self.refundable(said["reference"])}

    def _executed(self, name: str, said: dict[str, Any], act: Act) -> dict[str, Any]:
        reference = said["reference"]
        page = bool(said.get("page"))
        state = "pending" if page or act == "pending" else "succeeded"
        state = "declined" if act == "declined" else state
        state = "authorized" if said.get("hold") and state == "succeeded" else state
        order = {"kind": "token" if name == "tokenize" else name, "reference": reference}
        order |= {"amount": said["amount"], "currency": said["currency"], "state": state}
        order |= {"theirs": f"T-{reference}", "of": said.get("of", "")}
        if page:
            order["url"] = f"{URL}/pay/{reference}"
        self.orders[reference] = order
        if state == "succeeded":
            self._moved(order)
        return order

    def _moved(self, order: Mapping[str, Any]) -> None:
        """Note an effect, and what it makes of the charge that it captures or releases."""
        self.effects.append(Effect(order["kind"], order["reference"], order["amount"] or 0))
        charge = self.orders.get(order["of"], {})
        if charge.get("state") == "authorized":
            captured = {"state": "succeeded", "amount": order["amount"]}
            charge.update(captured if order["kind"] == "capture" else {"state": "expired"})


def _reply(fields: Mapping[str, Any], status: int = 200) -> paycore.Reply:
    return paycore.Reply(status, json.dumps(fields).encode())


class Teller:
    """The plugin of the till: a Call out, a Report back; a message is genuine by its seal."""

    def __init__(self, name: str = "till", **description: Any) -> None:
        self.name = name
        self.description = description

    @paycore.hookimpl
    def describe(self) -> paycore.Description:
        usual: dict[str, Any] = {
            "base_url": URL,
            "channels": ("TILL",),
            "methods": (HostedPage, EmbeddedForm, StoredToken, Wallet, CardData),
            "token_methods": (HostedPage, EmbeddedForm, CardData),
            "currencies": frozenset({"CAD", "USD"}),
        }
        return paycore.Description(name=self.name, **{**usual, **self.description})

    @paycore.hookimpl
    def open_account(self, settings: Mapping[str, Any]) -> object:
        return dict(settings)

    @paycore.hookimpl
    def charge(self, account: Any, request: paycore.ChargeRequest) -> paycore.Talk[Report]:
        page = isinstance(request.method, (HostedPage, EmbeddedForm))
        said = {**_amount(request), "page": page, "method": repr(request.method)}
        said |= {} if request.capture else {"hold": True}
        return _report((yield paycore.Call(f"{URL}/charge", said)))

    @paycore.hookimpl
    def capture(self, account: Any, request: paycore.CaptureRequest) -> paycore.Talk[Report]:
        said = {**_amount(request), "of": request.charge_reference}
        return _report((yield paycore.Call(f"{URL}/capture", said)))

    @paycore.hookimpl
    def tokenize(self, account: Any, request: paycore.TokenizeRequest) -> paycore.Talk[Report]:
        page = isinstance(request.method, (HostedPage, EmbeddedForm))
        said = {"reference": request.reference, "amount": None, "currency": None, "page": page}
        said["method"] = repr(request.method)
        return _report((yield paycore.Call(f"{URL}/tokenize", said)))

    @paycore.hookimpl
    def refund(self, account: Any, request: paycore.RefundRequest) -> paycore.Talk[Report]:
        said = {**_amount(request), "of": request.charge_reference}
        return _report((yield paycore.Call(f"{URL}/refund", said)))

    @paycore.hookimpl
    def void(self, account: Any, request: paycore.VoidRequest) -> paycore.Talk[Report]:
        said = {**_amount(request), "of": request.charge_reference}
        return _report((yield paycore.Call(f"{URL}/void", said)))

    @paycore.hookimpl
    def query(self, account: Any, request: paycore.QueryRequest) -> paycore.Talk[Report | NotFound]:
        said = {"reference": request.reference, "kind": request.kind.value}
        reply = yield paycore.Call(f"{URL}/query", said)
        return NotFound({"absent": True}) if reply.json.get("absent") else _report(reply)

    @paycore.hookimpl
    def verify_webhook(self, account: Any, message: WebhookMessage) -> Notification:
        if message.header("seal") != SEAL:
            raise paycore.WebhookRejected("seal: not genuine", field="seal", status=401)
        fields = paycore.parse_json(message.body, otherwise=paycore.WebhookRejected)
        return Notification(_heard(fields), b"thanks", event_id=fields.get("event", ""))


def _amount(request: Any) -> dict[str, Any]:
    money = request.amount
    return {"reference": request.reference, "amount": money.minor, "currency": money.currency}


def _report(reply: paycore.Reply) -> Report:
    fields = reply.json
    if "refused" in fields:
        raise paycore.ProviderRefused("refused", provider_code=fields["refused"])
    return _heard(fields)


def _heard(fields: Mapping[str, Any]) -> Report:
    money, left = fields.get("amount"), fields.get("refundable")
    currency = fields.get("currency")
    state = State(fields["state"])
    return Report(
        fields["reference"],
        state,
        amount=None if money is None else paycore.Money(money, currency),
        kind=Kind(fields["kind"]) if fields.get("kind") else None,
        provider_reference=fields.get("theirs", ""),
        charge_provider_reference=fields.get("of_theirs", ""),
        next_action=Redirect(fields["url"]) if "url" in fields else None,
        instrument=Instrument("4111111111111111") if state is State.SUCCEEDED else None,
        decline=Decline(provider_code="51") if state is State.DECLINED else None,
        token=fields.get("token", ""),
        refundable=None if left is None else paycore.Money(left, currency),
        raw={"state": state.value},
    )


def message(headers: Mapping[str, str] | None = None, **fields: Any) -> WebhookMessage:
    """Return a genuine message that says `fields`, unless told otherwise a success of 1500 CAD."""
    said = {"kind": "charge", "state": "succeeded", "amount": 1500, "currency": "CAD", **fields}
    body = json.dumps(said).encode()
    return WebhookMessage("POST", {"Seal": SEAL, **(headers or {})}, "", body, "203.0.113.9")


class Ear:
    """A listeners' queue without threads: what was emitted, in order."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []

    def emit(self, hook: str, **facts: Any) -> None:
        self.heard.append((hook, facts))

    def close(self, timeout_s: float = 2.0) -> None:
        self.heard.append(("close", {}))

    def finished(self, reference: str) -> list[State]:
        """Return the states that `operation_finished` told of one wire reference."""
        return [
            facts["operation"].state
            for hook, facts in self.heard
            if hook == "operation_finished" and facts["operation"].reference == reference
        ]

    def outcomes(self) -> list[str]:
        """Return what `webhook_received` told."""
        return [facts["outcome"] for hook, facts in self.heard if hook == "webhook_received"]


@dataclass
class Stage:
    """A gateway over one till for each account, and everything that stands around it."""

    names: Iterable[str] = ("main",)
    plugin: Any = None
    ledger: Any = field(default_factory=MemoryLedger)
    description: dict[str, Any] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.ear = Ear()
        self.tills = {name: Till() for name in self.names}
        plugin = self.plugin or Teller(**self.description)
        provider = Provider(plugin.name, plugin)
        listeners: Any = self.ear
        self.accounts = {
            name: Account(
                name=name,
                provider=provider,
                handle=name,
                sender=till,
                limits=self.limits,
                listeners=listeners,
            )
            for name, till in self.tills.items()
        }
        self.wiring = Wiring(
            accounts=self.accounts,
            ledger=self.ledger,
            default_account=next(iter(self.names)),
            return_hosts=frozenset({HOST}),
            listeners=listeners,
            now=self.clock,
        )
        self.gateway = Gateway(self.wiring)
        for name, till in self.tills.items():
            till.watch = lambda reference, name=name: self._check_row(name, reference)

    def _check_row(self, account: str, reference: str) -> None:
        found = self.ledger.by_wire(account, reference, "")
        assert found is not None, "nothing stands in the ledger"

    @property
    def till(self) -> Till:
        """The first account's."""
        return next(iter(self.tills.values()))

    def charge(
        self, reference: str = "o-1", minor: int = 1500, method: Any = CARD, **more: Any
    ) -> paycore.Payment:
        """Charge, by a stored card unless told otherwise."""
        return self.gateway.charge(reference, cad(minor), method, **more)

    def held(self, reference: str = "o-1", minor: int = 1500, **more: Any) -> paycore.Payment:
        """Charge to hold only, and make sure that it is held."""
        payment = self.charge(reference, minor, capture=False, **more)
        assert payment.status is paycore.PaymentStatus.AUTHORIZED
        return payment

    def paid(self, reference: str = "o-1", minor: int = 1500, **more: Any) -> paycore.Payment:
        """Charge and make sure that it succeeded."""
        payment = self.charge(reference, minor, **more)
        assert payment.paid
        return payment

    def find(self, reference: str = "o-1") -> paycore.Payment:
        """Return a payment that is there."""
        payment = self.gateway.find(reference)
        assert payment is not None
        return payment

    def crash(self, reference: str = "o-1", **more: Any) -> None:
        """Charge in a process that dies before it can note anything: the row stays SUBMITTING."""
        record = self.ledger.record

        def dead(*_: Any, **__: Any) -> None:
            raise paycore.LedgerError("the process is gone")

        self.ledger.record = dead
        try:
            self.charge(reference, **more)
        except paycore.OutcomeUnknown:
            pass
        finally:
            self.ledger.record = record

    def tell(self, account: str = "main", **fields: Any) -> paycore.Answer:
        """Receive a genuine message."""
        return self.gateway.receive(account, message(**fields))
