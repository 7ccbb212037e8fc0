"""paycore_stripe.saying: forms are laid out as Stripe's own library lays them out."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode

import paycore
from paycore import Money
from paycore.wire.encoding import as_form, bracketed
from paycore_stripe import saying

PAGE = paycore.HostedPage("https://shop.example/thanks?nonce=7&a=b")
FORM = paycore.EmbeddedForm("https://shop.example/thanks")
CARD = paycore.StoredToken("cus_1:pm_2")
text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
names = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
leaves = st.one_of(text, st.integers(0, 2**63 - 1))
forms = st.dictionaries(
    names,
    st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3),
            st.dictionaries(names, inner, min_size=1, max_size=3),
        ),
        max_leaves=8,
    ),
    max_size=5,
)


@given(forms)
def test_a_form_is_laid_out_as_their_library_does(said):
    """Nested objects and lists, any text: the same names with the same values, in order."""
    ours = parse_qsl(as_form(bracketed(said)), keep_blank_values=True, strict_parsing=bool(said))
    theirs = [(name, str(value)) for name, value in _api_encode(said)]

    assert ours == theirs


def test_what_is_empty_or_none_is_left_out():
    """To Stripe an empty text means to unset something."""
    assert bracketed({"a": "", "b": None, "c": {"d": ""}, "e": [], "f": 0}) == {"f": 0}


def asked(method: paycore.Method, **more: object) -> paycore.ChargeRequest:
    return paycore.ChargeRequest("o-1", Money(1500, "CAD"), method, **more)  # type: ignore[arg-type]


def test_a_page_is_said_whole():
    """Every member, with our reference on the page and on its payment."""
    said = bracketed(saying.page(asked(PAGE, description="Shoes", details="Size 9")))

    assert said == {
        "mode": "payment",
        "line_items[0][quantity]": 1,
        "line_items[0][price_data][unit_amount]": 1500,
        "line_items[0][price_data][currency]": "cad",
        "line_items[0][price_data][product_data][name]": "Shoes",
        "line_items[0][price_data][product_data][description]": "Size 9",
        "payment_intent_data[description]": "Shoes",
        "payment_intent_data[metadata][paycore_reference]": "o-1",
        "payment_intent_data[metadata][paycore_via]": "page",
        "client_reference_id": "o-1",
        "metadata[paycore_reference]": "o-1",
        "metadata[paycore_via]": "page",
        "payment_method_types[0]": "card",
        "success_url": PAGE.return_url,
        "cancel_url": PAGE.return_url,
    }


def test_a_page_without_a_text_is_called_by_its_reference():
    """Stripe wants a name for what is paid."""
    said = bracketed(saying.page(asked(PAGE)))

    assert said["line_items[0][price_data][product_data][name]"] == "o-1"
    assert "line_items[0][price_data][product_data][description]" not in said


def test_a_form_is_a_payment_that_nobody_has_confirmed():
    """Its payer confirms it."""
    said = bracketed(saying.payment(asked(FORM, description="Shoes")))

    assert said == {
        "amount": 1500,
        "currency": "cad",
        "description": "Shoes",
        "expand[0]": "latest_charge",
        "metadata[paycore_reference]": "o-1",
        "metadata[paycore_via]": "form",
        "payment_method_types[0]": "card",
    }


def test_a_stored_card_pays_at_once_and_alone():
    """Confirmed with its making, and without its payer."""
    said = bracketed(saying.payment(asked(CARD)))

    assert (said["customer"], said["payment_method"]) == ("cus_1", "pm_2")
    assert (said["confirm"], said["off_session"]) == ("true", "true")
    assert said["metadata[paycore_via]"] == "token"


@pytest.mark.parametrize("method", [PAGE, FORM, CARD])
def test_a_hold_says_that_it_is_captured_by_hand(method):
    """Only where it is to be held, and for every method."""
    make = saying.page if method is PAGE else saying.payment
    held = bracketed(make(asked(method, capture=False)))
    taken = bracketed(make(asked(method)))

    name = "payment_intent_data[capture_method]" if method is PAGE else "capture_method"
    assert held == {**taken, name: "manual"}


@pytest.mark.parametrize(
    "token", ["", "pm_2", "cus_1", "cus_1:", ":pm_2", "pm_2:cus_1", "cus_1;pm_2", "card-1"]
)
def test_a_token_that_is_none_of_stripes_is_refused(token):
    """Before anything is sent."""
    with pytest.raises(paycore.InvalidRequest) as refused:
        saying.payment(asked(paycore.StoredToken(token)))

    assert refused.value.field == "token"


def test_texts_are_cut_to_what_stripe_takes():
    """A long text does not stop a sale."""
    long = "x" * 2000
    page = bracketed(saying.page(asked(PAGE, description=long, details=long)))
    form = bracketed(saying.payment(asked(FORM, description=long)))

    product = "line_items[0][price_data][product_data]"
    assert len(page[f"{product}[name]"]) == len(page[f"{product}[description]"]) == 250
    assert len(page["payment_intent_data[description]"]) == len(form["description"]) == 1000


def test_a_card_to_store_is_said_by_page_or_form():
    """The page makes a customer; the form has one."""
    request = paycore.TokenizeRequest("card-1", PAGE)
    page = bracketed(saying.card_page(request))
    form = bracketed(saying.card_form(request, "cus_1"))

    assert (page["mode"], page["customer_creation"]) == ("setup", "always")
    assert page["setup_intent_data[metadata][paycore_reference]"] == "card-1"
    assert (form["customer"], form["usage"]) == ("cus_1", "off_session")
    assert form["metadata[paycore_via]"] == "form"
