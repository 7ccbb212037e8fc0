"""paycore_iotpay.signing: our signature is theirs, and what is not theirs is refused."""

from __future__ import annotations

import json
import logging
from functools import cmp_to_key
from hashlib import md5
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import paycore
from paycore import secret
from paycore.secret import scrub
from paycore_iotpay.signing import sign, verified

KEY = "paycoreTestKey0000000000000000A1"
TOLD = json.loads(
    (Path(__file__).parent / "vectors" / "iotpay_sign.json").read_text(encoding="utf-8")
)
SIGNED = [vector for vector in TOLD["vectors"] if vector["expect"] == "sign"]
REFUSED = [vector for vector in TOLD["vectors"] if vector["expect"] == "reject"]
ALSO = [(vector, other) for vector in SIGNED for other in vector["verify_also_accept"]]
PHP = [vector for vector in SIGNED if vector["php_sdk"]["agrees"]]

plain = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="&="), min_size=1, max_size=12
)
names = st.one_of(
    plain,
    st.from_regex(r"[A-Za-z_]{1,4}[0-9]{0,3}[A-Za-z_-]{0,2}[0-9]{0,2}", fullmatch=True),
).filter(lambda name: name != "sign")
values = st.one_of(plain, st.integers(-(2**63), 2**63 - 1))
members = st.dictionaries(names, values, max_size=8).filter(
    lambda drawn: len({name.casefold() for name in drawn}) == len(drawn)
)


def said(fields: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({**fields, **more}).encode()


def in_order(fields: dict[str, Any], order: Any) -> str:
    """Sign as another party would, by the rules of the reference and an order of its own."""
    pairs = "&".join(f"{name}={fields[name]}" for name in sorted(fields, key=order))
    return md5(f"{pairs}&key={KEY}".encode()).hexdigest().upper()


def natural_order(a: str, b: str) -> int:
    """PHP's strnatcasecmp, character by character, on the names that IOTPay could have."""
    i = j = 0
    while i < len(a) and j < len(b):
        if a[i] in "0123456789" and b[j] in "0123456789":
            m, n = i, j
            while i < len(a) and a[i] in "0123456789":
                i += 1
            while j < len(b) and b[j] in "0123456789":
                j += 1
            if int(a[m:i]) != int(b[n:j]):
                return int(a[m:i]) - int(b[n:j])
            continue
        x, y = (c.upper() if c.isascii() else c for c in (a[i], b[j]))
        if x != y:
            return ord(x) - ord(y)
        i, j = i + 1, j + 1
    return (len(a) - i) - (len(b) - j)


@pytest.mark.parametrize("vector", SIGNED, ids=lambda vector: vector["id"])
def test_vector_is_signed(vector):
    """Every vector of the reference gets the signature that stands there, from either key type."""
    expected = vector["sign"]

    assert sign(vector["params"], vector["key"]) == expected
    assert sign(vector["params"], paycore.Secret(vector["key"])) == expected


@pytest.mark.parametrize("vector", PHP, ids=lambda vector: vector["id"])
def test_the_vendors_own_class_made_the_same(vector):
    """What the vendor's PHP class signs, we sign alike: the sample that is not our own making."""
    assert sign(vector["params"], vector["key"]) == vector["php_sdk"]["observed_sign"]


@pytest.mark.parametrize("vector", REFUSED, ids=lambda vector: vector["id"])
def test_what_could_be_written_in_two_ways_is_not_signed(vector):
    """Booleans, fractions, lists, objects and names that differ only in case are refused."""
    with pytest.raises(paycore.InvalidRequest):
        sign(vector["params"], vector["key"])


@pytest.mark.parametrize("vector", SIGNED, ids=lambda vector: vector["id"])
def test_vector_is_verified_where_it_has_one_reading(vector):
    """A vector verifies, unless it or its key is of the kind that no notification may have."""
    body = said(vector["params"], sign=vector["sign"])
    texts = "".join(f"{name}{value}" for name, value in vector["params"].items())
    odd = any(character in texts for character in "&=\n\r\t")
    short = len(vector["key"].encode()) < 16
    if odd or short:
        with pytest.raises(paycore.WebhookRejected):
            verified(body, vector["key"])
    else:
        assert verified(body, vector["key"])["sign"] == vector["sign"]


@pytest.mark.parametrize(
    ("vector", "other"), ALSO, ids=lambda part: part.get("id", part.get("rule"))
)
def test_other_orders_are_understood_and_never_spoken(vector, other, caplog):
    """The two other orders of names are accepted, noted without a value, and never produced."""
    caplog.set_level(logging.INFO, logger="paycore.iotpay")
    fields = verified(said(vector["params"], sign=other["sign"]), vector["key"])

    assert fields["sign"] == other["sign"] != sign(vector["params"], vector["key"])
    assert caplog.messages == [f"a genuine message was signed in {other['rule']} order"]


@pytest.mark.parametrize("case", TOLD["verify_cases"], ids=lambda case: case["id"])
def test_case_is_judged(case):
    """Every verification case of the reference ends as it says there."""
    body = case["raw_body"].encode()
    if case["valid"]:
        assert verified(body, case["key"]) == json.loads(body)
    else:
        with pytest.raises(paycore.WebhookRejected):
            verified(body, case["key"])


@given(members, st.randoms(use_true_random=False))
@example({"a": "1", "A1": "2", "a01": "3"}, None)
def test_what_we_sign_verifies_in_whatever_order_it_comes(fields, shuffler):
    """A signed map verifies, however its members are ordered and whatever empty ones it gets."""
    signed = {**fields, "sign": sign(fields, KEY)}
    order = list(signed)
    if shuffler:
        shuffler.shuffle(order)
    shuffled = {name: signed[name] for name in order} | {"none yet": None, "nor this": ""}

    assert sign(shuffled, KEY) == signed["sign"]
    assert verified(said(shuffled), KEY) == shuffled


@given(members, st.sampled_from(["natural", "ascii", "pair-ci"]))
def test_each_order_of_another_party_verifies(fields, order):
    """However another party sorts the names, of the three ways known, its signature is taken."""
    keys = {
        "natural": cmp_to_key(lambda a, b: natural_order(a, b) or (a > b) - (a < b)),
        "ascii": lambda name: name.encode(),
        "pair-ci": lambda name: (f"{name}={fields[name]}&".lower(), name),
    }
    assume(fields)

    assert verified(said(fields, sign=in_order(fields, keys[order])), KEY)


@given(members)
def test_we_sort_as_php_does(fields):
    """Our order of names is PHP's natural order without case."""
    order = cmp_to_key(lambda a, b: natural_order(a, b) or (a > b) - (a < b))
    assume(fields)

    assert sign(fields, KEY) == in_order(fields, order)


@given(members, st.data())
def test_one_altered_character_is_noticed(fields, data):
    """A signed message with one character of one value altered is not genuine."""
    assume(fields)
    name = data.draw(st.sampled_from(sorted(fields)))
    text = str(fields[name])
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("ab0Z").filter(lambda c: c != text[at]))
    altered = {**fields, name: text[:at] + other + text[at + 1 :]}

    with pytest.raises(paycore.WebhookRejected) as refused:
        verified(said(altered, sign=sign(fields, KEY)), KEY)

    assert refused.value.status == 401


