"""What a form says: read as Stripe's own client library writes it."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode

from paycore_stripe.simulator.reading import METADATA, checked, decoded
from paycore_stripe.simulator.refusing import Refused

names = st.text("abcdefghij_", min_size=1, max_size=8)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
inner = texts | st.lists(texts, min_size=1, max_size=3)
groups = st.dictionaries(names, inner, min_size=1, max_size=3)
members = inner | groups | st.lists(groups, min_size=1, max_size=3)


@given(st.dictionaries(names, members, max_size=4))
def test_what_stripes_library_writes_is_read_back(said):
    """Groups, lists and texts of any kind, however deep they are nested."""
    form = urlencode(list(_api_encode(said)))

    assert decoded(form.encode()) == said


@given(st.binary(max_size=60) | st.text("ab[]=&0", max_size=30).map(str.encode))
def test_noise_is_read_or_refused(raw):
    """A value or a refusal, and never anything else."""
    said = {}
    with suppress(Refused):
        said = decoded(raw)

    assert isinstance(said, dict)


def test_a_list_without_numbers_is_a_list_too():
    """As people write it by hand."""
    assert decoded("expand[]=a&expand[]=b&x[y][]=1") == {"expand": ["a", "b"], "x": {"y": ["1"]}}


@pytest.mark.parametrize("form", ["a=1&a[b]=2", "a[b]=2&a=1", "a[b=1", "[a]=1", "a[][][][][][]=1"])
def test_a_form_that_says_two_things_is_refused(form):
    """One name is a value or a group, and brackets close."""
    with pytest.raises(Refused):
        decoded(form)


SHAPES = {"a": "[0-9]+", "g": {"x": "[a-z]+"}, "l": ["[a-z]+"], "m": METADATA}


def test_members_are_checked_one_by_one():
    """Those that were sent empty are left out."""
    said = {"a": "", "g": {"x": "y"}, "l": ["p", "q"], "m": {"k": "v", "gone": ""}}

    assert checked(said, SHAPES) == {"g": {"x": "y"}, "l": ["p", "q"], "m": {"k": "v"}}


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({}, "a"),
        ({"a": ""}, "a"),
        ({"a": "x"}, "a"),
        ({"a": {"b": "1"}}, "a"),
        ({"a": "1", "b": "1"}, "b"),
        ({"a": "1", "g": "x"}, "g"),
        ({"a": "1", "g": {"z": "x"}}, "g[z]"),
        ({"a": "1", "l": ["x", "1"]}, "l[1]"),
        ({"a": "1", "m": "text"}, "m"),
        ({"a": "1", "m": {"k" * 41: "v"}}, "m"),
        ({"a": "1", "m": {str(n): "v" for n in range(51)}}, "m"),
    ],
    ids=str,
)
def test_the_first_wrong_member_is_named(said, named):
    """Missing, unknown, or of another shape."""
    with pytest.raises(Refused) as caught:
        checked(said, SHAPES, "a")

    assert caught.value.body["error"]["param"] == named
    assert not caught.value.remembered
