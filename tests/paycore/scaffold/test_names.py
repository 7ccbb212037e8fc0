"""What a new provider may be called."""

from __future__ import annotations

import re
from keyword import iskeyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.scaffold.names import LONGEST, Names, NotMade, author_of, free

LETTERS = "abcz09_-.A é"


def test_one_name_makes_all_the_others():
    """Each place has rules of its own: Python, pip, hosts, people."""
    names = Names("maple_pay")

    assert (names.package, names.distribution) == ("paycore_maple_pay", "paycore-maple-pay")
    assert (names.host, names.title) == ("maple-pay", "Maple Pay")
    assert names.authors == "The authors of paycore-maple-pay"


@pytest.mark.parametrize("name", ["a", "p2", "a1_2b", "maple_pay", "match", "a" * LONGEST])
def test_lower_snake_case_is_taken(name):
    """One letter will do, and a word that is a keyword in some places only."""
    assert Names(name).package == f"paycore_{name}"


@pytest.mark.parametrize(
    "name",
    ["", "2pay", "_a", "a_", "a__b", "Maple", "maple-pay", "a b", "é", "a\n", "a" * (LONGEST + 1)],
)
def test_anything_else_is_refused(name):
    """In one line, which says what a name looks like."""
    with pytest.raises(NotMade, match=r"^name: want up to 30 lower-case letters") as refused:
        Names(name)

    assert refused.value.field == "name"
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["class", "import", "yield"])
def test_a_keyword_is_refused(name):
    """It would be no name in Python."""
    with pytest.raises(NotMade, match=f"'{name}' is a keyword of Python"):
        Names(name)


@given(st.text(LETTERS, max_size=LONGEST + 2))
def test_whatever_is_taken_is_a_name_everywhere(text):
    """Python can import it, and pip has one spelling for it."""
    try:
        names = Names(text)
    except NotMade:
        return

    assert names.package.isidentifier()
    assert not iskeyword(text)
    assert re.sub(r"[-_.]+", "-", names.distribution).lower() == names.distribution


@pytest.mark.parametrize("name", ["fake", "iotpay"])
def test_the_name_of_an_installed_provider_is_taken(name):
    """Two packages that claim one name are refused at start; whose it is, is told."""
    with pytest.raises(NotMade, match=rf"paycore\S* 0\.\S+ offers a provider called '{name}'"):
        free(name)

    assert free("larch") == Names("larch")


@pytest.mark.parametrize("text", ["Zoë Ltd", "O'Hara & Sons", "x" * 80])
def test_an_author_is_any_line_of_text(text):
    """As it is."""
    assert author_of(text) == text


@pytest.mark.parametrize("text", ["", " ", "a ", 'say "a"', "a\\b", "a\nb", "a\x1b[0m", "x" * 81])
def test_an_author_who_would_break_a_file_is_refused(text):
    """A quote would end a text of pyproject.toml, a new line anything."""
    with pytest.raises(NotMade, match=r"^author: want"):
        author_of(text)
