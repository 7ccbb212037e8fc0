"""The demo's endpoint: what comes in reaches `receive`, and its answer goes back as it is."""

from __future__ import annotations

import threading

import pytest

import paycore
from paycore import HostedPage, Money
from paycore.demo.endpoint import Endpoint, Heard, visit
from paycore.fake import webhook

SETTINGS = {"ledger": "memory://", "accounts": {"shop": {"provider": "fake", "mode": "sandbox"}}}
AMOUNT = Money(1500, "CAD")


@pytest.fixture
def endpoint():
    """Return a running endpoint with a gateway behind it."""
    with Endpoint() as running, paycore.open_gateway(SETTINGS) as gateway:
        running.gateway = gateway
        yield running


def test_a_genuine_message_is_applied_and_acknowledged(endpoint):
    """Headers and body arrive as they were sent."""
    page = HostedPage(f"{endpoint.url}/thanks")
    endpoint.gateway.charge("o-1", AMOUNT, page)
    message = webhook("o-1", AMOUNT)

    answer = visit(endpoint.notify_url("shop"), message.body, dict(message.headers))

    assert answer == (200, "ok")
    assert endpoint.gateway.find("o-1").paid
    assert endpoint.heard == [Heard("shop", 200)]


def test_a_forged_message_is_refused(endpoint):
    """The status is the gateway's own."""
    status, _ = visit(endpoint.notify_url("shop"), b"{}", {"Fake-Signature": "0"})

    assert status == 401


def test_while_it_is_away_nothing_is_taken_in(endpoint):
    """Whoever comes is told to come again."""
    endpoint.away = True

    assert visit(endpoint.notify_url("shop"), b"{}")[0] == 503


def test_before_there_is_a_gateway_nothing_is_taken_in():
    """The endpoint exists before the gateway does."""
    with Endpoint() as running:
        assert visit(running.notify_url("shop"), b"{}")[0] == 503


def test_a_payer_who_comes_back_is_known_by_the_nonce_alone(endpoint):
    """Whatever else the address claims, the provider was asked."""
    page = HostedPage(f"{endpoint.url}/thanks?status=failed")
    endpoint.gateway.charge("o-2", AMOUNT, page)
    nonce = endpoint.gateway.find("o-2").charge.nonce

    assert visit(f"{endpoint.url}/thanks?status=failed&paycore={nonce}") == (200, "o-2 paid")


def test_a_payer_who_stored_a_card_comes_back_too(endpoint):
    """A token is known by its nonce as well."""
    page = HostedPage(f"{endpoint.url}/thanks")
    seen = []
    tokenize = paycore.fake.tokenize

    def noted(account, request):
        seen.append(request.method.return_url)
        return (yield from tokenize(account, request))

    with pytest.MonkeyPatch.context() as patch:
        relay = endpoint.gateway._wiring.accounts["shop"].provider._relay
        patch.setattr(relay.hook.tokenize.get_hookimpls()[0], "function", noted)
        endpoint.gateway.tokenize("c-1", page)

    assert visit(seen[0]) == (200, "c-1 succeeded")


def test_a_stranger_who_comes_back_is_nobody(endpoint):
    """A nonce that we never gave, or none."""
    assert visit(f"{endpoint.url}/thanks?paycore=0123456789abcdef")[0] == 404


def test_it_ends_without_a_trace():
    """No thread and no socket is left."""
    before = set(threading.enumerate())
    with Endpoint() as running:
        url = running.url
    with pytest.raises(OSError, match="refused"):
        visit(url)

    assert set(threading.enumerate()) == before