@given(members, st.text(min_size=16).filter(lambda key: len(key.strip()) >= 16 and key != KEY))
def test_another_key_is_noticed(fields, key):
    """What was signed with one key does not verify with another."""
    body = said(fields, sign=sign(fields, KEY))

    with pytest.raises(paycore.WebhookRejected, match="genuine"):
        verified(body, key)


@given(members, st.data())
def test_two_members_run_into_one_are_not_one_member(fields, data):
    """The join of two members has one reading: as the value of one of them it is refused."""
    assume(len(fields) > 1)
    by_order = sorted(fields, key=cmp_to_key(natural_order))
    at = data.draw(st.integers(0, len(by_order) - 2))
    first, second = by_order[at], by_order[at + 1]
    run = {name: value for name, value in fields.items() if name != second}
    run[first] = f"{fields[first]}&{second}={fields[second]}"

    with pytest.raises(paycore.WebhookRejected) as refused:
        verified(said(run, sign=sign(run, KEY)), KEY)

    assert refused.value.status == 400


@pytest.mark.parametrize("odd", ["&", "=", "\n", "\x00", "\x7f", "\x85"])
@pytest.mark.parametrize("place", ["name", "value"])
def test_a_delimiter_or_control_is_refused_coming_in_and_signed_going_out(odd, place):
    """Our texts may hold delimiters; what a notification holds could then be read in two ways."""
    fields = {f"n{odd}": "v"} if place == "name" else {"n": f"v{odd}"}
    body = said(fields, sign=sign(fields, KEY))

    with pytest.raises(paycore.WebhookRejected) as refused:
        verified(body, KEY)

    assert refused.value.status == 400


