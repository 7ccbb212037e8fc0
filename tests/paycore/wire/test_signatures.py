"""What is signed with a secret of ours, and now, is genuine; nothing else is."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from traceback import TracebackException

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.errors import WebhookRejected
from paycore.secret import Secret
from paycore.wire import signatures
from paycore.wire.signatures import verified_hmac, verified_time

KEY = "a-secret-of-ours-0123456789"
OLDER = "a-secret-before-0123456789"
BODY = b'{"id":1}'
AT = 1_767_225_600
NOW = datetime.fromtimestamp(AT, UTC)
keys = st.text(st.characters(min_codepoint=33, exclude_categories=["Cs", "Z"]), min_size=16)


def sign(signed, key=KEY):
    """Return what the other side says, made by the standard library alone."""
    return hmac.digest(key.encode(), signed, "sha256").hex()


def checked(claims, *secrets, signed=BODY):
    return verified_hmac(signed, claims, map(Secret, secrets or (KEY,)), field="x-signature")


def refused(claims, *secrets, signed=BODY):
    """Check that it is refused with 401, by the name of the header, and quotes no secret."""
    with pytest.raises(WebhookRejected) as caught:
        checked(claims, *secrets, signed=signed)
    assert (caught.value.status, caught.value.field) == (401, "x-signature")
    assert not any(secret in str(caught.value) for secret in secrets if secret.strip())
    return True


def test_a_known_answer():
    """The fourth case of RFC 4231: two that sign alike could be wrong together."""
    key = "".join(map(chr, range(1, 26)))
    known = "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"

    assert checked([known], key, signed=b"\xcd" * 50) == b"\xcd" * 50


@given(st.binary(), keys)
def test_what_is_signed_is_genuine(signed, key):
    """Any bytes, any secret that can be one: the bytes come back."""
    assert checked([sign(signed, key)], key, signed=signed) == signed


@given(st.binary(), keys, keys, st.integers(0, 63))
def test_what_is_altered_is_not(signed, key, other, at):
    """Another byte, another secret, another digit."""
    sound = sign(signed, key)
    digit = "0" if sound[at] != "0" else "1"

    assert refused([sound], key, signed=signed + b"x")
    assert refused([sound[:at] + digit + sound[at + 1 :]], key, signed=signed)
    assert key == other or refused([sound], other, signed=signed)


@given(st.lists(st.text(max_size=70), max_size=4))
def test_noise_is_never_genuine(claims):
    """Whatever the text, lone surrogates and other scripts included: 401, and no third thing."""
    assert refused(claims)


@pytest.mark.parametrize("secret", [KEY, "too-short-canary"[:15]])
def test_no_local_variable_of_a_refusal_is_a_secret(secret):
    """A crash report with every local variable shows neither the secret nor what it signs."""
    with pytest.raises(WebhookRejected) as caught:
        checked([sign(BODY, OLDER)], secret)

    frames = TracebackException.from_exception(caught.value, capture_locals=True).stack
    held = [
        value for frame in frames if frame.filename != __file__ for value in frame.locals.values()
    ]
    ours = [value for value in held if secret in value or sign(BODY, secret) in value]
    assert len(frames) >= 3
    assert ours == []


def test_any_secret_and_any_claim_will_do():
    """While a secret is rotated each side may know one of two."""
    old, new = sign(BODY, OLDER), sign(BODY)

    assert checked([old, new]) == checked([new], OLDER, KEY) == checked(["", old], KEY, OLDER)
    for claims in ([old], [], [""], [new.upper()], [new + " "], [new[:-1]]):
        assert refused(claims)


@pytest.mark.parametrize("short", ["", " " * 40, "fifteen bytes..", "\t", " fifteen bytes.. "])
def test_a_short_secret_proves_nothing(short):
    """Who guesses it could sign: refused, and with it all that stands beside it."""
    assert refused([sign(BODY, short)], short)
    assert refused([sign(BODY)], KEY, short)
    assert refused([sign(BODY)], short, KEY)


def test_without_a_secret_nothing_is_genuine():
    """Nothing to compare with is no match."""
    with pytest.raises(WebhookRejected):
        verified_hmac(BODY, [sign(BODY)], [], field="x-signature")


def test_every_claim_is_compared_with_every_secret(monkeypatch):
    """In constant time, and no sooner done for one that comes first."""
    seen = []
    honest = hmac.compare_digest

    class Counted:
        new = staticmethod(hmac.new)

        @staticmethod
        def compare_digest(ours, theirs):
            seen.append((ours, theirs))
            return honest(ours, theirs)

    monkeypatch.setattr(signatures, "hmac", Counted)
    checked([sign(BODY), "0" * 64], KEY, OLDER)

    assert len(seen) == 4
    assert all(type(part) is bytes for pair in seen for part in pair)


@pytest.mark.parametrize("off", [-300, -1, 0, 1, 300])
def test_a_time_within_the_tolerance_counts(off):
    """To either side, to the second; a fraction of ours does not decide."""
    assert verified_time(str(AT + off), NOW, field="x-time") == AT + off
    assert verified_time(str(AT), NOW + timedelta(seconds=300, milliseconds=999), field="x-time")


@pytest.mark.parametrize(
    "said",
    [str(AT - 301), str(AT + 301), "0", "9" * 12, "", " ", "now", f"+{AT}", f"-{AT}", f"{AT}.0",
     f" {AT}", f"{AT}\n", "1_767_225_600", "1e9", "١٧٦٧٢٢٥٦٠٠", "9" * 400],
)  # fmt: skip
def test_another_time_or_none_does_not(said):
    """Kept back, ahead of us, or no whole seconds: 401."""
    with pytest.raises(WebhookRejected) as caught:
        verified_time(said, NOW, field="x-time")
    assert (caught.value.status, caught.value.field) == (401, "x-time")


def test_the_tolerance_is_the_plugins_to_say():
    """Ten seconds are ten."""
    assert verified_time(str(AT - 10), NOW, 10, field="x-time") == AT - 10
    with pytest.raises(WebhookRejected):
        verified_time(str(AT - 11), NOW, 10, field="x-time")
