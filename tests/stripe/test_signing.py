"""paycore_stripe.signing: what Stripe's own library signs is genuine, what it refuses is not."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

import paycore
from paycore import Secret
from paycore_stripe.signing import TOLERANCE_S, verified
from tests.stripe.messages import AT, NOW, SECRET, sign

OLDER = "whsec_before0000000000000000000000"
BODY = b'{"id":"evt_1"}'
objects = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-9, 9)),
    max_size=4,
)
secrets = st.text(st.characters(min_codepoint=33, max_codepoint=0x17F), min_size=16, max_size=50)


def heard(header: str, *keys: str, body: bytes = BODY, now: datetime = NOW) -> paycore.JsonObject:
    return verified(body, header, map(Secret, keys or (SECRET,)), now)


def refused(header: str, *keys: str, **more: object) -> int:
    """Return the status by which a message is refused."""
    with pytest.raises(paycore.WebhookRejected) as rejected:
        heard(header, *keys, **more)  # type: ignore[arg-type]
    return rejected.value.status


@given(said=objects, secret=secrets, at=st.integers(0, 10**11))
def test_what_their_library_signs_is_genuine(said, secret, at):
    """Any JSON, any secret, any time: we say and accept just what stripe-python says."""
    body = json.dumps(said, ensure_ascii=False)
    theirs = stripe.WebhookSignature.generate_signature_header(body, secret, at)
    now = datetime.fromtimestamp(at, UTC)

    assert sign(body.encode(), secret, at) == theirs
    assert heard(theirs, secret, body=body.encode(), now=now) == said


@given(said=objects, secret=secrets)
def test_what_we_sign_their_library_takes(said, secret):
    """The other way round, and through the front door that shops use."""
    body = json.dumps({**said, "object": "event"}, ensure_ascii=False)
    header = sign(body.encode(), secret, int(time.time()))

    assert stripe.WebhookSignature.verify_header(body, header, secret, 300)
    assert stripe.Webhook.construct_event(body, header, secret)["object"] == "event"


@given(said=objects, secret=secrets, other=secrets, at=st.integers(1, 60))
def test_what_their_library_refuses_we_refuse(said, secret, other, at):
    """Another secret, another body, another time: neither believes it."""
    body = json.dumps(said)
    header = sign(body.encode(), secret, AT)
    for wrong, key in (
        (header, secret + other),
        (header.replace(f"t={AT}", f"t={AT + at}"), secret),
    ):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.WebhookSignature.verify_header(body, wrong, key)
        assert refused(wrong, key, body=body.encode()) == 401
    assert refused(header, secret, body=body.encode() + b" ") == 401


@pytest.mark.parametrize("off", [-TOLERANCE_S, -1, 0, 1, TOLERANCE_S])
def test_a_time_within_the_tolerance_counts(off):
    """Five minutes to either side, to the second."""
    assert heard(sign(BODY, SECRET, AT + off)) == {"id": "evt_1"}


@pytest.mark.parametrize("off", [-TOLERANCE_S - 1, TOLERANCE_S + 1, -AT, 10**11])
def test_a_time_outside_of_it_does_not(off):
    """A message that was kept back is not genuine any more, and one of the future not yet."""
    assert refused(sign(BODY, SECRET, AT + off)) == 401


def test_the_time_counts_in_whole_seconds():
    """As it is signed: a fraction of ours does not decide."""
    late = NOW + timedelta(seconds=TOLERANCE_S, milliseconds=999)
    assert heard(sign(BODY, SECRET, AT), now=late) == {"id": "evt_1"}
    assert refused(sign(BODY, SECRET, AT), now=late + timedelta(milliseconds=1)) == 401


def test_any_of_several_secrets_and_signatures_will_do():
    """While secrets are rotated, Stripe signs with both: each side may know one of them."""
    old, new = (sign(BODY, key, AT).partition(",v1=")[2] for key in (OLDER, SECRET))
    both = f"t={AT},v1={old},v1={new},v0={new}"

    assert heard(both) == heard(both, OLDER) == heard(both, OLDER, SECRET)
    assert heard(f"t={AT},v1={old}", OLDER, SECRET) == {"id": "evt_1"}
    assert heard(f"t={AT},v1={new}", OLDER, SECRET) == {"id": "evt_1"}
    assert refused(both, "whsec_of_somebody_else_00000") == 401


@pytest.mark.parametrize("key", ["", " " * 40, "fifteen bytes..", "\t"])
def test_an_empty_or_short_secret_proves_nothing(key):
    """Whoever guesses it could sign, so what is signed with it is refused, and all beside it."""
    assert refused(sign(BODY, key, AT), key) == 401
    assert refused(sign(BODY, SECRET, AT), SECRET, key) == 401


def test_without_any_secret_nothing_is_genuine():
    """Nothing to compare with is no match."""
    with pytest.raises(paycore.WebhookRejected):
        verified(BODY, sign(BODY, SECRET, AT), [], NOW)


GOOD = sign(BODY, SECRET, AT)
V1 = GOOD.partition(",")[2]


@pytest.mark.parametrize(
    "header",
    [
        "", ",", "=", "t=", f"t={AT}", f"t={AT},", f"t={AT},v1=", f"t={AT},v0={V1[3:]}", V1,
        f"t=,{V1}", f"t=+{AT},{V1}", f"t={AT}.0,{V1}", f"t=-1,{V1}", f"t=1e9,{V1}", f"t= {AT},{V1}",
        f"t={AT},t={AT},{V1}", f"t={AT},t=1,{V1}", f"t=١٢٣,{V1}", f"t={'9' * 400},{V1}",
        f"T={AT},{V1}", GOOD + "0", GOOD[:-1], GOOD.upper(), f"{GOOD} ", f"t={AT},v1 ={V1[3:]}",
        "t=\udcff,v1=\udcff", f"t={AT},v1=\udcff", f"t={AT},v1={'é' * 64}", f"t={AT},v1={chr(0)}",
        "t=" + "," * 10_000, f"t={AT}," + "v1=0," * 50 + V1, GOOD.replace("=", ":"), f'"{GOOD}"',
        f"t={AT};{V1}", "Bearer " + GOOD,
    ],
)  # fmt: skip
def test_a_header_that_is_anything_else_is_refused(header):
    """Missing, doubled, odd or not ASCII: 401, and no other error."""
    assert refused(header) == 401


@given(st.text(max_size=200))
def test_any_text_for_a_header_is_refused(text):
    """Noise is never genuine, and never a third thing."""
    assert refused(text) == 401


@given(st.binary(max_size=60).filter(lambda noise: not noise.startswith(b"{")))
def test_genuine_bytes_that_are_no_json_are_told_apart(body):
    """Signed with our secret and not readable: 400, it is no forgery."""
    assert refused(sign(body, SECRET, AT), body=body) == 400


def test_a_secret_beyond_ascii_signs_too():
    """As UTF-8, as every library has it."""
    key = "whsec_schlüssel_für_später"

    assert heard(sign(BODY, key, AT), key) == {"id": "evt_1"}
