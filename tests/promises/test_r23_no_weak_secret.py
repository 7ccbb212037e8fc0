"""R23: an empty, blank or short secret is refused at start, and proves nothing to `verified`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest.mock import patch

import pytest

import paycore
from paycore.errors import SettingsError, WebhookRejected
from paycore_iotpay.signing import sign, verified
from tests.hostile.world import KEY, N0, Iotpay
from tests.promises.played import each
from tests.promises.proof import Proof

SHORTEST: Final = 16
BLANKS: Final = " \t\n\r\x0b\x0c\x1c\x85\u00a0\u2003\u2028\u3000"
LETTERS: Final = ("0123456789abcdef", "aZ9!~", "éß", "鍵", "\U0001f511", "\0", "&=")
VARIABLE: Final = "SHOP_MERCHANT_KEY"


def weak(rng: Random) -> str:
    """Return a secret that is none: blanks, or under 16 bytes, with blanks around or not."""
    letters, size = rng.choice(LETTERS), rng.randrange(SHORTEST)
    text = "".join(rng.choices(letters, k=size))
    while len(text.strip().encode()) >= SHORTEST:
        text = text[:-1]
    before, after = ("".join(rng.choices(BLANKS, k=rng.choice((0, 0, 1, 20)))) for _ in range(2))
    return before + text + after


def strong(rng: Random) -> str:
    """Return a secret of 16 bytes or a few more."""
    text = ""
    while len(text.encode()) < SHORTEST:
        text += rng.choice(rng.choice(LETTERS[:-2]))
    return text + "k" * rng.randrange(4)


class Started:
    """Settings of one account whose key comes from wherever keys come from."""

    def __init__(self, rng: Random, secret: Any) -> None:
        self._stack = ExitStack()
        self._key = self._from(rng, secret)
        self._provider = rng.choice(("iotpay", "iotpay_unionpay"))
        self._name = rng.choice(("merchant_key", "previous_merchant_key"))

    def _from(self, rng: Random, secret: Any) -> Any:
        """Return the setting: the secret itself, or where it is to be found."""
        if not isinstance(secret, str):
            return secret
        way = rng.choice(("text", "secret", "variable", "file"))
        if way == "secret":
            return paycore.Secret(secret)
        if way == "variable" and "\0" not in secret:
            self._stack.enter_context(patch.dict("os.environ", {VARIABLE: secret}))
            return f"env:{VARIABLE}"
        if way == "file":
            path = Path(self._stack.enter_context(TemporaryDirectory())) / "key"
            path.write_text(secret, encoding="utf-8", newline="")
            return f"file:{path}"
        return secret

    def open(self) -> None:
        """Open a gateway, or raise what the settings get."""
        account = {"merchant_id": "10000701", "login_name": "jack123", "merchant_key": KEY}
        if self._name == "previous_merchant_key":
            account["previous_key_until"] = "2099-01-01T00:00:00Z"
        account |= {"provider": self._provider, self._name: self._key}
        settings = {"ledger": "memory://", "accounts": {"cards": account}}
        with self._stack:
            paycore.open_gateway(settings, sender=lambda connection: Iotpay()).close()


def refused_at_start(rng: Random) -> None:
    """Open a gateway with a weak secret: the setting is named, and its value is not quoted."""
    none = rng.choice((None, True, 0, 1234567890123456789, 1.5, [KEY], {"a": KEY}, b"k" * 32))
    secret = none if rng.random() < 0.1 else weak(rng)
    with pytest.raises(SettingsError, match="merchant_key") as refused:
        Started(rng, secret).open()
    told = str(refused.value)
    shown = secret.strip() if isinstance(secret, str) else KEY
    assert len(shown) < 6 or shown not in told, "the refusal quotes the secret"


def proves_nothing(rng: Random) -> None:
    """Sign a message with a weak secret: it is refused, alone and beside a sound one."""
    secret = weak(rng)
    key = paycore.Secret(secret) if rng.random() < 0.5 else secret
    body = json.dumps({**N0, "sign": sign(N0, secret)}).encode()
    keys = rng.choice(((key,), (KEY, key), (key, KEY)))
    with pytest.raises(WebhookRejected) as refused:
        verified(body, *keys)
    assert refused.value.status == 401, "the refusal is not for its signature"


PROOFS = (
    Proof(
        "r23",
        "weak secrets in settings",
        commit=500,
        full=10_000,
        run=each("r23", refused_at_start),
        batch=500,
        where="start",
    ),
    Proof(
        "r23",
        "messages signed with weak secrets",
        commit=20_000,
        full=100_000,
        run=each("r23", proves_nothing),
        batch=10_000,
        where="verified",
    ),
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r23_a_weak_secret_is_refused(proof):
    """Wherever it comes from: a text, a variable that expands to nothing, a file, a list."""
    proof.check()


def _draws() -> Iterator[Random]:
    return (Random(f"r23 strong {number}") for number in range(50))


def test_r23_a_sound_secret_opens():
    """From 16 bytes on, in any script and from anywhere: it is the weakness that is refused."""
    for rng in _draws():
        Started(rng, strong(rng)).open()


def test_r23_a_sound_secret_proves():
    """What is signed with 16 bytes is genuine, and the key beside it does not matter."""
    for rng in _draws():
        key = strong(rng)
        body = json.dumps({**N0, "sign": sign(N0, key)}).encode()

        assert verified(body, KEY, key)


@pytest.mark.parametrize("given", ["", "   ", "\n"])
def test_r23_a_variable_that_expands_to_nothing(given, monkeypatch):
    """N55: an account without a key does not open, or everybody could sign for it."""
    monkeypatch.setenv(VARIABLE, given)
    account = {"provider": "iotpay", "merchant_id": "10000701", "login_name": "jack123"}
    account["merchant_key"] = f"env:{VARIABLE}"

    with pytest.raises(SettingsError, match="merchant_key"):
        paycore.open_gateway({"ledger": "memory://", "accounts": {"cards": account}})


def test_r23_the_bare_sign_signs_with_any_key():
    """It has no opinion: only what comes in is judged."""
    assert sign(N0, "") != sign(N0, " ")
