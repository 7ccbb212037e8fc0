"""paycore_iotpay.schemas: our words and theirs, there and back."""

from __future__ import annotations

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import paycore
from paycore import Money
from paycore_iotpay.schemas import HEARD, SAYS

reference = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=30)
word = st.text(st.characters(exclude_categories=["Cs", "Cc"], max_codepoint=0xFFFF), max_size=64)
amount = st.builds(Money, st.integers(1, 2**63 - 1), st.just("CAD"))
url = st.text("abc/?=&", max_size=170).map(lambda path: f"https://shop.example/{path}")
digits = st.text(string.digits, min_size=12, max_size=19).map(paycore.Secret)
card = st.builds(
    paycore.CardData,
    digits,
    st.integers(1, 12),
    st.integers(2000, 2099),
    st.text(string.digits, min_size=3, max_size=4).map(paycore.Secret),
    word.filter(bool).map(lambda holder: holder[:50]),
)
payer = st.builds(paycore.Payer, word.map(lambda text: text[:30]), st.ip_addresses().map(str))
page = st.builds(paycore.HostedPage, url)
METHODS = {
    "cc_purchase": page,
    "cc_purchasewithtoken": st.builds(paycore.StoredToken, reference),
    "cc_purchasewithwallet": st.builds(
        paycore.Wallet, st.sampled_from(["apple_pay", "google_pay"]), word.filter(bool)
    ),
    "cc_directpurchase": card,
}
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("endpoint", METHODS)
@shared
@given(data=st.data())
def test_charge_survives_the_wire(endpoint, account, data):
    """Put into IOTPay's words and read back, a charge is the same charge."""
    ask = data.draw(
        st.builds(paycore.ChargeRequest, reference, amount, METHODS[endpoint], word, word, payer)
    )
    schema = SAYS[endpoint]
    said = paycore.dump(schema, {"ask": ask, "by": account})
    heard = schema.load(said)

    assert heard["ask"]["reference"] == ask.reference
    assert heard["ask"]["amount"] == {"minor": ask.amount.minor, "currency": "CAD"}
    assert heard.get("description", "") == ask.description
    assert heard["by"]["merchant_id"] == "10000701"
    assert "" not in said.values()
    assert {name for name, text in said.items() if not isinstance(text, (str, int))} == set()


@shared
@given(data=st.data(), drawn=card)
def test_card_survives_the_wire(account, data, drawn):
    """A raw card arrives with every digit, and its last month as MMYY."""
    ask = paycore.TokenizeRequest(data.draw(reference), drawn)
    said = paycore.dump(SAYS["cc_directaddcard"], {"ask": ask, "by": account})

    assert said["cardNum"] == drawn.number.reveal()
    assert said["cvv"] == drawn.security_code.reveal()
    assert said["expiryDate"] == f"{drawn.expiry_month:02d}{str(drawn.expiry_year)[2:]}"
    assert said["holder"] == drawn.holder


@pytest.mark.parametrize("endpoint", SAYS)
def test_nothing_is_said_beside_what_an_endpoint_takes(endpoint):
    """A name that the endpoint does not have is a slip of ours, and raises."""
    problems = SAYS[endpoint].validate({"surely": "not"})

    assert "surely" in problems


def test_every_endpoint_of_version_3_is_here(messages):
    """The endpoints are those that the reference has examples of."""
    shown = {
        message["url"].rpartition("/")[2]
        for name, message in messages.items()
        if name.startswith("cc_") and ".req" in name
    }

    assert set(SAYS) == shown


@pytest.mark.parametrize("absent", [None, ""])
def test_null_and_empty_mean_absent(absent):
    """A member without a value is as one that was never sent, and is no error."""
    names = [field.data_key or name for name, field in HEARD.fields.items()]

    assert HEARD.load(dict.fromkeys(names, absent)) == HEARD.load({})


@pytest.mark.parametrize("name", ["amount", "refundable"])
@pytest.mark.parametrize(
    ("told", "minor"), [(0, 0), (1500, 1500), ("1500", 1500), (2**63 - 1, 2**63 - 1)]
)
def test_amounts_are_exact(name, told, minor):
    """An amount is a JSON integer or its digits, and money only with its currency."""
    assert HEARD.load({name: told, "currency": "CAD"})[name] == Money(minor, "CAD")
    assert HEARD.load({name: told})[name] is None


@pytest.mark.parametrize(
    "told", [1500.0, "01500", " 1500", "+1", "-1", -1, True, "1e3", "١٥", [1500], 2**63, "1" * 20]
)
def test_other_spellings_of_an_amount_are_refused(told):
    """What has more than one spelling, or is no whole number, is malformed."""
    with pytest.raises(paycore.OutcomeUnknown, match="amount"):
        paycore.load(HEARD, {"amount": told, "currency": "CAD"})


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("4111111111111111", "411111******1111"),
        ("432567******2266", "432567******2266"),
        ("424242XXXXXX4242", "424242******4242"),
    ],
)
def test_card_number_is_masked_before_anyone_sees_it(number, shown):
    """A full number from IOTPay's side is masked as it is read."""
    assert HEARD.load({"cardNum": number})["masked"] == shown


def test_evidence_hides_what_is_sensitive():
    """Of what is stored, card, page and secret are hidden; the rest is shown as it came."""
    told = {
        "cardNum": "432567******2266",
        "secureId": "f" * 64,
        "redirectUrl": "https://x.example/?key=ff",
        "authNum": "A1B2C3",
        "status": 2,
        "holder": "Jane Doe",
        "cvv": "123",
    }

    assert paycore.scrubbed(HEARD, told) == {
        "cardNum": "[hidden]",
        "secureId": "[hidden]",
        "redirectUrl": "[hidden]",
        "authNum": "A1B2C3",
        "status": 2,
        "holder": "[unlisted]",
        "cvv": "[unlisted]",
    }
