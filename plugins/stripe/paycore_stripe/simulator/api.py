"""A call, from who asks to what is answered: once for each idempotency key."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from paycore.serving import Asked
from paycore.wire.strict import JsonObject
from paycore_stripe.simulator import keys
from paycore_stripe.simulator.book import Book, new_id
from paycore_stripe.simulator.calls import KINDS, Route
from paycore_stripe.simulator.reading import decoded
from paycore_stripe.simulator.records import Kept
from paycore_stripe.simulator.refusing import Refused, wrong
from paycore_stripe.simulator.ripening import ripen
from paycore_stripe.simulator.saying import check_paths, expanded

VERSION: Final = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}(\.[a-z]+)?")
FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """A status and an object, before they go over the wire."""

    status: int
    body: JsonObject
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(book: Book, to: Route | None, asked: Asked) -> Answer:
    """Do what is asked, once for each idempotency key, and return the answer."""
    request = new_id("req")
    try:
        _check_caller(book, asked)
        if to is None:
            raise Refused(f"{asked.method} {asked.path}: no such address", status=404)
        said = _said(asked)
        with book.changing():
            return _once(book, to, asked, said, request)
    except Refused as refused:
        return Answer(refused.status, refused.body, {"Request-Id": request})


def _once(book: Book, to: Route, asked: Asked, said: JsonObject, request: str) -> Answer:
    """Do it, or repeat what was answered under the same key; only what changes things is kept."""
    key = asked.header("idempotency-key") if asked.method == "POST" else ""
    if key and (known := keys.kept(book, key, asked.path, said)) is not None:
        told = {"Request-Id": request, "Original-Request": known.request}
        return Answer(known.status, known.body, {**told, "Idempotent-Replayed": "true"})
    ripen(book)
    try:
        body = _done(book, to, said)
        status = 402 if "error" in body else 200
    except Refused as refused:
        if not refused.remembered:
            raise
        status, body = refused.status, refused.body
    if key:
        fields = keys.written(said)
        kept = Kept(asked.path, fields, status, body, book.now_ms(), request)
        book.records.answers[key] = kept
    return Answer(
        status, body, {"Request-Id": request, **({"Idempotency-Key": key} if key else {})}
    )


def _done(book: Book, to: Route, said: JsonObject) -> JsonObject:
    paths = _paths(to.name, said.get("expand", []))
    asked = {name: each for name, each in said.items() if name != "expand"}
    body = to.act(book, asked, *to.ids)
    return body if "error" in body else expanded(book, body, paths)


def _paths(name: str, expand: Any) -> list[str]:
    """Return what is to be expanded in each object; of a list, without the word `data`."""
    paths = expand if isinstance(expand, list) else [expand]
    if not all(isinstance(path, str) for path in paths):
        raise wrong("expand", "must be a list of names")
    kind, _, act = name.rpartition(".")
    many = "data." if act in {"list", "search", "payment_methods"} else ""
    if not all(path.startswith(many) for path in paths):
        raise wrong("expand", "what is in a list begins with data")
    ours = [path.removeprefix(many) for path in paths]
    check_paths("payment_method" if act == "payment_methods" else KINDS[kind], ours)
    return ours


def _check_caller(book: Book, asked: Asked) -> None:
    """Refuse whoever has not the key, or speaks a version that never was."""
    kind, _, key = asked.header("authorization").partition(" ")
    ours = book.shop.secret_key.reveal().encode()
    if kind != "Bearer" or not hmac.compare_digest(key.strip().encode(), ours):
        raise Refused("No such API key", status=401)
    version = asked.header("stripe-version")
    if version and not VERSION.fullmatch(version):
        raise Refused("Stripe-Version: no such version")


def _said(asked: Asked) -> JsonObject:
    if asked.method != "POST":
        return decoded(asked.query)
    kind = asked.header("content-type").partition(";")[0].strip().lower()
    if asked.body and kind != FORM:
        raise Refused(f"Content-Type: want {FORM}", remembered=False)
    return decoded(asked.body)
