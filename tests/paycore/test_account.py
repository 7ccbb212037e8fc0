"""One account: what its provider can do, how long a dispatch may take, and how a call went."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from traceback import TracebackException
from typing import Any

import pytest

import paycore
from paycore.account import Account, Limits
from paycore.errors import NotSupported, WebhookRejected
from paycore.provider import Provider
from paycore.wire.talk import MAX_CALLS
from tests.stage import AMOUNT, CARD, Ear, Stage, Teller, message

CALL = paycore.Call("https://till.example/v1/charge?x=1")


class Line:
    """Carries a call: answers, or raises."""

    def __init__(self, outcome: paycore.Reply | BaseException) -> None:
        self.outcome = outcome

    def send(self, call: paycore.Call) -> paycore.Reply:
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def account() -> Account:
    return Stage().accounts["main"]


def ticking() -> Callable[[], float]:
    """A timer that is read twice, a quarter of a second apart."""
    ticks: Iterator[float] = iter((10.0, 10.25))
    return lambda: next(ticks)


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (paycore.Reply(200, b"{}"), "200"),
        (paycore.Reply(402, b"{}"), "402"),
        (paycore.NotSent("out of reach"), "not_sent"),
        (paycore.OutcomeUnknown("lost"), "unknown"),
        (RuntimeError("a bug"), "unknown"),
        (KeyboardInterrupt(), "unknown"),
    ],
    ids=repr,
)
def test_listeners_learn_how_every_call_went(
    account: Account, outcome: paycore.Reply | BaseException, told: str
) -> None:
    """Answered, not sent or unknown: each call is told once and timed; its error passes."""
    ear: Any = Ear()
    account = replace(account, sender=Line(outcome), listeners=ear, timer=ticking())
    if isinstance(outcome, BaseException):
        with pytest.raises(type(outcome)):
            account.send(CALL)
    else:
        assert account.send(CALL) is outcome

    assert ear.heard == [
        (
            "call_finished",
            {"account": "main", "call": "charge", "outcome": told, "duration_ms": 250},
        )
    ]


@pytest.mark.parametrize(
    "error", [paycore.OutcomeUnknown("lost"), RuntimeError("a bug"), KeyboardInterrupt()], ids=repr
)
def test_what_is_raised_has_no_frames_of_the_network(
    account: Account, error: BaseException
) -> None:
    """R41: what carries a call holds its headers, and so the key; a crash report does not."""
    try:
        raise ValueError("canary")
    except ValueError:
        error.__context__ = sys.exception()
    with pytest.raises(type(error)) as caught:
        replace(account, sender=Line(error)).send(CALL)

    told = TracebackException.from_exception(caught.value, capture_locals=True)
    assert [frame.name for frame in told.stack][1:] == ["send"]
    assert "canary" not in "".join(told.format())


@pytest.mark.parametrize("hook", ["refund", "void", "tokenize"])
def test_what_a_provider_cannot_do_is_refused_by_name(account: Account, hook: str) -> None:
    """A hook that the plugin leaves out is a sentence for the caller, before anything is sent."""
    lesser = type("Lesser", (Teller,), {hook: None})("till", token_methods=())
    account = replace(account, provider=Provider("till", lesser))

    with pytest.raises(NotSupported, match=f"account 'main': till cannot {hook}"):
        account.talk(hook, object())
    account.require("charge")


def test_a_talk_is_held_with_the_accounts_own_handle(account: Account) -> None:
    """The plugin gets back what it made of the settings, and the request as it is."""
    request = paycore.ChargeRequest("o-1", AMOUNT, CARD)
    call = next(replace(account, handle={"merchant": "1"}).talk("charge", request))

    assert call.name == "charge"
    assert call.payload["reference"] == "o-1"


def test_a_lease_outlasts_the_longest_talk(account: Account) -> None:
    """Nobody is given up for dead who may still be talking: every call at its full deadline."""
    assert replace(account, timeout_s=10.0).lease_s > 10 * MAX_CALLS


def test_unless_said_otherwise_an_account_is_live_and_takes_no_raw_cards() -> None:
    """What nobody set is the cautious thing; only a guard on the amount has to be asked for."""
    assert Limits() == Limits(max_amount=None, pci_dss=False, sandbox=False, notify_peers=())


def test_naming_is_what_the_provider_takes() -> None:
    """References are made to fit the description."""
    stage = Stage(
        description={"reference_length": 12, "reference_alphabet": frozenset("0123456789")}
    )
    naming = stage.accounts["main"].naming

    assert naming.allows("0123456789")
    assert not naming.allows("o-1")
    assert not naming.allows("0" * 13)


def test_messages_go_to_the_plugin(account: Account) -> None:
    """What it calls genuine is a notification, what it does not is rejected."""
    forged = replace(message(reference="o-1"), headers={"Seal": "forged"})

    assert account.verified(message(reference="o-1")).report.reference == "o-1"
    with pytest.raises(WebhookRejected, match="seal: not genuine"):
        account.verified(forged)


def test_what_is_shown_of_it_holds_no_handle(account: Account) -> None:
    """Keys live in the plugin's handle and in the sender: neither is in any repr."""
    shown = repr(replace(account, handle="canary-key", limits=Limits(pci_dss=True)))

    assert "canary" not in shown
    assert "sender" not in shown
    assert "pci_dss=True" in shown
