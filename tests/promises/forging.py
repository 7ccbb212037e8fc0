"""Messages that no provider sent, for three providers; what they really sent is known.

A forger has seen genuine messages and knows everything but the key. What is accepted must say
just what one of the genuine messages says: then it is that message, written in another way.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any, Final, NamedTuple

from paycore import Money, fake
from paycore.report import WebhookMessage
from paycore_iotpay.signing import sign
from tests.hostile.world import KEY, N0
from tests.promises.mutations import ODD_TEXTS, ODD_VALUES, changed
from tests.promises.noise import damaged, doubled, encoded, noise, written

SAID: Final[tuple[Mapping[str, Any], ...]] = (
    N0,
    {**N0, "status": 3, "param1": "a", "param2": "b", "param10": "c", "attach": "Zoë \U0001f600"},
    {**N0, "status": "9", "amount": "1500", "cardNum": "", "authNum": None},
    {**N0, "payType": "refund", "originalOrderId": N0["payOrderId"], "amount": 500},
)
"""What IOTPay signed: paid, paid with more members, declined, given back."""
SIGNED: Final = tuple({**said, "sign": sign(said, KEY)} for said in SAID)
TOLD: Final = tuple(
    fake.webhook(f"fk-{minor}", Money(minor, "CAD")) for minor in (1500, 7, 990_000)
)
"""What the fake provider told."""
STRANGE_KEYS: Final = (
    "", " ", KEY[:-1], KEY[1:], KEY.upper(), f"{KEY} ", f"{KEY}\n", KEY[::-1], "key", "0" * 32,
    "10000701", "None", "[secret]", "password", "0123456789abcdef",
)  # fmt: skip


class Tried(NamedTuple):
    """A message that comes in, and whether whoever wrote it had the key."""

    account: str
    message: WebhookMessage
    has_key: bool = False


Meaning = tuple[tuple[str, str], ...]


def tried(rng: Random) -> Tried:
    """Return something that might come in: mostly forged, sometimes signed nonsense or genuine."""
    account = rng.choice(("iotpay", "iotpay", "unionpay", "fake"))
    told = _told_fake(rng) if account == "fake" else _told_iotpay(rng, account)
    return told._replace(message=_enveloped(rng, told.message))


def meaning(account: str, message: WebhookMessage) -> Meaning | None:
    """Return what a message says and is signed with, in one spelling; None where that is nothing.

    Empty members say nothing, a number says what its digits say, and hex digits have no case: so
    IOTPay signs.
    """
    if account == "fake":
        return ((message.header("fake-signature"), message.body.decode("latin-1")),)
    try:
        pairs = json.loads(message.body, object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        return None
    said = ((name, _text(value)) for name, value in pairs if value not in (None, ""))
    return tuple(sorted((n, text.upper() if n == "sign" else text) for n, text in said))


def _text(value: object) -> str:
    """Return a text or an integer as it is signed; anything else as what no text can be."""
    return str(value) if isinstance(value, str) or type(value) is int else f"\0{value!r}"


def _told_iotpay(rng: Random, account: str) -> Tried:
    way = rng.random()
    if way < 0.08:
        return Tried(account, posted(noise(rng)))
    genuine = rng.choice(SIGNED)
    has_key = way > 0.8
    members = changed(rng, genuine) if way > 0.2 else dict(genuine)
    if has_key:
        members["sign"] = careless_sign(members, KEY)
    elif rng.random() < 0.4:
        members["sign"] = _bent_sign(rng, members)
    text = written(rng, members)
    if rng.random() < 0.05:
        text = doubled(rng, text, members)
    body = encoded(rng, text)
    if rng.random() < 0.25:
        body = damaged(rng, body)
    return Tried(account, posted(body), has_key)


def _bent_sign(rng: Random, members: Mapping[str, Any]) -> Any:
    """Return what a forger without the key puts into `sign`."""
    genuine = rng.choice(SIGNED)["sign"]
    at = rng.randrange(32)
    bent = (
        genuine,
        careless_sign(members, rng.choice(STRANGE_KEYS)),
        genuine[:at] + rng.choice("0123456789ABCDEFabg") + genuine[at + 1 :],
        genuine.swapcase(),
        genuine[:at],
        genuine + rng.choice(ODD_TEXTS),
        rng.choice(("\n", " ", "\0")).join((genuine[:at], genuine[at:])),
        genuine.translate({ord("0"): "\uff10", ord("A"): "\uff21"}),
        int(genuine, 16),
        [genuine],
        hashlib.sha256(genuine.encode()).hexdigest()[:32],
        rng.choice(ODD_VALUES),
    )
    return rng.choice(bent)


def careless_sign(members: Mapping[str, Any], key: str) -> str:
    """Return a signature over whatever there is, each value as its text."""
    texts = {
        str(name): value if type(value) is int else str(value) for name, value in members.items()
    }
    pairs = sorted((n, t) for n, t in texts.items() if n != "sign" and t not in ("", "None"))
    said = "".join(f"{name}={text}&" for name, text in pairs)
    signed = f"{said}key={key}".encode("utf-8", "surrogatepass")
    return hashlib.md5(signed, usedforsecurity=False).hexdigest().upper()


def _told_fake(rng: Random) -> Tried:
    genuine = rng.choice(TOLD)
    body, seal, has_key = genuine.body, genuine.header("fake-signature"), False
    way = rng.random()
    if way < 0.1:
        body = noise(rng)
    elif way < 0.7:
        body = encoded(rng, written(rng, changed(rng, json.loads(body))))
    if rng.random() < 0.25:
        body = damaged(rng, body)
    if rng.random() < 0.3:
        seal, has_key = _seal(fake.SECRET, body), True
    elif rng.random() < 0.5:
        at = rng.randrange(64)
        seal = rng.choice(
            (seal.upper(), seal[:at], seal[:at] + "g" + seal[at + 1 :], f" {seal}",
             f"sha256={seal}", _seal(rng.choice(STRANGE_KEYS).encode(), body),
             hashlib.sha256(body).hexdigest(), "\udcff" * 64, "\uff10" * 64, rng.choice(ODD_TEXTS))
        )  # fmt: skip
    name = rng.choice(("Fake-Signature", "fake-signature", "FAKE-SIGNATURE", "Fake_Signature", ""))
    return Tried("fake", replace(genuine, body=body, headers={name: seal}), has_key)


def _seal(secret: bytes, body: bytes) -> str:
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def posted(body: bytes) -> WebhookMessage:
    """Return a message as IOTPay posts it."""
    return WebhookMessage("POST", {"Content-Type": "application/json"}, "", body, "203.0.113.9")


def _enveloped(rng: Random, message: WebhookMessage) -> WebhookMessage:
    """Return a message that comes by an odd way, now and then."""
    if rng.random() < 0.9:
        return message
    name = rng.choice(("Content-Encoding", "content-type", "Host", "X-Forwarded-For", "\u212a", ""))
    headers = {name: rng.choice(("gzip", "identity", "text/plain; charset=utf-7", *ODD_TEXTS))}
    method = rng.choice(("POST", "post", "GET", "PUT", "", "ＰＯＳＴ"))
    return replace(message, method=method, headers={**message.headers, **headers})
