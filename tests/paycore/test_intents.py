"""What the core asks of a provider: one frozen value for each hook that talks."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.intents import (
    ChargeRequest,
    Payer,
    QueryRequest,
    RefundRequest,
    TokenizeRequest,
    VoidRequest,
)
from paycore.methods import CardData, HostedPage, Wallet
from paycore.money import Money
from paycore.secret import Secret
from paycore.states import Kind
from paycore.testing.intents import (
    charge_requests,
    query_requests,
    refund_requests,
    tokenize_requests,
    void_requests,
)

CAD = Money(1500, "CAD")
PAGE = HostedPage("https://shop.example/thanks")
CANARY = "canary-4d1f0c"
REQUESTS = [
    ChargeRequest("o-1", CAD, PAGE),
    TokenizeRequest("t-1", PAGE),
    RefundRequest("r-1", CAD, "o-1", "p-1", CAD),
    VoidRequest("v-1", CAD, "o-1", "p-1"),
    QueryRequest(Kind.CHARGE, "o-1"),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request_: type(request_).__name__)
def test_every_request_has_a_reference_and_never_changes(request_):
    """A plugin is told one wire reference, and cannot put another in its place."""
    assert request_.reference
    for field in fields(request_):
        with pytest.raises(FrozenInstanceError):
            setattr(request_, field.name, None)


def test_what_may_be_left_out_is_empty():
    """Plugins read an empty text, an empty payer or None; they need not ask whether it is there."""
    charge = ChargeRequest("o-1", CAD, PAGE)
    query = QueryRequest(Kind.TOKEN, "t-1")

    assert (charge.description, charge.details, charge.payer, dict(charge.extra)) == (
        ("", "", Payer(), {})
    )
    assert TokenizeRequest("t-1", PAGE).payer == Payer("", "")
    assert (query.provider_reference, query.charge_reference, query.amount) == ("", "", None)
    assert (query.charge_provider_reference, query.charge_refundable) == ("", None)


def test_two_requests_share_no_extra_members():
    """Each has a mapping of its own."""
    assert ChargeRequest("a", CAD, PAGE).extra is not ChargeRequest("b", CAD, PAGE).extra


@pytest.mark.parametrize(
    "request_",
    [
        ChargeRequest("o-1", CAD, Wallet("apple_pay", CANARY)),
        ChargeRequest("o-1", CAD, PAGE, payer=Payer("p", ip=CANARY), extra={"param1": CANARY}),
        TokenizeRequest("t-1", CardData(Secret(CANARY), 1, 2030, Secret(CANARY), CANARY)),
    ],
    ids=repr,
)
def test_a_request_shows_neither_address_nor_card(request_):
    """What a plugin logs by mistake is not what harms the payer."""
    assert CANARY not in f"{request_!r} {request_}"


@given(charge_requests() | tokenize_requests() | void_requests())
def test_drawn_requests_have_a_reference(request_):
    """What the strategies draw is what the core would ask."""
    assert 1 <= len(request_.reference) <= 30


@given(refund_requests())
def test_a_drawn_refund_gives_back_part_or_whole(request_):
    """Never nothing, and never more than the charge took."""
    assert Money(0, "CAD") < request_.amount <= request_.charged


@given(st.sampled_from(Kind).flatmap(query_requests))
def test_a_drawn_query_knows_what_its_kind_knows(request_):
    """A token has no amount; only what gives back names its charge."""
    assert (request_.amount is None) == (request_.kind is Kind.TOKEN)
    assert bool(request_.charge_reference) == request_.kind.gives_back
    assert (request_.charge_refundable is not None) == request_.kind.gives_back
