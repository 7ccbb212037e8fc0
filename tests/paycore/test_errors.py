"""Every error is in one tree, and says what its catcher may assume."""

from __future__ import annotations

import inspect
import re

import pytest

from paycore import errors
from paycore.errors import (
    OutcomeUnknown,
    PaycoreError,
    PluginRefused,
    ProviderRefused,
    SettingsError,
    WebhookRejected,
)

CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, PaycoreError)
]


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_is_a_paycore_error_with_a_field(error):
    """One `except PaycoreError` catches all, and each can name the field that is to blame."""
    raised = error("amount: too large")

    assert str(raised) == "amount: too large"
    assert raised.field is None


@pytest.mark.parametrize("error", [c for c in CLASSES if c is not ProviderRefused])
def test_the_field_to_blame_is_kept(error):
    """What was to blame can be read without parsing the message."""
    assert error("amount: too large", field="amount").field == "amount"


def test_only_an_unknown_outcome_may_have_moved_money():
    """Whoever catches anything else may assume that nothing moved."""
    moved = {error for error in CLASSES if error.money_may_have_moved}

    assert moved == {OutcomeUnknown}


def test_the_tree_is_drawn_as_it_is():
    """The drawing at the top of the module names every class, and no other."""
    drawn = re.findall(r"[├└]── (\w+)", inspect.getdoc(errors) or "")

    assert sorted(drawn) == sorted(c.__name__ for c in CLASSES if c is not PaycoreError)


def test_every_error_says_what_may_be_assumed():
    """Each class has a docstring of its own."""
    assert all(error.__dict__.get("__doc__") for error in CLASSES)


def test_a_refused_plugin_is_a_settings_error():
    """Who starts paycore catches one class for all that stops the start."""
    assert issubclass(PluginRefused, SettingsError)


def test_a_refusal_keeps_the_providers_word_and_ours():
    """Both words for a refusal are kept; ours is `refused` until a better one is known."""
    refused = ProviderRefused("no", provider_code="E1", code="expired_card")

    assert (refused.provider_code, refused.code) == ("E1", "expired_card")
    assert (ProviderRefused("no").provider_code, ProviderRefused("no").code) == ("", "refused")


def test_a_rejected_message_knows_its_http_status():
    """Unparsable is the default; a forged or oversized message says so."""
    assert WebhookRejected("not JSON").status == 400
    assert WebhookRejected("forged", status=401).status == 401
