"""Callbacks are registered for events that exist, and hear nothing else."""

from __future__ import annotations

import pytest

from paycore.errors import InvalidRequest
from paycore.events import EventType
from paycore.subscribers import Subscribers


def test_who_subscribed_hears_its_type_in_the_order_they_came():
    """By the word or by the name; twice is twice."""
    subscribers = Subscribers()
    before = bool(subscribers)
    subscribers.add("payment.paid", print)
    subscribers.add(EventType.PAYMENT_PAID, repr)

    assert (before, bool(subscribers)) == (False, True)
    assert subscribers.of(EventType.PAYMENT_PAID) == (print, repr)
    assert subscribers.of(EventType.PAYMENT_FAILED) == ()


@pytest.mark.parametrize("wrong", ["payment.payed", "", None, 1, ["payment.paid"]])
def test_an_event_that_does_not_exist_is_refused(wrong):
    """A typing error would wait for ever; the list is told."""
    with pytest.raises(InvalidRequest, match=r"want one of payment\.paid") as refused:
        Subscribers().add(wrong, print)

    assert refused.value.field == "event_type"


def test_what_cannot_be_called_is_refused():
    """At once, not when the money comes."""
    with pytest.raises(InvalidRequest, match="callback"):
        Subscribers().add("payment.paid", "fulfil")
