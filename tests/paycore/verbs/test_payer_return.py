"""A nonce says whose browser came back; nothing else is believed (R26)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.methods import CardData, EmbeddedForm, HostedPage, StoredToken, Wallet
from paycore.secret import Secret
from paycore.states import State
from paycore.verbs.ask import HINT_GAP_S
from paycore.verbs.payer_return import PARAMETER, new_nonce, with_nonce
from tests.stage import CARD, PAGE, Stage

AT_ONCE = [
    StoredToken("visa-1"),
    Wallet("apple_pay", "e30="),
    CardData(Secret("4111111111111111"), 12, 2030, Secret("123"), "A. Holder"),
]


@pytest.fixture
def stage():
    return Stage()


def nonce_of(stage, reference="o-1"):
    return stage.find(reference).operations[0].nonce


def test_who_is_sent_away_gets_a_nonce():
    """Nobody can guess it, and no two are the same."""
    nonces = {new_nonce(method) for method in (PAGE, EmbeddedForm(PAGE.return_url)) * 50}

    assert len(nonces) == 100
    assert min(map(len, nonces)) >= 22


@pytest.mark.parametrize("method", AT_ONCE, ids=lambda method: type(method).__name__)
def test_who_stays_needs_none(method):
    """Nothing comes back."""
    assert new_nonce(method) == ""
    assert with_nonce(method, "n") is method


queries = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["1", "x%20y", "%C3%A9"])))


@given(queries, st.sampled_from(["", "top", "a=b"]), st.sampled_from([HostedPage, EmbeddedForm]))
def test_the_address_keeps_what_it_had(members, fragment, method):
    """Its query members in their order, and its fragment; the nonce is one more member."""
    query = "&".join(f"{name}={value}" for name, value in members)
    url = f"https://shop.example/a/b{'?' * bool(query)}{query}{'#' * bool(fragment)}{fragment}"
    told = urlsplit(with_nonce(method(url), "N-1").return_url)

    assert told.query == f"{query}{'&' * bool(query)}{PARAMETER}=N-1"
    assert told._replace(query="") == urlsplit(url)._replace(query="")
    assert parse_qs(told.query)[PARAMETER] == ["N-1"]


def test_the_provider_is_asked_at_most_once_in_the_gap(stage):
    """U07: a thousand reloads in a minute are three queries at most."""
    stage.charge(method=PAGE)
    for _ in range(1000):
        stage.clock.advance(60 / 1000)
        stage.gateway.returned(nonce_of(stage))

    assert stage.till.count("query") <= 60 / HINT_GAP_S + 1


def test_truth_decides(stage):
    """Pending stays pending, paid becomes paid."""
    stage.charge(method=PAGE)
    first = stage.gateway.returned(nonce_of(stage))
    stage.till.settle("o-1")
    stage.clock.advance(HINT_GAP_S)

    assert (first.paid, stage.gateway.returned(nonce_of(stage)).paid) == (False, True)


@pytest.mark.parametrize("act", ["not_sent", "lost_after"])
def test_a_query_that_fails_leaves_it_open(stage, act):
    """U18: `reconcile` keeps the work."""
    stage.charge(method=PAGE)
    stage.till.next_query(act)

    assert stage.gateway.returned(nonce_of(stage)).operations[0].state is State.PENDING
    assert stage.gateway.reconcile(ahead=True).asked == 1


def test_what_is_settled_is_not_asked_about(stage):
    """U03: whatever the browser claims."""
    stage.charge(method=PAGE)
    stage.till.settle("o-1")
    stage.gateway.query("o-1")
    before = stage.till.count("query")

    assert stage.gateway.returned(nonce_of(stage)).paid
    assert stage.till.count("query") == before


@pytest.mark.parametrize("nonce", [None, "", "o-1", 7, b"n" * 22, "x" * 22, "x" * 1_000_000, ["x"]])
def test_a_stranger_s_nonce_means_nothing(stage, nonce):
    """Neither an error nor a query."""
    stage.charge(method=PAGE)
    stage.charge("o-2", method=CARD)

    assert stage.gateway.returned(nonce) is None
    assert stage.till.count("query") == 0
