"""The contract is these hooks with these arguments; the docs and the provider's checks know all."""

from __future__ import annotations

import inspect
from types import FunctionType

import pytest

import paycore
from paycore import hookspecs
from paycore.provider import HOOKS, PLAIN, REQUIRED, TALKING

SPECS = {
    name: spec
    for name, spec in vars(hookspecs).items()
    if isinstance(spec, FunctionType) and spec.__module__ == hookspecs.__name__
}
ARGUMENTS = {
    "describe": [],
    "open_account": ["settings"],
    "charge": ["account", "request"],
    "capture": ["account", "request"],
    "tokenize": ["account", "request"],
    "refund": ["account", "request"],
    "void": ["account", "request"],
    "query": ["account", "request"],
    "verify_webhook": ["account", "message"],
}


def test_the_hooks_are_these() -> None:
    """A hook more or less, or an argument renamed, is another contract."""
    assert {
        name: list(inspect.signature(spec).parameters) for name, spec in SPECS.items()
    } == ARGUMENTS


def test_the_provider_knows_every_hook() -> None:
    """Each is either one that talks or one that answers, and the required ones are among them."""
    assert sorted(HOOKS) == sorted(SPECS)
    assert not set(PLAIN) & set(TALKING)
    assert set(REQUIRED) <= set(HOOKS)


@pytest.mark.parametrize("name", SPECS)
def test_a_hook_says_what_it_is_for(name: str) -> None:
    """One provider answers, so the first result is the result; the docstring says what it means."""
    told = inspect.getdoc(SPECS[name]) or ""
    returns = str(inspect.signature(SPECS[name]).return_annotation)

    assert getattr(SPECS[name], "paycore_spec")["firstresult"] is True  # noqa: B009  # pluggy's mark
    assert "Returns:" in told
    assert ("Yields:" in told) is (name in TALKING)
    assert returns.startswith("Talk[") is (name in TALKING)


def test_plugins_mark_with_the_public_name() -> None:
    """`import paycore` is all that a plugin needs."""
    assert paycore.hookimpl is hookspecs.hookimpl
