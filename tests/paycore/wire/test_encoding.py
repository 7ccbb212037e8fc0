"""What we say arrives as it was meant, or is not said at all."""

from __future__ import annotations

import json
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.secret import Secret
from paycore.wire.encoding import as_form, as_json, bracketed

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
numbers = st.integers(-(2**63), 2**63 - 1)
leaves = texts | numbers | st.booleans() | st.none()
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(texts, values, max_size=4))
def test_json_says_the_same_thing(payload):
    """A payload read back from its JSON is the same payload."""
    assert json.loads(as_json(payload).decode("utf-8")) == payload


def test_json_is_compact_and_plain():
    """No blanks, UTF-8 instead of escapes, and the order that the plugin chose."""
    assert as_json({"b": "é", "a": [1, None]}) == '{"b":"é","a":[1,null]}'.encode()


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), "\ud800", Secret("canary"), Decimal("1.5"), b"canary", {1}],
)
def test_what_json_cannot_say_is_not_said(value):
    """Odd numbers, lone surrogates and secrets that nobody revealed are refused."""
    with pytest.raises((TypeError, ValueError)):
        as_json({"a": value})


@given(st.dictionaries(texts, texts | numbers, max_size=4))
def test_a_form_says_the_same_thing(payload):
    """A form read back holds the same names and values, in the same order."""
    pairs = [(name, str(value)) for name, value in payload.items()]

    assert parse_qsl(as_form(payload), keep_blank_values=True, max_num_fields=None) == pairs


def test_a_list_repeats_its_name():
    """Several values of one name are said one after the other."""
    assert as_form({"expand[]": ["a b", 1], "c": ()}) == "expand%5B%5D=a+b&expand%5B%5D=1"


@pytest.mark.parametrize(
    "value",
    [True, None, 1.5, Secret("canary"), {"a": 1}, ["a", None], b"canary", [["a"]], "\ud800"],
)
def test_what_a_form_cannot_say_is_not_said(value):
    """Truth, nothing, fractions and secrets have no one spelling in a form, so none is guessed."""
    with pytest.raises((TypeError, ValueError)):
        as_form({"a": value})


names = st.from_regex(r"[a-z_]{1,6}", fullmatch=True)
told = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8) | numbers


@given(st.dictionaries(texts, told, max_size=4))
def test_what_is_flat_stays_as_it_is(payload):
    """To the byte, and in its order: names with brackets of their own included."""
    assert as_form(bracketed(payload)) == as_form(payload)
    assert list(bracketed(payload)) == list(payload)


nests = st.recursive(
    told,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(names, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(names, nests, max_size=4))
def test_every_nested_value_has_the_name_of_its_way(payload):
    """Followed name by name, each flat name leads to its value; and none is lost."""

    def leaves(said):
        inner = said.values() if isinstance(said, dict) else said
        return sum(map(leaves, inner)) if isinstance(said, (dict, list)) else 1

    flat = bracketed(payload)
    for name, value in flat.items():
        at = payload
        for step in name.replace("]", "").split("["):
            at = at[int(step)] if isinstance(at, list) else at[step]
        assert at == value
    assert len(flat) == leaves(payload)


def test_nested_names_are_in_brackets():
    """Objects by their names, lists by their places."""
    said = {"a": {"b": ["x", {"c": 1}]}, "d": ("y",), "e[]": "z"}

    assert bracketed(said) == {"a[b][0]": "x", "a[b][1][c]": 1, "d[0]": "y", "e[]": "z"}


def test_what_is_empty_is_not_laid_flat():
    """It is left out, at any depth; nought is something."""
    empty = {"a": "", "b": None, "c": {"d": "", "e": {}}, "f": [], "g": [None, ""], "h": 0}

    assert bracketed(empty) == {"h": 0}


@pytest.mark.parametrize("value", [True, 1.5, Secret("canary"), b"canary", {1}])
def test_what_a_form_cannot_say_is_not_said_in_brackets_either(value):
    """Laying flat changes no value, and `as_form` takes them as it takes any."""
    with pytest.raises((TypeError, ValueError)):
        as_form(bracketed({"a": {"b": [value]}}))
