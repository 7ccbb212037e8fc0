"""IOTPay's answers that name no order, or cannot be believed: they move nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

import paycore
from paycore import Kind, Money, State
from paycore_iotpay import hooks
from paycore_iotpay.signing import sign
from tests.iotpay.conftest import KEY
from tests.iotpay.test_hooks import ASK_REFUND, CHARGE, FAIL, REFUND, VOID

CAD = Money(1500, "CAD")
CARD = paycore.StoredToken("card-1")
PAGE = paycore.HostedPage("https://shop.example/thanks")
HOUR = timedelta(hours=1, seconds=1)
PAID = {"mchOrderNo": "o-1", "payOrderId": "PC1", "amount": 1500, "currency": "CAD"}
ASK = paycore.QueryRequest(Kind.CHARGE, "SUB-2025-03")
TALKS = {
    "charge": lambda account: hooks.charge(account, CHARGE),
    "refund": lambda account: hooks.refund(account, REFUND),
    "void": lambda account: hooks.void(account, VOID),
    "query": lambda account: hooks.query(account, ASK),
}
NAMELESS = {
    "nobody's": {},
    "only their number": {"payOrderId": "PC20250314092653589793238463"},
    "an empty name": {"mchOrderNo": ""},
    "no name at all": {"mchOrderNo": None},
}


def told(**data):
    """Return an answer that was understood."""
    return {"retCode": "SUCCESS", "retMsg": "", "retData": data}


@pytest.mark.parametrize("status", [0, "0", 9, "9"])
@pytest.mark.parametrize("data", NAMELESS.values(), ids=list(NAMELESS))
@pytest.mark.parametrize("talk", TALKS.values(), ids=list(TALKS))
def test_what_names_no_order_proves_nothing(talk, data, status, account, script, carry):
    """Nobody's decline is none of ours, nobody's page is not ours, and no name is learned."""
    of = REFUND.charge_provider_reference
    try:
        report = carry(talk(account), script(told(status=status, originalOrderId=of, **data)))
    except paycore.OutcomeUnknown:
        return

    learned = (report.reference, report.provider_reference, report.decline)
    assert (report.state, *learned) == (State.UNKNOWN, None, "", None)


@pytest.mark.parametrize("status", [0, 9])
def test_a_refund_that_the_answer_does_not_name_is_settled_by_its_payment(
    status, account, script, carry
):
    """Of a query for one, too: only the payment's books are believed."""
    answer = told(status=status, originalOrderId=ASK_REFUND.charge_provider_reference)
    asked = script(answer, told(status=status))

    assert carry(hooks.query(account, ASK_REFUND), asked).state is State.UNKNOWN
    assert len(asked.calls) == 2


def test_a_notification_of_nobody_s_decline_proves_nothing(account):
    """It is genuine, and a reason to ask at most."""
    fields = {"mchId": account.merchant_id, "status": 9, "payType": "pay"}
    body = json.dumps({**fields, "sign": sign(fields, KEY)}).encode()
    report = hooks.verify_webhook(account, paycore.WebhookMessage("POST", {}, "", body)).report

    assert (report.state, report.reference, report.decline) == (State.UNKNOWN, None, None)


class Line:
    """Carries calls to a provider that answers from a list; `lost` is no answer."""

    def __init__(self):
        self.answers = []
        self.time = datetime.now(UTC)

    def __call__(self, connection):
        return self  # what `open_gateway` does for each account

    def send(self, call):
        answer = self.answers.pop(0)
        if answer == "lost":
            raise paycore.OutcomeUnknown("reset")
        status, said = answer if isinstance(answer, tuple) else (200, answer)
        return paycore.Reply(status, json.dumps(said).encode())

    def close(self):
        """Nothing is held."""


@pytest.fixture
def line():
    return Line()


