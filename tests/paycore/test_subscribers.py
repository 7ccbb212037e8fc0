"""Callbacks are registered for events that exist, and hear nothing else."""

from __future__ import annotations

from functools import partial

import pytest

from paycore.errors import InvalidRequest
from paycore.events import EventType
from paycore.subscribers import Subscribers, check_callback


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


async def awaits(event):
    """Wait for something."""


class Awaits:
    """A callable that gives something to await."""

    async def __call__(self, event):
        """Wait for something."""


def by_steps(event):
    """Yield."""
    yield event


async def awaits_by_steps(event):
    """Yield, on an event loop."""
    yield event


@pytest.mark.parametrize(
    "lazy", [awaits, Awaits(), Awaits().__call__, partial(awaits)], ids=["it", "object", "m", "p"]
)
def test_what_is_to_be_awaited_is_refused(lazy):
    """Called, it does nothing: its event would be noted as told. It says who would await it."""
    with pytest.raises(InvalidRequest, match="AsyncGateway") as refused:
        Subscribers().add("payment.paid", lazy)

    assert refused.value.field == "callback"
    check_callback(lazy, awaited=True)


@pytest.mark.parametrize("awaited", [False, True])
@pytest.mark.parametrize("lazy", [by_steps, awaits_by_steps], ids=["steps", "awaited steps"])
def test_what_is_to_be_gone_through_is_refused(lazy, awaited):
    """Nobody goes through it, on an event loop neither."""
    with pytest.raises(InvalidRequest, match="generator"):
        check_callback(lazy, awaited=awaited)


@pytest.mark.parametrize("sound", [print, list, partial(print), [].append, lambda event: None])
def test_what_runs_is_taken(sound):
    """Functions, methods, classes and the like."""
    subscribers = Subscribers()
    subscribers.add("payment.paid", sound)

    assert subscribers.of(EventType.PAYMENT_PAID) == (sound,)
