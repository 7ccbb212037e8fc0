"""Hypothesis strategies for what the core asks of a provider: a value for each hook that talks."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from paycore.intents import (
    ChargeRequest,
    QueryRequest,
    RefundRequest,
    TokenizeRequest,
    VoidRequest,
)
from paycore.methods import Method
from paycore.states import Kind
from paycore.testing.strategies import methods, money, payers, references, texts


def charge_requests(*kinds: type[Method], currency: str = "CAD") -> SearchStrategy[ChargeRequest]:
    """Draw a charge by methods of these kinds, or of any."""
    return st.builds(
        ChargeRequest,
        reference=references(),
        amount=money(currency, least=1),
        method=methods(*kinds),
        description=texts(),
        details=texts(),
        payer=payers(),
        extra=st.just({}),
    )


def tokenize_requests(*kinds: type[Method]) -> SearchStrategy[TokenizeRequest]:
    """Draw a wish to store a card by methods of these kinds, or of any."""
    return st.builds(TokenizeRequest, references(), methods(*kinds), payers())


@st.composite
def refund_requests(draw: st.DrawFn, currency: str = "CAD") -> RefundRequest:
    """Draw a refund, part or whole."""
    charged = draw(money(currency, least=1))
    amount = draw(money(currency, least=1, most=charged.minor))
    ours, theirs = draw(references()), draw(references())
    return RefundRequest(draw(references()), amount, ours, theirs, charged)


def void_requests(currency: str = "CAD") -> SearchStrategy[VoidRequest]:
    """Draw a void."""
    return st.builds(
        VoidRequest, references(), money(currency, least=1), references(), references()
    )


@st.composite
def query_requests(
    draw: st.DrawFn, kind: Kind | None = None, currency: str = "CAD"
) -> QueryRequest:
    """Draw a question about an operation of `kind`, or of any."""
    asked = draw(st.sampled_from(Kind)) if kind is None else kind
    back = asked.gives_back
    return QueryRequest(
        asked,
        draw(references()),
        draw(st.one_of(st.just(""), references())),
        None if asked is Kind.TOKEN else draw(money(currency, least=1)),
        draw(references()) if back else "",
        draw(references()) if back else "",
        draw(money(currency)) if back else None,
    )
