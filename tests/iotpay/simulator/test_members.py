"""What a request must hold, and who may send it."""

import json

import pytest

import paycore
from paycore_iotpay.simulator.book import Merchant
from paycore_iotpay.simulator.checking import sign
from paycore_iotpay.simulator.members import REQUIRED, SHAPES, Refused, checked, opened

KEY = "simulatedKey00000000000000000000"
MERCHANT = Merchant("10000701", paycore.Secret(KEY), "jack123")
SOUND = {
    "mchId": "10000701",
    "loginName": "jack123",
    "mchOrderNo": "o-1",
    "amount": 1500,
    "currency": "CAD",
    "channel": "PF_CC",
    "notifyUrl": "https://shop.example/n?a=1",
    "returnUrl": "https://shop.example/r?b=2#c",
}


def body(**changes):
    fields = {**SOUND, **changes}
    fields = {name: value for name, value in fields.items() if value is not None}
    return json.dumps({"sign": sign(fields, KEY), **fields}).encode()


def refused(raw):
    with pytest.raises(Refused) as caught:
        opened(MERCHANT, "cc_purchase", raw)
    return str(caught.value)


def test_a_sound_request_is_opened_as_text():
    """Its members come back as text; unknown ones are welcome, empty ones are not there."""
    fields = opened(MERCHANT, "cc_purchase", body(avs="yes", subject=""))

    assert fields["amount"] == "1500"
    assert fields["avs"] == "yes"
    assert "subject" not in fields


@pytest.mark.parametrize("name", REQUIRED["cc_purchase"])
def test_a_missing_member_is_named(name):
    """Missing or empty is the same."""
    assert refused(body(**{name: None})) == f"parameter error: {name}"
    assert refused(body(**{name: ""})) == f"parameter error: {name}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mchOrderNo", "o" * 31),
        ("mchOrderNo", "o 1"),
        ("amount", 0),
        ("amount", -5),
        ("amount", "007"),
        ("amount", "15.00"),
        ("currency", "cad"),
        ("channel", "PF_XX"),
        ("notifyUrl", "ftp://shop.example/n"),
        ("notifyUrl", "https://shop.example/" + "n" * 200),
        ("returnUrl", "javascript:alert(1)"),
        ("returnUrl", "https://user@shop.example/"),
        ("returnUrl", 'https://shop.example/"onload='),
        ("subject", "s" * 65),
        ("body", "b" * 251),
        ("clientIp", "home"),
    ],
)
def test_an_odd_member_is_named(name, value):
    """A value of another shape or too long is refused, signed or not."""
    assert refused(body(**{name: value})) == f"parameter error: {name}"


@pytest.mark.parametrize("value", [True, 1.5, [1], {"v": 1}])
def test_a_value_that_cannot_be_signed_is_named(value):
    """Only texts and integers are members."""
    raw = json.dumps({**SOUND, "amount": value, "sign": "0" * 32}).encode()

    assert refused(raw) == "parameter error: amount"


def test_who_it_is_and_that_it_is_genuine():
    """Another merchant, another login, another currency and a wrong signature have their texts."""
    assert refused(body(mchId="10000702")) == "merchant does not exist"
    assert refused(body(loginName="jill")) == "loginName does not exist"
    assert refused(body(currency="USD")) == "currency is not supported"
    assert refused(body(sign="0" * 32)) == "signature error"
    assert refused(body(sign=None).replace(b'"sign"', b'"sing"')) == "signature error"
    assert refused(body().replace(b"1500", b"1501")) == "signature error"


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"a":1,"a":2}', b"\xff"])
def test_what_is_no_object_is_refused(raw):
    """The body is read strictly."""
    assert refused(raw).startswith("body: ")


def test_no_login_is_asked_for_a_query():
    """cc_query and cc_querycard do without loginName; one that is there must be right."""
    fields = {"mchId": "10000701", "mchOrderNo": "o-1"}
    wrong = {**fields, "loginName": "jill"}
    raw = json.dumps({**fields, "sign": sign(fields, KEY)}).encode()
    wrong_raw = json.dumps({**wrong, "sign": sign(wrong, KEY)}).encode()

    assert opened(MERCHANT, "cc_query", raw)["mchOrderNo"] == "o-1"
    with pytest.raises(Refused, match="loginName"):
        opened(MERCHANT, "cc_query", wrong_raw)


def test_every_required_member_has_a_shape():
    """Nothing required may look as it likes."""
    assert {name for names in REQUIRED.values() for name in names} <= SHAPES.keys()


def test_a_form_needs_no_signature():
    """What the hosted form sends is checked for its members alone."""
    card = {"cardNum": "4111111111111111", "expiryDate": "1230", "holder": "T", "cvv": "123"}

    assert checked("cc_pfpurchase", {"secureId": "a" * 64, **card})["cvv"] == "123"
    with pytest.raises(Refused, match="parameter error: cvv"):
        checked("cc_pfpurchase", {"secureId": "a" * 64, **card, "cvv": "12"})
    with pytest.raises(Refused, match="parameter error: expiryDate"):
        checked("cc_pfpurchase", {"secureId": "a" * 64, **card, "expiryDate": "1330"})
