"""What the hosted form and the mobile SDKs call."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore_iotpay.simulator.form import landing

CARD = {"expiryDate": "1230", "holder": "Test Payer", "cvv": "123"}
GOOD = {"cardNum": "4111111111111111", **CARD}
LATE = {"cardNum": "6205500000000000004", **CARD}


def form(merchant, endpoint, secure_id, **card):
    folder = "cc" if endpoint == "queryorder" else "v3"
    return merchant.post(f"/{folder}/{endpoint}", json={"secureId": secure_id, **card}).json()


def test_a_payer_pays_in_the_form(merchant, simulator):
    """The answer is the order, and where the browser goes; the money has moved once."""
    page = merchant.page()
    answer = form(merchant, "cc_pfpurchase", page["secureId"], **GOOD)

    assert answer["retCode"] == "SUCCESS"
    assert answer["retData"]["status"] == 2
    assert answer["retData"]["redirectUrl"] == (
        "https://shop.example/thanks?order=1&retCode=SUCCESS&status=2#done"
    )
    assert [effect.reference for effect in simulator.effects()] == ["o-1"]


def test_a_decline_is_a_success_with_status_9(merchant, simulator):
    """And sends the browser back with a reason."""
    page = merchant.page()
    answer = form(
        merchant, "cc_pfpurchase", page["secureId"], **{**GOOD, "cardNum": "4000000000000002"}
    )

    assert (answer["retCode"], answer["retData"]["status"]) == ("SUCCESS", 9)
    assert answer["retData"]["redirectUrl"].endswith("&retCode=FAIL&retMsg=Declined&status=9#done")
    assert not simulator.effects()


def test_a_late_card_is_polled_for(merchant, simulator):
    """Status 1 until the clock has moved 60 seconds; the address says what is true then."""
    page = merchant.page(channel="UPI_EX")
    first = form(merchant, "cc_pfpurchase", page["secureId"], **LATE)["retData"]
    second = form(merchant, "queryorder", page["secureId"], **LATE)["retData"]
    simulator.advance(60)
    third = form(merchant, "queryorder", page["secureId"])["retData"]

    assert [data["status"] for data in (first, second, third)] == [1, 1, 2]
    assert "status=1#" in second["redirectUrl"]
    assert "status=2#" in third["redirectUrl"]


def test_a_page_that_nobody_has_paid(merchant):
    """Its order is open, and the browser goes nowhere."""
    data = form(merchant, "queryorder", merchant.page()["secureId"])["retData"]

    assert (data["status"], data["redirectUrl"]) == (0, "")


def test_a_card_is_stored_in_the_form(merchant):
    """The answer shows it masked; from then on it can be charged."""
    page = merchant.done(
        "cc_addcard", cardId="card-9", channel="PF_CC", returnUrl="https://shop.example/cards"
    )
    data = form(merchant, "cc_pfaddcard", page["secureId"], **GOOD)["retData"]

    assert (data["cardNum"], data["cvv"]) == ("411111******1111", "***")
    assert data["redirectUrl"] == "https://shop.example/cards?retCode=SUCCESS"
    assert merchant.done("cc_querycard", cardId="card-9")["cardId"] == "card-9"


def test_a_page_is_good_for_one_payment(merchant, simulator):
    """A second click, a second tab: refused, and nothing moves."""
    page = merchant.page()
    form(merchant, "cc_pfpurchase", page["secureId"], **GOOD)
    answer = form(merchant, "cc_pfpurchase", page["secureId"], **GOOD)

    assert answer == {"retCode": "FAIL", "retMsg": "secureId is used"}
    assert len(simulator.effects()) == 1


def test_a_page_lives_for_an_hour(merchant, simulator):
    """By the clock."""
    page = merchant.page()
    simulator.advance(3600)
    answer = form(merchant, "cc_pfpurchase", page["secureId"], **GOOD)

    assert answer["retMsg"] == "secureId is expired"


@pytest.mark.parametrize("endpoint", ["cc_pfpurchase", "cc_pfaddcard", "queryorder"])
def test_an_unknown_key(merchant, endpoint):
    """Says so."""
    assert form(merchant, endpoint, "f" * 64, **GOOD)["retMsg"] == "secureId error"


def test_a_page_s_key_opens_no_other_form(merchant):
    """A payment's page stores no card, and a card's page takes no payment nor tells of one."""
    pay = merchant.page()["secureId"]
    add = merchant.done(
        "cc_addcard", cardId="card-9", channel="PF_CC", returnUrl="https://shop.example/"
    )["secureId"]

    assert form(merchant, "cc_pfaddcard", pay, **GOOD)["retMsg"] == "secureId error"
    assert form(merchant, "cc_pfpurchase", add, **GOOD)["retMsg"] == "secureId error"
    assert form(merchant, "queryorder", add)["retMsg"] == "secureId error"


def test_a_wrong_card_can_be_mended(merchant):
    """A number that is none, or of another channel, leaves the page as it was."""
    secure_id = merchant.page()["secureId"]
    wrong = form(merchant, "cc_pfpurchase", secure_id, **{**GOOD, "cardNum": "4111111111111112"})
    other = form(merchant, "cc_pfpurchase", secure_id, **LATE)
    right = form(merchant, "cc_pfpurchase", secure_id, **GOOD)

    assert wrong["retMsg"] == "card number error"
    assert other["retMsg"] == "card is not supported on this channel"
    assert right["retData"]["status"] == 2


def test_one_card_for_each_name(merchant):
    """Two pages were open for it: the second one is refused."""
    asked = {"cardId": "card-9", "channel": "PF_CC", "returnUrl": "https://shop.example/"}
    pages = [merchant.done("cc_addcard", **asked)["secureId"] for _ in range(2)]
    answers = [form(merchant, "cc_pfaddcard", page, **GOOD) for page in pages]

    assert answers[0]["retCode"] == "SUCCESS"
    assert answers[1]["retMsg"] == "cardId already exists"


queries = st.lists(st.tuples(st.sampled_from("abc"), st.text("xyz%20&+", max_size=3)), max_size=3)


@given(st.sampled_from(["", "/", "/a/b"]), queries, st.text("f1", max_size=2))
def test_the_return_address_stays_what_it_was(path, own, fragment):
    """Its own query comes first, as it was written; its fragment stays; ours is appended."""
    query = "&".join(f"{name}={value.replace('%', '').replace('&', '')}" for name, value in own)
    url = f"https://shop.example{path}?{query}#{fragment}"

    parts = urlsplit(landing(url, {"retCode": "FAIL", "retMsg": "Card refused"}))

    assert parts.query.removeprefix(query).strip("&") == "retCode=FAIL&retMsg=Card%20refused"
    assert dict(parse_qsl(parts.query))["retMsg"] == "Card refused"
    assert (parts.hostname, parts.path, parts.fragment) == ("shop.example", path or "/", fragment)
