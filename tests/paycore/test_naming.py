"""A wire reference is readable while the provider allows it, and otherwise left to chance."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.description import REFERENCE_ALPHABET
from paycore.naming import Naming, wire_references
from paycore.states import Kind

USUAL = Naming(REFERENCE_ALPHABET, 30)
namings = st.builds(
    Naming,
    st.frozensets(st.characters(min_codepoint=33, max_codepoint=126), min_size=10),
    st.integers(10, 64),
)


@pytest.mark.parametrize(
    ("kind", "number", "reference"),
    [
        (Kind.CHARGE, 1, "order-1001"),
        (Kind.CHARGE, 2, "order-1001-2"),
        (Kind.REFUND, 1, "order-1001-r1"),
        (Kind.REFUND, 12, "order-1001-r12"),
        (Kind.VOID, 1, "order-1001-v1"),
        (Kind.CAPTURE, 1, "order-1001-c1"),
        (Kind.RELEASE, 2, "order-1001-x2"),
        (Kind.TOKEN, 1, "order-1001"),
        (Kind.TOKEN, 3, "order-1001-3"),
    ],
)
def test_the_first_choice_is_readable(kind: Kind, number: int, reference: str) -> None:
    """Operators find an order by its own reference, with the attempt's number after it."""
    assert next(wire_references(kind, "order-1001", number, USUAL)) == reference


@pytest.mark.parametrize("owner", ["A" * 40, "order/1001", "Bestellung 7", "", "A" * 29])
def test_what_the_provider_does_not_take_is_not_tried(owner: str) -> None:
    """A reference that is too long or oddly spelt is replaced, not cut: cut ones could be equal."""
    tried = list(islice(wire_references(Kind.REFUND, owner, 1, USUAL), 3))

    assert all(USUAL.allows(each) for each in tried)
    assert len(set(tried)) == 3
    assert not any(owner and each.startswith(owner[:10]) for each in tried)


def test_long_references_that_begin_alike_get_different_names() -> None:
    """Q39: equal in the first 30 characters, and still two orders at the provider."""
    first, second = (next(wire_references(Kind.CHARGE, "A" * 31 + end, 1, USUAL)) for end in "12")

    assert first != second


@given(namings, st.sampled_from(Kind), st.text(max_size=40), st.integers(1, 99))
def test_every_choice_is_one_the_provider_takes(
    naming: Naming, kind: Kind, owner: str, number: int
) -> None:
    """Whatever its alphabet and length, no reference leaves us that it would refuse."""
    tried = list(islice(wire_references(kind, owner, number, naming), 4))

    assert all(naming.allows(each) for each in tried)


@pytest.mark.parametrize(
    "alphabet", ["ABCDEFGHIJKLMNOPQRSTUVWXYZ7", "0123456789", "ABCDEFGHIJKLMNOP"]
)
def test_chance_has_enough_to_choose_from(alphabet: str) -> None:
    """An alphabet with few of our letters is used whole: else chance would repeat itself."""
    tried = wire_references(Kind.CHARGE, "not allowed!", 1, Naming(frozenset(alphabet), 20))

    assert len(set(islice(tried, 1000))) == 1000


def test_chance_avoids_what_people_misread() -> None:
    """Generated references hold no i, l, o or u, and no capitals, where there are others."""
    tried = "".join(islice(wire_references(Kind.CHARGE, "?", 1, USUAL), 200))

    assert set(tried) <= set("0123456789abcdefghjkmnpqrstvwxyz")


@given(namings, st.text(max_size=80))
def test_allowed_is_within_alphabet_and_length(naming: Naming, text: str) -> None:
    """An empty reference is never allowed, nor one letter or one place too many."""
    assert naming.allows(text) == (0 < len(text) <= naming.length and set(text) <= naming.alphabet)
