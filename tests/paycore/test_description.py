"""What a provider says of itself, and what is assumed where it says nothing."""

from __future__ import annotations

import string
from dataclasses import FrozenInstanceError

import pytest

from paycore.description import API_VERSION, REFERENCE_ALPHABET, Description, Repeat
from paycore.methods import HostedPage


def description(**more):
    return Description(
        name="cash",
        base_url="https://api.cash.example",
        channels=("CASH",),
        methods=(HostedPage,),
        currencies=frozenset({"CAD"}),
        **more,
    )


def test_the_defaults_are_the_cautious_ones():
    """Absence proves nothing, a webhook is a hint, no refusal is sure, and a repeat is unknown."""
    said = description()

    assert said.absence_is_proof is False
    assert said.webhook_is_proof is False
    assert said.repeat is Repeat.UNKNOWN
    assert said.sure_refusals == {}
    assert said.token_methods == ()


def test_times_are_given_where_a_provider_gives_none():
    """An hour for a page, a day until absence could mean anything, 30 characters."""
    said = description()

    assert (said.page_lifetime_s, said.settling_window_s, said.reference_length) == (
        (3600, 86_400, 30)
    )
    assert said.api_version == API_VERSION == "1.0"


def test_references_are_ascii_letters_digits_and_two_signs():
    """What every provider can be expected to take."""
    assert {*string.ascii_letters, *string.digits, "-", "_"} == REFERENCE_ALPHABET
    assert description().reference_alphabet == REFERENCE_ALPHABET


def test_a_description_never_changes():
    """It is read once, at the start."""
    with pytest.raises(FrozenInstanceError):
        description().webhook_is_proof = True


def test_two_descriptions_share_no_refusals():
    """Each has a mapping of its own."""
    assert description().sure_refusals is not description().sure_refusals


def test_the_words_for_repeats_are_a_closed_set():
    """What a provider does with a reference that it has met before."""
    assert {repeat.value for repeat in Repeat} == {
        "unknown",
        "refused",
        "replayed",
        "charged_again",
    }
