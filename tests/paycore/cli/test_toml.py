"""Settings survive the way to TOML and back."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from paycore import Secret
from paycore.cli.toml import section

names = st.from_regex(r"[a-z][a-z_]{0,20}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
values = texts | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.lists(texts, min_size=1)


@given(st.dictionaries(names, values))
def test_what_is_written_is_what_is_read(settings):
    """Whatever settings hold, TOML reads the same."""
    assert tomllib.loads(section("accounts.cards", settings)) == {"accounts": {"cards": settings}}


def test_what_is_empty_is_left_out_and_a_secret_is_written():
    """Only for the made-up keys of simulators: that is what it is there to print."""
    settings = {"notify_url": "", "proxy": None, "zero": 0, "key": Secret("made-up")}

    assert section("a", settings) == '[a]\nzero = 0\nkey = "made-up"'
