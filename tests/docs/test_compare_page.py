"""The page that compares providers says what they say of themselves."""

from __future__ import annotations

import importlib.util

from tests.docs.pages import DOCS

SPEC = importlib.util.spec_from_file_location("compare", DOCS / "compare.py")
compare = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(compare)


def test_the_page_is_what_the_providers_say():
    """If a provider learned something: python docs/compare.py."""
    assert compare.PAGE.read_text(encoding="utf-8") == compare.page()


def test_every_provider_of_ours_is_compared():
    """Whoever has a folder among the plugins stands on the page, and the fake one."""
    ours = {each.name for each in (DOCS.parent / "plugins").iterdir() if each.is_dir()}

    assert set(compare.SHIPPED) == ours | {"fake"}
