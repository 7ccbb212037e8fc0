"""Our values as JSON has them: one spelling for each kind of value, and nothing internal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given

from paycore.methods import CardData, MountForm, Redirect, ShowQr, StoredToken, Wait, Wallet
from paycore.money import Money
from paycore.operation import Operation
from paycore.payment import Payment, PaymentStatus
from paycore.plain import plain
from paycore.report import Answer, Decline, DeclineCode
from paycore.results import Refund, Token
from paycore.secret import Secret
from paycore.states import Kind, State
from paycore.testing.strategies import operations, payments
from tests.stage import PAGE, Stage

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=-5)))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (1.5, 1.5),
        (float("inf"), "inf"),
        ("text", "text"),
        (Money(1500, "CAD"), {"amount_minor": 1500, "currency": "CAD"}),
        (State.NOT_EXECUTED, "not_executed"),
        (PaymentStatus.AWAITING_PAYER, "awaiting_payer"),
        (Kind.CHARGE, "charge"),
        (NOON, "2026-01-01T17:00:00Z"),
        (NOON.astimezone(UTC).replace(microsecond=5), "2026-01-01T17:00:00.000005Z"),
        (Secret("canary"), "[secret]"),
        ({"a": {Kind.VOID}}, {"a": ["void"]}),
        ({3: (1, [2])}, {"3": [1, [2]]}),
        (frozenset("cab"), ["a", "b", "c"]),
        (b"SUCCESS\xff", "SUCCESS\ufffd"),
        (Redirect("https://x.example"), {"type": "redirect", "url": "https://x.example"}),
        (ShowQr("abc"), {"type": "show_qr", "content": "abc"}),
        (Wait(), {"type": "wait"}),
        (
            MountForm("https://x.example/f.js", "cs"),
            {
                "type": "mount_form",
                "script_url": "https://x.example/f.js",
                "client_secret": "cs",
                "mode": "pay",
            },
        ),
        (Decline(DeclineCode.EXPIRED_CARD, "54"), {"code": "expired_card", "provider_code": "54"}),
        (
            Answer(200, b"ok"),
            {"status": 200, "body": "ok", "content_type": "text/plain; charset=utf-8"},
        ),
        (StoredToken("visa-1"), {"token": "visa-1"}),
        (Wallet("apple_pay", "canary"), {"kind": "apple_pay", "data": "[secret]"}),
        (range(2), "range(0, 2)"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_each_kind_of_value_has_one_spelling(value: Any, shown: Any) -> None:
    """Enums are lower snake case, times ISO 8601 in UTC, money whole minor units."""
    assert plain(value) == shown


def test_a_card_is_never_shown() -> None:
    """Of a raw card only what its owner's statement would show: when it expires."""
    card = CardData(Secret("4111111111111111"), 12, 2030, Secret("123"), "A. Payer")

    assert plain(card) == {
        "number": "[secret]",
        "expiry_month": 12,
        "expiry_year": 2030,
        "security_code": "[secret]",
        "holder": "[secret]",
    }


@given(payments())
def test_a_payment_is_told_with_what_it_comes_to(payment: Payment) -> None:
    """Status, sums and the payer's next action are computed, and the operations come last."""
    shown = plain(payment)

    assert shown["status"] == payment.status.value
    assert shown["paid"] is payment.paid
    assert shown["refunded"] == {
        "amount_minor": payment.refunded.minor,
        "currency": payment.amount.currency,
    }
    assert shown["refundable"]["amount_minor"] == payment.refundable.minor
    assert shown["account"] == payment.account
    assert [each["id"] for each in shown["operations"]] == [o.id for o in payment.operations]
    assert list(shown)[-1] == "operations"
    assert shown["metadata"] == dict(payment.metadata)


@given(operations())
def test_an_operation_is_json_without_its_internals(operation: Operation) -> None:
    """Neither the nonce that a payer's browser must prove, nor locks, nor fingerprints are told."""
    shown = plain(operation)

    assert json.loads(json.dumps(shown, allow_nan=False)) == shown
    assert not shown.keys() & {"fingerprint", "nonce", "fence", "lease_until"}
    assert shown["state"] == operation.state.value


def test_what_callers_get_is_json() -> None:
    """Refunds and tokens are told as they are."""
    stage = Stage()
    stage.paid()
    refund = stage.gateway.refund("o-1", key="r-1")
    token = stage.gateway.tokenize("card-1", PAGE)

    assert isinstance(refund, Refund)
    assert isinstance(token, Token)
    assert plain(refund)["amount"] == {"amount_minor": 1500, "currency": "CAD"}
    assert plain(token)["next_action"]["type"] == "redirect"
    assert json.dumps(plain([refund, token]))
