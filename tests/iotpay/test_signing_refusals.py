"""What a refused message is told, and that it can be signed where MD5 is banned for security."""

from __future__ import annotations

import hashlib
import json

import pytest

import paycore
from paycore_iotpay import signing
from paycore_iotpay.signing import sign, verified

KEY = "paycoreTestKey0000000000000000A1"
LONG = "n" * 60


def refused(fields, *keys):
    """Return the error that a message with these members ends in."""
    with pytest.raises(paycore.WebhookRejected) as error:
        verified(json.dumps(fields).encode(), *(keys or (KEY,)))
    return error.value


@pytest.mark.parametrize(
    ("fields", "field", "status", "said"),
    [
        ({"a": "1"}, "sign", 401, "32 hex digits"),
        ({"a": "1", "sign": "no"}, "sign", 401, "32 hex digits"),
        ({"a": "1", "sign": "0" * 32}, "sign", 401, "not genuine"),
        ({"a": "1&b=2", "sign": "0" * 32}, "a", 400, "'a': can be written in more than one way"),
        ({"b": [1], "sign": "0" * 32}, "b", 400, "'b': can be written in more than one way"),
        ({LONG: True, "sign": "0" * 32}, LONG[:40], 400, f"'{LONG[:40]}': can"),
        ({"a": "1", "A": "1", "sign": "0" * 32}, "", 400, "two names differ only in case"),
    ],
)
def test_a_refusal_names_the_member(fields, field, status, said):
    """By our word for what is wrong, never by a value; a long name is cut."""
    error = refused(fields)

    assert (error.field or "", error.status) == (field, status)
    assert said in str(error)


def test_a_weak_key_is_told_as_one():
    """Whoever set it up reads why nothing is believed."""
    fields = {"a": "1"}

    assert "key is too short" in str(refused({**fields, "sign": sign(fields, "short")}, "short"))


def test_it_runs_where_md5_is_banned_for_security(monkeypatch):
    """What rests on it is only ever a hint, so it says that it is not for security."""
    real = hashlib.md5

    def banned(data=b"", *, usedforsecurity=True):
        if usedforsecurity is not False:
            raise ValueError("disabled for FIPS")
        return real(data, usedforsecurity=False)

    monkeypatch.setattr(signing.hashlib, "md5", banned)
    fields = {"a": "1"}
    signed = {**fields, "sign": sign(fields, KEY)}

    assert verified(json.dumps(signed).encode(), KEY) == signed
