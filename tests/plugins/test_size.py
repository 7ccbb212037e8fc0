"""A provider is small: what many need is the core's, and what it does itself is told shortly."""

from __future__ import annotations

from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
MOST = {"iotpay": 400, "iotpay_unionpay": 40, "stripe": 500}
"""How many lines a plugin may have that are not blank, all its modules together."""


def lines(plugin: str) -> int:
    """Count the lines of a plugin that are not blank; its simulator is another thing."""
    modules = (PLUGINS / plugin / f"paycore_{plugin}").glob("*.py")
    texts = [module.read_text(encoding="utf-8") for module in modules]
    return sum(bool(line.strip()) for text in texts for line in text.splitlines())


def test_every_plugin_has_a_limit():
    """A new one says how large it may be."""
    assert set(MOST) == {project.parent.name for project in PLUGINS.glob("*/pyproject.toml")}


@pytest.mark.parametrize("plugin", MOST)
def test_a_plugin_is_no_larger_than_its_limit(plugin):
    """Whoever needs more looks for what others need as well."""
    assert 0 < lines(plugin) <= MOST[plugin]