@pytest.mark.parametrize("fields", [{"a": "\ud800"}, {"\udfff": "a"}])
def test_half_a_character_is_not_signed(fields):
    """A lone surrogate has no bytes to sign."""
    with pytest.raises(paycore.InvalidRequest):
        sign(fields, KEY)


@pytest.mark.parametrize("key", ["", " " * 20, "fifteen bytes..", "é" * 7])
def test_a_weak_key_proves_nothing(key):
    """A message signed with an empty, blank or short key is refused, though `sign` would sign."""
    body = said({"a": "1"}, sign=sign({"a": "1"}, key))

    with pytest.raises(paycore.WebhookRejected, match="short") as refused:
        verified(body, key)

    assert refused.value.status == 401


def test_a_key_of_odd_bytes_still_signs():
    """A key that an environment variable garbled leads to a signature, and never to a crash."""
    key = "\udc80" * 16
    body = said({"a": "1"}, sign=sign({"a": "1"}, key))

    assert verified(body, key)["a"] == "1"


def test_any_of_several_keys_will_do():
    """While keys are rotated, a message signed with either is genuine."""
    older = paycore.Secret("theKeyBefore0000000000000000000A")
    body = said({"a": "1"}, sign=sign({"a": "1"}, older))

    assert verified(body, KEY, older)["a"] == "1"


@pytest.mark.parametrize(
    "claimed",
    [
        None,
        "",
        True,
        0,
        1.5,
        ["x"],
        {"a": 1},
        "é" * 32,
        "\uff21" * 32,
        "\ufb00" * 16,
        "0x" + "A" * 30,
    ],
)
def test_a_signature_is_32_hex_digits(claimed):
    """What is no text of 32 ASCII hex digits is no signature, whatever it might equal loosely."""
    with pytest.raises(paycore.WebhookRejected) as refused:
        verified(said({"a": "1"}, sign=claimed), KEY)

    assert refused.value.status == 401


@given(
    st.one_of(
        st.binary(),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("sign"), inner),
        ).map(lambda value: json.dumps(value).encode()),
    )
)
@example(b"[" * 100_000)
@example(b'{"' + b"9" * 5000 + b'": 1, "sign": "00000000000000000000000000000000"}')
def test_any_bytes_end_in_a_value_or_in_one_named_error(body):
    """Whatever comes in, `verified` returns or raises WebhookRejected, and nothing else."""
    try:
        ended = isinstance(verified(body, KEY), dict)
    except paycore.WebhookRejected as refused:
        ended = refused.status in (400, 401)

    assert ended


def test_a_ligature_is_no_hex_digit():
    """A letter that becomes FF when it is upper-cased is not those two digits."""
    fields = next(fields for n in range(999) if "FF" in sign(fields := {"a": n}, KEY))
    claimed = sign(fields, KEY).replace("FF", "\ufb00", 1)

    with pytest.raises(paycore.WebhookRejected):
        verified(said(fields, sign=claimed), KEY)


def test_our_own_order_is_nothing_to_note(caplog):
    """Only the other orders of names are worth a line in the log."""
    caplog.set_level(logging.DEBUG, logger="paycore.iotpay")
    verified(said({"a": "1"}, sign=sign({"a": "1"}, KEY)), KEY)

    assert caplog.messages == []


def test_numbers_in_names_are_compared_as_numbers():
    """Leading zeros do not count: a1, a002, a10."""
    fields = {"a10": "x", "a002": "y", "a1": "z"}
    expected = md5(f"a1=z&a002=y&a10=x&key={KEY}".encode()).hexdigest().upper()

    assert sign(fields, KEY) == expected


def test_an_unsigned_name_is_not_read_to_its_end():
    """Whoever knows the address may send a name of a quarter megabyte: it costs next to nothing."""
    body = said({"1 " * 100_000 + "&": "x", "sign": "0" * 32})
    with (
        mock.patch.object(secret, "scrub", side_effect=scrub) as read,
        pytest.raises(paycore.WebhookRejected),
    ):
        verified(body, KEY)

    assert 40 <= sum(len(call.args[0]) for call in read.call_args_list) <= 2_000


def test_an_error_quotes_no_value_and_no_card():
    """What a refused member holds stays out of the error; a card number in its name is masked."""
    with pytest.raises(paycore.WebhookRejected) as refused:
        verified(said({"4111111111111111": ["very private"]}), KEY)

    assert "private" not in str(refused.value)
    assert "4111111111111111" not in f"{refused.value}{refused.value.field}"
