"""A small Stripe: it answers calls as the real one does on a good day, and remembers."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from paycore import Call, Reply
from paycore_stripe import saying

Thing = dict[str, Any]
CARD: Thing = {"brand": "visa", "last4": "4242", "exp_month": 4, "exp_year": 2030}
DECLINES = {"pm_declined": "generic_decline", "pm_poor": "insufficient_funds"}
"""Stored cards that are refused, and why."""


def nested(form: dict[str, Any]) -> Thing:
    """Return a form's flat names as they stand for, lists as objects of their places."""
    said: Thing = {}
    for name, value in form.items():
        *outer, last = re.findall(r"[^\[\]]+", name)
        inner = said
        for part in outer:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return said


def answer(said: Thing, status: int = 200) -> Reply:
    """Return an answer as it comes in."""
    return Reply(status, json.dumps(said).encode())


def refused(status: int, kind: str, code: str, **more: Any) -> Reply:
    """Return a refusal as it comes in."""
    error = {"type": kind, "code": code, "message": "whatever people are told", **more}
    return answer({"error": error}, status)


class Stripe:
    """What stands there, by its name; `pays` lets a page or form be filled in when asked about."""

    def __init__(self, pays: bool = True) -> None:
        self.things: dict[str, Thing] = {}
        self.calls: list[Call] = []
        self.pays = pays
        self._made: dict[str, Reply] = {}

    def __call__(self, call: Call) -> Reply:
        """Answer a call; a repeat under the same key as it was answered at first."""
        self.calls.append(call)
        path = urlsplit(call.url).path.removeprefix("/v1/").split("/")
        said = nested(dict(call.payload))
        if call.method == "GET":
            return self._asked(path, said)
        key = call.headers["Idempotency-Key"]
        if key not in self._made:
            self._made[key] = self._done(path, said)
        return self._made[key]

    def named(self, prefix: str) -> list[Thing]:
        """Return what there is of a kind, the oldest first."""
        return [thing for name, thing in self.things.items() if name.startswith(f"{prefix}_")]

    def _asked(self, path: list[str], said: Thing) -> Reply:
        if path[-1] == "search":
            wanted = re.findall(r"metadata\['(\w+)'\]:'([\w-]+)'", said["query"])[0]
            found = [p for p in self.named("pi") if p["metadata"].get(wanted[0]) == wanted[1]]
            return answer({"object": "search_result", "data": found})
        if path == ["refunds"]:
            own = [r for r in self.named("re") if r["payment_intent"] == said["payment_intent"]]
            return answer({"object": "list", "data": own[::-1]})
        if path[-1] in ("sessions", "setup_intents"):
            newest = self.named("cs" if path[-1] == "sessions" else "seti")[::-1]
            return answer({"object": "list", "data": newest[: int(said["limit"])]})
        if path[-1] not in self.things:
            return refused(404, "invalid_request_error", "resource_missing", param="id")
        if self.pays:
            self.pay(path[-1])
        return answer(self._whole(self.things[path[-1]]))

    def _done(self, path: list[str], said: Thing) -> Reply:
        if path == ["customers"]:
            return answer(self._new("cus", "customer", metadata=said["metadata"]))
        if path == ["payment_intents"]:
            return self._payment(said)
        if path == ["setup_intents"]:
            return answer(self._setup(said, said["customer"]))
        if path == ["checkout", "sessions"]:
            return answer(self._session(said))
        if path == ["refunds"]:
            return self._refund(said)
        return self._ended(self.things[path[1]], path[2], said)

    def pay(self, name: str) -> None:
        """Let the payer fill in what is open: a page, or a form."""
        thing = self.things[name]
        if name.startswith("cs_") and thing["status"] == "open":
            thing |= {"status": "complete", "url": None}
            data = thing["begins"]
            if thing["mode"] == "setup":
                thing["customer"] = self._new("cus", "customer", metadata={})["id"]
                begun = self._setup(data, thing["customer"])
                thing["setup_intent"] = begun["id"]
            else:
                amount = {"amount": thing["amount_total"], "currency": thing["currency"]}
                begun = self._intent({**data, **amount})
                thing["payment_intent"] = begun["id"]
            self.pay(begun["id"])
            paid = begun["status"] == "succeeded" and thing["mode"] == "payment"
            thing["payment_status"] = "paid" if paid else thing["payment_status"]
        waits = thing["status"] == "requires_payment_method"
        if name.startswith("pi_") and waits and thing["metadata"][saying.VIA] != "token":
            self._take(thing)
        if name.startswith("seti_") and waits:
            card = self._new("pm", "payment_method", type="card", card=CARD)
            thing |= {"status": "succeeded", "payment_method": card["id"]}

    def _payment(self, said: Thing) -> Reply:
        intent = self._intent(said)
        if said.get("confirm") != "true":
            return answer(self._whole(intent))
        if why := DECLINES.get(said["payment_method"]):
            error = {"type": "card_error", "code": "card_declined", "decline_code": why}
            intent["last_payment_error"] = error
            more = {"decline_code": why, "payment_intent": self._whole(intent)}
            return refused(402, "card_error", "card_declined", **more)
        self._take(intent)
        return answer(self._whole(intent))

    def _intent(self, said: Thing) -> Thing:
        how = {"capture_method": said.get("capture_method", "automatic_async")}
        amount = {"amount": int(said["amount"]), "amount_received": 0, "amount_capturable": 0}
        intent = self._new(
            "pi",
            "payment_intent",
            status="requires_payment_method",
            currency=said["currency"],
            metadata=said["metadata"],
            latest_charge=None,
            last_payment_error=None,
            payment_method=said.get("payment_method"),
            **amount,
            **how,
        )
        intent["client_secret"] = f"{intent['id']}_secret_7Qx"
        return intent

    def _take(self, intent: Thing) -> None:
        """Take what a payment asks for, or hold it."""
        holds = intent["capture_method"] == "manual"
        amount, charge = (
            intent["amount"],
            self._new(
                "ch",
                "charge",
                amount=intent["amount"],
                amount_captured=0,
                amount_refunded=0,
                currency=intent["currency"],
                payment_method_details={"type": "card", "card": CARD},
            ),
        )
        intent["latest_charge"] = charge["id"]
        intent["status"] = "requires_capture" if holds else "succeeded"
        intent["amount_capturable" if holds else "amount_received"] = amount
        charge["amount_captured"] = 0 if holds else amount

    def _ended(self, intent: Thing, how: str, said: Thing) -> Reply:
        """Capture or cancel a payment."""
        if intent["status"] != "requires_capture":
            more = {"payment_intent": self._whole(intent)}
            return refused(400, "invalid_request_error", "payment_intent_unexpected_state", **more)
        intent["amount_capturable"] = 0
        if how == "cancel":
            intent["status"] = "canceled"
            return answer(intent)
        taken = int(said["amount_to_capture"])
        intent |= {"status": "succeeded", "amount_received": taken}
        intent["metadata"] |= said["metadata"]
        self.things[intent["latest_charge"]] |= {"amount_captured": taken}
        return answer(intent)

    def _refund(self, said: Thing) -> Reply:
        intent = self.things[said["payment_intent"]]
        charge, amount = self.things[intent["latest_charge"]], int(said["amount"])
        if charge["amount_refunded"] + amount > charge["amount_captured"]:
            return refused(400, "invalid_request_error", "charge_already_refunded")
        charge["amount_refunded"] += amount
        return answer(
            self._new(
                "re",
                "refund",
                status="succeeded",
                amount=amount,
                currency=intent["currency"],
                payment_intent=intent["id"],
                charge=charge["id"],
                metadata=said["metadata"],
            )
        )

    def _session(self, said: Thing) -> Thing:
        data = said.get("payment_intent_data") or said["setup_intent_data"]
        session = self._new(
            "cs",
            "checkout.session",
            mode=said["mode"],
            status="open",
            payment_status="unpaid",
            client_reference_id=said["client_reference_id"],
            metadata=said["metadata"],
            payment_intent=None,
            setup_intent=None,
            customer=None,
            begins=data,
        )
        if said["mode"] == "payment":
            price = said["line_items"]["0"]["price_data"]
            session |= {"amount_total": int(price["unit_amount"]), "currency": price["currency"]}
        else:
            session["payment_status"] = "no_payment_required"
        session["url"] = f"https://checkout.stripe.com/c/pay/{session['id']}#fid"
        return session

    def _setup(self, said: Thing, customer: str) -> Thing:
        intent = self._new(
            "seti",
            "setup_intent",
            status="requires_payment_method",
            customer=customer,
            payment_method=None,
            metadata=said["metadata"],
            usage="off_session",
        )
        intent["client_secret"] = f"{intent['id']}_secret_8Rw"
        return intent

    def _new(self, prefix: str, what: str, **said: Any) -> Thing:
        name = f"{prefix}_{len(self.things):06}"
        self.things[name] = {"id": name, "object": what, "livemode": False, "created": 1, **said}
        return self.things[name]

    def _whole(self, thing: Thing) -> Thing:
        """Return a thing with all of it told, as far as we ever ask for."""
        inner = {"latest_charge", "payment_intent", "setup_intent", "payment_method"}
        whole = {n: self._inside(v) if n in inner else v for n, v in thing.items()}
        return {name: value for name, value in whole.items() if name != "begins"}

    def _inside(self, name: Any) -> Any:
        return self._whole(self.things[name]) if name in self.things else name


def marks(reference: str, via: str = "token") -> Thing:
    """Return the metadata that we give to what is ours."""
    return {saying.OURS: reference, saying.VIA: via}
