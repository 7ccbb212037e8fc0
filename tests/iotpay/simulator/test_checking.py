"""The gateway's own check of signatures, held to the vectors."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import paycore
from paycore_iotpay.simulator.checking import genuine, sign

VECTORS = json.loads((Path(__file__).parent / "vectors" / "iotpay_sign.json").read_text("utf-8"))
SIGNED = [vector for vector in VECTORS["vectors"] if vector["expect"] == "sign"]
REFUSED = [vector for vector in VECTORS["vectors"] if vector["expect"] == "reject"]
TOLERATED = [(vector, also["sign"]) for vector in SIGNED for also in vector["verify_also_accept"]]
KEY = "paycoreTestKey0000000000000000A1"

names = st.from_regex(r"[a-z]{1,8}", fullmatch=True).filter(lambda name: name != "sign")
plain_fields = st.dictionaries(names, st.text(st.characters(codec="utf-8")) | st.integers())


@pytest.mark.parametrize("vector", SIGNED, ids=lambda vector: vector["id"])
def test_signs_as_the_official_class_does(vector):
    """Every vector's signature comes out, and is taken for genuine in either case."""
    made = sign(vector["params"], vector["key"])

    assert made == vector["sign"]
    assert genuine({**vector["params"], "sign": made}, vector["key"])
    assert genuine({**vector["params"], "sign": made.lower()}, vector["key"])


@pytest.mark.parametrize(("vector", "other"), TOLERATED)
def test_takes_the_other_orders_too(vector, other):
    """A signature over another order in circulation is genuine, though nobody here makes it."""
    assert genuine({**vector["params"], "sign": other}, vector["key"])
    assert sign(vector["params"], vector["key"]) != other


@pytest.mark.parametrize("vector", REFUSED, ids=lambda vector: vector["id"])
def test_does_not_sign_what_is_ambiguous(vector):
    """Booleans, fractions, lists, objects and names that differ only in case are refused."""
    with pytest.raises(ValueError, match=r"neither a text|differ only in case"):
        sign(vector["params"], vector["key"])

    assert not genuine({**vector["params"], "sign": "0" * 32}, vector["key"])


@pytest.mark.parametrize("case", VERIFIED := VECTORS["verify_cases"], ids=lambda case: case["id"])
def test_judges_every_body_as_it_should(case):
    """Of the bodies in the vectors exactly the genuine ones are."""
    try:
        fields = paycore.parse_json(case["raw_body"].encode())
    except paycore.OutcomeUnknown:
        fields = {}

    assert genuine(fields, case["key"]) is case["valid"]


@given(plain_fields, names, st.integers())
def test_an_altered_value_is_noticed(fields, name, value):
    """A member that is altered or added after signing makes the message a forgery."""
    signed = {**fields, "sign": sign(fields, KEY)}
    altered = {**signed, name: value}

    assert genuine(signed, KEY)
    assert genuine(altered, KEY) is (str(fields.get(name)) == str(value))
