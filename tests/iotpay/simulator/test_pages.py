"""The hosted page, as a browser without JavaScript sees it."""

import re
from html.parser import HTMLParser

import pytest

GOOD = {
    "cardNum": "4111 1111 1111 1111",
    "holder": "Test Payer",
    "expiryDate": "12/30",
    "cvv": "123",
}


class _Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data

    def inputs(self):
        return {a["name"]: a for tag, a in self.tags if tag == "input"}


def path(page):
    return re.sub(r"^https?://[^/]+", "", page["redirectUrl"])


def add_page(merchant, **fields):
    asked = {"cardId": "card-9", "channel": "PF_CC", "returnUrl": "https://shop.example/cards"}
    return merchant.done("cc_addcard", **{**asked, **fields})


def test_the_page_shows_what_is_paid(merchant):
    """Price, number, and a form that needs no script."""
    answer = merchant.get(path(merchant.page(subject="Desk lamp")))
    page = _Page(answer.text)

    assert answer.status_code == 200
    assert "Pay 15.00 CAD" in page.text
    assert "Desk lamp" in page.text
    assert "o-1" in page.text
    assert ("form", {"method": "post"}) in page.tags
    assert list(page.inputs()) == list(GOOD)
    assert "script" not in dict(page.tags)


@pytest.mark.parametrize(
    ("channel", "shown", "hidden"),
    [("PF_CC", "4111 1111 1111 1111", "6200"), ("UPI_EX", "6205 5000 0000 0000 004", "4111")],
)
def test_the_page_shows_the_channel_s_test_cards(merchant, channel, shown, hidden):
    """And not the other one's."""
    text = merchant.get(path(merchant.page(channel=channel))).text

    assert shown in text
    assert hidden not in text


def test_paying_sends_the_browser_back(merchant, simulator):
    """With 303, to the merchant's address, which keeps its own query and fragment."""
    answer = merchant.post(path(merchant.page()), data=GOOD)

    assert answer.status_code == 303
    assert answer.headers["Location"] == (
        "https://shop.example/thanks?order=1&retCode=SUCCESS&status=2#done"
    )
    assert [effect.reference for effect in simulator.effects()] == ["o-1"]


def test_a_decline_sends_the_browser_back_too(merchant, simulator):
    """With the reason."""
    answer = merchant.post(path(merchant.page()), data={**GOOD, "cardNum": "4000000000000002"})

    assert answer.headers["Location"].endswith("retCode=FAIL&retMsg=Declined&status=9#done")
    assert not simulator.effects()


def test_a_card_is_stored(merchant):
    """No price there, and the card is bound afterwards."""
    page = path(add_page(merchant))
    shown = _Page(merchant.get(page).text).text
    answer = merchant.post(page, data=GOOD)

    assert "Store a card" in shown
    assert "card-9" in shown
    assert answer.headers["Location"] == "https://shop.example/cards?retCode=SUCCESS"
    assert merchant.done("cc_querycard", cardId="card-9")["expiryDate"] == "1230"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("cardNum", "", "The card number is missing or not complete."),
        ("cardNum", "4111 1111 1111 1112", "Card number error."),
        ("cardNum", "6200 0000 0000 0005", "Card is not supported on this channel."),
        ("holder", " ", "The name on the card is missing."),
        ("expiryDate", "13/30", "The expiry date is month and year, four digits."),
        ("cvv", "12", "The security code is three or four digits."),
    ],
)
def test_a_slip_can_be_mended(merchant, simulator, name, value, told):
    """The page comes again, says what is wrong, and has forgotten the card."""
    page = path(merchant.page())
    answer = merchant.post(page, data={**GOOD, name: value})
    shown = _Page(answer.text)

    assert answer.status_code == 400
    assert told in shown.text
    assert ("p", {"class": "problem", "role": "alert"}) in shown.tags
    assert "value" not in shown.inputs()["cardNum"] | shown.inputs()["cvv"]
    assert not simulator.effects()
    assert merchant.post(page, data=GOOD).status_code == 303


def test_nothing_is_filled_in(merchant):
    """An empty form is a slip like any other."""
    assert merchant.post(path(merchant.page())).status_code == 400


def test_texts_are_escaped(merchant):
    """Whatever a merchant or a payer writes is text."""
    nasty = '"><script>alert(1)</script>'
    page = path(merchant.page("<b>1&", subject=nasty))
    first = merchant.get(page).text
    second = merchant.post(page, data={**GOOD, "holder": nasty, "cvv": ""}).text

    assert nasty not in first + second
    assert _Page(second).inputs()["holder"]["value"] == nasty
    assert "<b>1&" in _Page(first).text
    assert {tag for tag, _ in _Page(first).tags}.isdisjoint({"script", "b"})


def test_the_page_may_load_nothing_else(merchant):
    """Its style, its form, and the way back to the merchant."""
    headers = merchant.get(path(merchant.page())).headers
    policy = headers["Content-Security-Policy"].split("; ")

    assert "default-src 'none'" in policy
    assert "form-action 'self' https://shop.example" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_a_page_that_was_used(merchant, simulator):
    """Leads back to the shop, and takes no second payment."""
    page = path(merchant.page())
    merchant.post(page, data=GOOD)
    seen, paid = merchant.get(page), merchant.post(page, data=GOOD)

    assert (seen.status_code, paid.status_code) == (410, 410)
    assert "This page has been used" in seen.text
    links = [a["href"] for tag, a in _Page(seen.text).tags if tag == "a"]
    assert links == ["https://shop.example/thanks?order=1&retCode=SUCCESS&status=2#done"]
    assert len(simulator.effects()) == 1


def test_a_page_that_is_no_more_or_never_was(merchant, simulator):
    """Each says so, and leads nowhere."""
    page = path(merchant.page())
    unknown = merchant.get("/cc/purchase?key=x")
    without, other = merchant.get("/cc/purchase"), merchant.get(page.replace("purchase", "addcard"))
    simulator.advance(3600)
    expired = merchant.get(page)

    assert [each.status_code for each in (unknown, without, other, expired)] == [404, 404, 404, 410]
    assert "This page does not exist" in unknown.text
    assert "This page has expired" in expired.text
    assert not [tag for tag, _ in _Page(expired.text).tags if tag in ("a", "form")]


@pytest.mark.parametrize(
    ("name", "kind", "holds"),
    [
        ("iotpaycc.js", "text/javascript", "window.Iotpay = function"),
        ("simulator.css", "text/css", "prefers-color-scheme"),
    ],
)
def test_the_files(merchant, name, kind, holds):
    """Served as what they are."""
    answer = merchant.get(f"/cc/{name}")

    assert answer.headers["Content-Type"].startswith(kind)
    assert holds in answer.text