@pytest.fixture
def gateway(line):
    """The front door, with a clock that can be moved."""
    merchant = {"merchant_id": "10000701", "merchant_key": KEY, "login_name": "jack123"}
    settings = {"ledger": "memory://", "return_hosts": ["shop.example"]}
    settings["accounts"] = {"cards": {"provider": "iotpay", **merchant}}
    with paycore.open_gateway(settings, sender=line, now=lambda: line.time) as opened:
        yield opened


def test_after_nobody_s_decline_no_other_attempt_begins(gateway, line):
    """R6: the first one may have been paid."""
    line.answers = ["lost", told(status=9), told(status=9, payOrderId="PC_of_somebody_else")]
    gateway.charge("o-1", CAD, CARD)
    for _ in range(2):
        gateway.query("o-1")
        with pytest.raises(paycore.Conflict):
            gateway.charge("o-1", CAD, CARD, key="again")

    line.answers = [told(status=2, **PAID)]
    assert gateway.query("o-1").paid


def test_after_nobody_s_decline_a_refund_keeps_its_money_reserved(gateway, line):
    """It may have been given back."""
    line.answers = [told(status=2, **PAID), told(status=9, originalOrderId="PC1")]
    gateway.charge("o-1", CAD, CARD)
    refund = gateway.refund("o-1", Money(500, "CAD"), key="r-1")

    assert refund.state is State.UNKNOWN
    assert gateway.find("o-1").refundable == Money(1000, "CAD")


def test_nobody_s_waiting_page_does_not_end_ours(gateway, line):
    """Only an answer about our own page says that nobody paid it."""
    page = {"redirectUrl": "https://ccapi.iotpaycloud.com/cc/x", "secureId": "s" * 64}
    line.answers = [told(**page), told(status=0), told(status=0, **PAID)]
    gateway.charge("o-1", CAD, PAGE)
    line.time += HOUR
    nobody, ours = gateway.query("o-1").status, gateway.query("o-1").status

    assert (nobody, ours) == (paycore.PaymentStatus.AWAITING_PAYER, paycore.PaymentStatus.EXPIRED)


DOUBTFUL = {
    "no currency": told(status=2, **{**PAID, "currency": ""}),
    "no amount": told(status=3, **{**PAID, "amount": None}),
    "a fraction": told(status=2, **{**PAID, "amount": 1500.0}),
    "decimals": told(status=2, **{**PAID, "amount": "15.00"}),
    "a currency of nobody": told(status=2, **{**PAID, "currency": "ZZZ"}),
    "another merchant": told(status=2, mchId="10000702", **PAID),
    "an odd name": told(status=2, **{**PAID, "mchOrderNo": 7}),
    "being paid": told(status=1, **PAID),
    "nobody's success": told(status=2, amount=1500, currency="CAD"),
    "another HTTP status": (404, told(status=2, **PAID)),
    "another word for success": {**told(status=2, **PAID), "retCode": "OK"},
}
"""What may mean that the payer paid, and is no proof."""


@pytest.mark.parametrize("answer", DOUBTFUL.values(), ids=list(DOUBTFUL))
def test_a_lost_page_that_may_be_paid_never_ends_by_itself(answer, gateway, line):
    """Nobody got its address; but whoever was told that it is paid does not call it unpaid."""
    line.answers = ["lost", answer, FAIL, told(status=2, **PAID)]
    gateway.charge("o-1", CAD, PAGE)
    line.time += HOUR
    states = [gateway.query("o-1").status for _ in range(2)]

    assert states == [paycore.PaymentStatus.UNKNOWN] * 2
    assert gateway.query("o-1").paid


def test_a_lost_page_of_which_nothing_is_known_ends(gateway, line):
    """Its hour is over, and IOTPay says no more than that it does not say."""
    line.answers = ["lost", FAIL]
    gateway.charge("o-1", CAD, PAGE)
    line.time += HOUR

    assert gateway.query("o-1").status is paycore.PaymentStatus.EXPIRED
