"""A card is stored once under its name, and nothing of it is kept here."""

from __future__ import annotations

import pytest

from paycore.account import Limits
from paycore.errors import Conflict, InvalidRequest, NotSent, NotSupported
from paycore.intents import Payer
from paycore.methods import CardData, EmbeddedForm, HostedPage, Redirect, StoredToken, Wallet
from paycore.secret import Secret
from paycore.states import Kind, State
from tests.stage import PAGE, URL, Refused, Stage


@pytest.fixture
def stage():
    return Stage()


def tokenize(stage, reference="card-1", method=PAGE, **more):
    return stage.gateway.tokenize(reference, method, **more)


def test_a_page_waits_for_the_payer(stage):
    """Once filled in, a query finds the card, masked."""
    waiting = tokenize(stage)
    stage.till.settle("card-1")
    stored = stage.gateway.query_token("card-1")

    assert (waiting.state, waiting.usable) == (State.PENDING, False)
    assert waiting.next_action == Redirect(f"{URL}/pay/card-1")
    assert (stored.usable, stored.account, stored.method) == (True, "main", StoredToken("card-1"))
    assert stored.instrument.masked == "411111******1111"


def test_a_raw_card_is_stored_at_once():
    """Where the account may hold one; neither number nor code stay in the ledger."""
    stage = Stage(limits=Limits(pci_dss=True))
    card = CardData(Secret("4111111111111111"), 12, 2030, Secret("9876"), "A. Holder")

    token = tokenize(stage, method=card)
    stands = repr(stage.ledger.operations("card-1", Kind.TOKEN))

    assert token.usable
    assert "4111111111111111" not in stands
    assert "9876" not in stands


@pytest.mark.parametrize("method", [PAGE, EmbeddedForm(PAGE.return_url)])
def test_the_payer_comes_back_with_our_nonce(stage, method):
    """And is shown the token."""
    tokenize(stage, method=method)
    nonce = stage.ledger.operations("card-1", Kind.TOKEN)[0].nonce
    stage.till.settle("card-1")

    assert stage.gateway.returned(nonce).usable


def test_a_page_that_was_never_sent_keeps_its_nonce(stage):
    """The second try tells the nonce that the ledger knows."""
    stage.till.next("not_sent")
    with pytest.raises(NotSent):
        tokenize(stage)
    first = stage.ledger.operations("card-1", Kind.TOKEN)[0].nonce
    tokenize(stage)

    assert stage.gateway.returned(first).reference == "card-1"


def test_the_same_key_is_the_same_token(stage):
    """No second call; other content is a conflict, and so is another key while one is stored."""
    first = tokenize(stage)
    again = tokenize(stage, payer=Payer("user-7"))

    assert first == again
    assert stage.till.count("tokenize") == 1
    for changed in ({"method": HostedPage("https://shop.example/other")}, {"key": "t-2"}):
        with pytest.raises(Conflict):
            tokenize(stage, **changed)


def test_another_key_is_another_try(stage):
    """After a refusal; the provider gets another name."""
    stage.till.next(Refused("no"))
    refused = tokenize(stage)
    tokenize(stage, key="t-2")

    assert (refused.state, refused.decline.provider_code) == (State.DECLINED, "no")
    assert [reference for _, reference in stage.till.calls] == ["card-1", "card-1-2"]


def test_a_lost_answer_is_asked_about(stage):
    """UNKNOWN, until a query finds it stored or not."""
    stage.till.next("lost_after")
    unknown = tokenize(stage)

    assert unknown.state is State.UNKNOWN
    assert stage.gateway.query_token("card-1").state is State.PENDING
    assert stage.till.count("tokenize") == 1


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"reference": ""}, InvalidRequest),
        ({"key": " k"}, InvalidRequest),
        ({"account": "nobody"}, InvalidRequest),
        ({"method": HostedPage("https://evil.example/")}, InvalidRequest),
        ({"method": StoredToken("card-2")}, NotSupported),
        ({"method": Wallet("apple_pay", "e30=")}, NotSupported),
        ({"payer": Payer(ip="here")}, InvalidRequest),
    ],
    ids=str,
)
def test_what_is_wrong_is_refused_without_a_trace(stage, changed, error):
    """No row, no byte."""
    with pytest.raises(error):
        tokenize(stage, **changed)

    assert stage.till.calls == []
    assert stage.ledger.operations("card-1", Kind.TOKEN) == ()


def test_nobody_asks_about_a_token_that_nobody_knows(stage):
    """It is refused here."""
    with pytest.raises(InvalidRequest):
        stage.gateway.query_token("card-1")
