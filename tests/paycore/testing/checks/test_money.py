"""Each check of money finds what it is for, and nothing in a sound run."""

from __future__ import annotations

import pytest

from paycore.testing.checks import money
from tests.paycore.testing.scenes import effect, ending, fact, moved

CHARGED = moved("succeeded")


def refund(state, minor, reference="o-r1"):
    return moved(state, kind="refund", reference=reference, minor=minor, of="o")


def back(minor, kind="refund", reference="o-r1"):
    return effect(kind, reference, minor, of="o")


@pytest.mark.parametrize(
    ("second", "found"), [("unknown", 1), ("succeeded", 1), ("declined", 0), ("not_sent", 0)]
)
def test_more_promised_than_taken_is_found(second, found):
    """What is open counts; what failed does not."""
    run = ending(CHARGED, refund("unknown", 1000), refund(second, 1000, "o-r2"))

    assert len([*money.never_over_refunded(run)]) == found


def test_an_operation_counts_once():
    """However often it is recorded."""
    run = ending(CHARGED, refund("unknown", 1000), refund("succeeded", 1000))

    assert [*money.never_over_refunded(run)] == []


@pytest.mark.parametrize(("minor", "found"), [(1500, 0), (1501, 1)])
def test_more_back_than_taken_is_found(minor, found):
    """By what really moved."""
    run = ending(effects=(effect(), back(500), back(minor - 500, reference="o-r2")))

    assert len([*money.never_over_refunded(run)]) == found


@pytest.mark.parametrize(("shown", "left", "found"), [(500, 500, 0), (0, -1, 0), (501, 500, 1)])
def test_a_reservation_let_go_is_found(shown, left, found):
    """By what a caller was shown."""
    run = ending(fact("answered", "ok", owner="o", refundable=shown, left=left))

    assert len([*money.reservations_are_kept(run)]) == found
    assert [*money.reservations_are_kept(ending(fact("answered", "fail")))] == []


def test_two_remedies_are_found():
    """Two refunds are one remedy."""
    both = ending(effects=(effect(), back(1), back(1, "void", "o-v1")))
    one = ending(effects=(effect(), back(1), back(1, reference="o-r2")))

    assert len([*money.one_remedy(both)]) == 1
    assert [*money.one_remedy(one)] == []
