"""How a payer pays and what is next: plain values that show nothing secret."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import get_args

import pytest
from hypothesis import given

from paycore.methods import (
    CardData,
    EmbeddedForm,
    HostedPage,
    Method,
    MountForm,
    NextAction,
    Redirect,
    ShowQr,
    StoredToken,
    Wait,
    Wallet,
)
from paycore.secret import Secret
from paycore.testing.strategies import methods, next_actions

CANARY = "canary-4d1f0c"
NUMBER, CODE = "4111111111111111", "987"


def card():
    return CardData(Secret(NUMBER), 12, 2030, Secret(CODE), holder=CANARY)


@given(methods())
def test_every_method_is_a_value_of_the_union(method):
    """What `charge` is given is one of the five."""
    assert isinstance(method, Method)


@given(next_actions())
def test_every_next_action_is_a_value_of_the_union(action):
    """What the payer has to do is one of the four."""
    assert isinstance(action, NextAction)


@pytest.mark.parametrize("kind", [*get_args(Method), *get_args(NextAction)])
def test_each_is_a_frozen_dataclass(kind):
    """A value that nobody can fill in afterwards."""
    assert is_dataclass(kind)
    assert kind.__dataclass_params__.frozen


def test_a_method_never_changes():
    """The fingerprint of a key is made of it."""
    page = HostedPage("https://shop.example/thanks")

    with pytest.raises(FrozenInstanceError):
        page.return_url = "https://evil.example/"


@pytest.mark.parametrize(
    "value",
    [card(), Wallet("apple_pay", CANARY), MountForm("https://pay.example/form.js", CANARY)],
    ids=lambda value: type(value).__name__,
)
def test_what_is_secret_is_not_shown(value):
    """Neither card, code, holder, wallet token nor the form's secret is in a repr."""
    shown = f"{value!r} {value!s} {value}"

    assert CANARY not in shown
    assert NUMBER not in shown
    assert CODE not in shown


def test_equal_methods_are_equal_but_cards_are_not_compared():
    """Comparing two raw cards would be a way to guess one."""
    assert HostedPage("https://a.example/") == HostedPage("https://a.example/")
    assert HostedPage("https://a.example/") != EmbeddedForm("https://a.example/")
    assert StoredToken("t") == StoredToken("t")
    assert card() != card()


def test_a_card_can_be_kept_in_a_set():
    """Its hash is its identity, and tells nothing of its number."""
    held = card()

    assert held in {held}


def test_next_actions_say_what_to_do():
    """Their fields are what applications and JSON name them by."""
    named = {kind: [f.name for f in fields(kind)] for kind in (Redirect, MountForm, ShowQr, Wait)}

    assert named == {
        Redirect: ["url"],
        MountForm: ["script_url", "client_secret", "mode"],
        ShowQr: ["content"],
        Wait: [],
    }
