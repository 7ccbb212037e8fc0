"""The fake provider: every outcome that an application must cope with, by the amount."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import paycore
from paycore.errors import Conflict, NotSent
from paycore.fake import webhook
from paycore.methods import CardData, EmbeddedForm, HostedPage, MountForm, Redirect, StoredToken
from paycore.money import Money
from paycore.payment import PaymentStatus
from paycore.report import DeclineCode
from paycore.secret import Secret
from paycore.states import State

THANKS = "https://shop.example/thanks"
PAGES = [HostedPage(THANKS), EmbeddedForm(THANKS)]
CARD = StoredToken("visa-1")
SETTINGS = {
    "ledger": "memory://",
    "return_hosts": ["shop.example"],
    "accounts": {"shop": {"provider": "fake", "pci_dss": True}},
}


class Unplugged:
    """A sender that nobody may use."""

    def __init__(self, connection):
        self.connection = connection

    def send(self, call):
        raise AssertionError(f"the fake provider called {call.name}")

    def close(self):
        """Nothing is held."""


@pytest.fixture
def gateway():
    with paycore.open_gateway(SETTINGS, sender=Unplugged) as gateway:
        yield gateway


def charge(gateway, minor=1500, method=CARD, reference="o-1"):
    return gateway.charge(reference, Money(minor, "CAD"), method)


@pytest.mark.parametrize(
    ("minor", "status", "queried"),
    [
        (1500, PaymentStatus.PAID, PaymentStatus.PAID),
        (1501, PaymentStatus.FAILED, PaymentStatus.FAILED),
        (1502, PaymentStatus.UNKNOWN, PaymentStatus.PAID),
        (1503, PaymentStatus.PROCESSING, PaymentStatus.PAID),
        (1505, PaymentStatus.PAID, PaymentStatus.PAID),
    ],
)
def test_the_amount_chooses_what_happens(gateway, minor, status, queried):
    """To a card that is charged at once."""
    assert charge(gateway, minor).status is status
    assert gateway.query("o-1").status is queried


@pytest.mark.parametrize("method", PAGES)
@pytest.mark.parametrize(
    ("minor", "queried"),
    [
        (1500, PaymentStatus.PAID),
        (1501, PaymentStatus.FAILED),
        (1505, PaymentStatus.AWAITING_PAYER),
    ],
)
def test_a_page_waits_until_it_is_queried(gateway, method, minor, queried):
    """And then is paid, declined or left alone."""
    payment = charge(gateway, minor, method)
    action = Redirect if isinstance(method, HostedPage) else MountForm

    assert payment.status is PaymentStatus.AWAITING_PAYER
    assert isinstance(payment.next_action, action)
    assert gateway.query("o-1").status is queried


@pytest.mark.parametrize("method", [CARD, *PAGES])
def test_04_is_not_sent(gateway, method):
    """Out of reach; it may be tried again."""
    with pytest.raises(NotSent):
        charge(gateway, 1504, method)

    assert gateway.find("o-1").status is PaymentStatus.NEW


def test_a_decline_has_a_code(gateway):
    """Ours and theirs; told by the answer, and the same by a query."""
    told = charge(gateway, 1501).decline

    assert (told.code, told.provider_code) == (DeclineCode.CARD_DECLINED, "01")
    assert gateway.query("o-1").decline == told
    assert gateway.query("o-1").review == ""


def test_money_goes_back(gateway):
    """Refunds and voids succeed, and a query says the same."""
    charge(gateway)
    charge(gateway, reference="o-2")
    refund = gateway.refund("o-1", Money(500, "CAD"), key="r-1")
    void = gateway.void("o-2", key="v-1")

    assert (refund.succeeded, void.succeeded) == (True, True)
    assert gateway.query_refund("o-1", "r-1") == refund
    assert gateway.query("o-2").status is PaymentStatus.VOIDED
    assert gateway.find("o-1").refundable == Money(1000, "CAD")


@pytest.mark.parametrize("method", PAGES)
def test_a_page_stores_a_card_once_it_is_queried(gateway, method):
    """Which then pays."""
    waiting = gateway.tokenize("card-1", method)

    assert waiting.state is State.PENDING
    assert gateway.query_token("card-1").usable
    assert charge(gateway, method=StoredToken("card-1")).paid
    with pytest.raises(Conflict):
        gateway.tokenize("card-1", method, key="again")


def test_a_raw_card_is_stored_at_once(gateway):
    """Without a page."""
    card = CardData(Secret("4111111111111111"), 12, 2030, Secret("123"), "A. Holder")

    assert gateway.tokenize("card-1", card).usable


def test_any_currency_will_do(gateway):
    """It is the application that is tested."""
    for currency in ("JPY", "KWD", "EUR"):
        assert gateway.charge(currency, Money(1500, currency), CARD).paid


def test_what_nobody_charged_is_not_found(gateway):
    """The fake provider forgot it: which proves nothing."""
    charge(gateway, 1502)
    gateway._wiring.accounts["shop"].handle.known.clear()

    assert gateway.query("o-1").status is PaymentStatus.UNKNOWN


class TestMessages:
    """`webhook` makes a genuine message; nothing else is one."""

    def test_a_genuine_one_pays(self, gateway):
        """It is proof."""
        charge(gateway, 1505, PAGES[0])
        answer = gateway.receive("shop", webhook("o-1", Money(1505, "CAD")))

        assert (answer.status, answer.body) == (200, b"ok")
        assert gateway.find("o-1").paid

    @pytest.mark.parametrize("signature", ["", "0" * 64, "é" * 64, "\ud800"])
    def test_a_forged_one_does_not(self, gateway, signature):
        """Whatever stands in its header."""
        charge(gateway, 1505, PAGES[0])
        told = webhook("o-1", Money(1505, "CAD"))
        forged = replace(told, headers={"Fake-Signature": signature})

        assert gateway.receive("shop", forged).status == 401
        assert not gateway.find("o-1").paid

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"{}",
            b'{"amount_minor":1.5,"currency":"CAD","reference":"o-1"}',
            b'{"amount_minor":1,"currency":"ZZZ","reference":"o-1"}',
            b'{"amount_minor":1,"currency":["CAD"],"reference":"o-1"}',
            b'{"amount_minor":1,"currency":"CAD"}',
        ],
    )
    def test_a_signed_one_that_is_no_message_is_refused(self, gateway, body, monkeypatch):
        """Signed with the same secret, and malformed."""
        monkeypatch.setattr("json.dumps", lambda _: body.decode())
        malformed = webhook("o-1", Money(1, "CAD"))
        monkeypatch.undo()

        assert gateway.receive("shop", malformed).status == 400

    @given(st.binary(max_size=100), st.text(max_size=70))
    def test_noise_is_refused(self, body, signature):
        """Whatever the bytes."""
        told = replace(
            webhook("o-1", Money(1, "CAD")), body=body, headers={"fake-signature": signature}
        )
        with paycore.open_gateway(SETTINGS, sender=Unplugged) as gateway:
            assert gateway.receive("shop", told).status == 401


class TestHolds:
    """Money that is held, by the amount that is captured."""

    @pytest.fixture
    def held(self, gateway):
        payment = gateway.charge("o-1", Money(1500, "CAD"), CARD, capture=False)
        assert payment.status is PaymentStatus.AUTHORIZED
        return gateway

    @pytest.mark.parametrize(
        ("minor", "state", "queried"),
        [
            (600, State.SUCCEEDED, PaymentStatus.PAID),
            (601, State.DECLINED, PaymentStatus.AUTHORIZED),
            (602, State.UNKNOWN, PaymentStatus.PAID),
            (603, State.PENDING, PaymentStatus.PAID),
        ],
    )
    def test_the_amount_chooses_what_happens(self, held, minor, state, queried):
        """At once, and once it is queried."""
        payment = held.capture("o-1", Money(minor, "CAD"), key="c-1")

        assert payment.operations[-1].state is state
        assert held.query("o-1").status is queried
        left = minor if queried is PaymentStatus.PAID else 0
        assert held.find("o-1").refundable == Money(left, "CAD")

    def test_04_is_not_sent(self, held):
        """And may be tried again."""
        with pytest.raises(NotSent):
            held.capture("o-1", Money(604, "CAD"), key="c-1")

        assert held.capture("o-1", key="c-2").paid

    def test_what_is_released_is_not_taken(self, held):
        """By the provider's own books, too."""
        assert held.void("o-1", key="v-1").succeeded
        assert held.query("o-1").status is PaymentStatus.VOIDED
        with pytest.raises(Conflict):
            held.capture("o-1", key="c-1")

    @pytest.mark.parametrize("method", PAGES)
    def test_a_page_holds_once_it_is_queried(self, gateway, method):
        """As it is paid."""
        gateway.charge("o-1", Money(1500, "CAD"), method, capture=False)

        assert gateway.query("o-1").status is PaymentStatus.AUTHORIZED
        assert gateway.capture("o-1", key="c-1").paid
