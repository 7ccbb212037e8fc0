"""The docs say what the code says: hooks, errors, states and words."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from importlib import import_module

import pytest

import paycore
from paycore import errors, hookspecs, states
from paycore.ledger.protocol import InboxState
from paycore.payment import PaymentStatus
from paycore.provider import HOOKS, REQUIRED, TALKING
from tests.docs.pages import (
    DOCS,
    ROOT,
    blocks,
    first_column,
    headings,
    page,
    rows,
    section,
    signature,
)

SHAPES = (
    paycore.Call,
    paycore.Reply,
    paycore.Report,
    paycore.Notification,
    paycore.ChargeRequest,
    paycore.TokenizeRequest,
    paycore.RefundRequest,
    paycore.VoidRequest,
    paycore.QueryRequest,
    paycore.WebhookMessage,
    paycore.Description,
)


def every_error(base: type[Exception] = errors.PaycoreError) -> Iterator[type[Exception]]:
    yield base
    for each in base.__subclasses__():
        if each.__module__ == errors.__name__:
            yield from every_error(each)


def test_every_hook_has_a_heading_with_its_signature():
    """docs/hooks.md has a heading for each hook, with its arguments as they are today."""
    told = [heading for heading in headings(page("hooks.md")) if heading.endswith(")")]

    assert told == [signature(getattr(hookspecs, each.partition("(")[0])) for each in told]
    assert {each.partition("(")[0] for each in told} == set(HOOKS)


def test_the_table_of_hooks_says_who_talks_and_what_is_required():
    """What may be omitted, and what must be a generator, is what start-up checks."""
    told = {row[0].strip("`"): row[1:] for row in rows(page("hooks.md"))}

    assert {name for name, (talks, _) in told.items() if talks == "yes"} == set(TALKING)
    assert {name for name, (_, must) in told.items() if must == "yes"} == set(REQUIRED)
    assert set(told) == set(HOOKS)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_field_of_the_contract_is_told(shape):
    """Each value that crosses the contract is listed with all its fields, in order."""
    told = first_column(section(page("hooks.md"), f"### {shape.__name__}"))

    assert told == [field.name for field in dataclasses.fields(shape)] + [
        name for name in ("json",) if hasattr(shape, name)
    ]


def test_what_a_plugin_need_not_write_is_there():
    """Each helper that the page names can be imported from where it says, and says what it does."""
    told = first_column(section(page("hooks.md"), "## What a plugin need not write"))

    assert len(told) > 10
    for name in told:
        module, _, helper = name.rpartition(".")
        found = getattr(import_module(module), helper)
        assert (found.__module__, bool(found.__doc__)) == (module, True), name


def test_every_error_is_told_with_what_it_lets_assume():
    """The table names each class of the tree and no other, and whether money may have moved."""
    told = {row[0].strip("`"): row[2] == "yes" for row in rows(page("errors.md"))}

    assert told == {each.__name__: each.money_may_have_moved for each in every_error()}


def test_the_tree_of_errors_is_drawn_as_it_grows():
    """Each name stands one step right of its parent."""
    drawn: dict[str, str] = {}
    path: list[str] = []
    for line in blocks(page("errors.md"), "text")[0].splitlines():
        name = line.lstrip("│├└─ ")
        depth = (len(line) - len(name)) // 4
        path[depth:] = [name]
        drawn[name] = path[depth - 1] if depth else "Exception"

    assert drawn == {each.__name__: each.__base__.__name__ for each in every_error()}


def test_every_state_is_told_with_what_it_is():
    """Open, final or over, as the table in the code has it."""
    told = {row[0].strip("`"): row[1] for row in rows(section(page("states.md"), "## Operations"))}

    assert told == {
        state.name: "open" if state.is_open else "final" if state.is_final else "over"
        for state in states.State
    }


def test_the_table_of_moves_is_the_one_that_advance_follows():
    """No move is missing, none is made up, and each has one row."""
    table = rows(section(page("states.md"), "## Who moves an operation"))
    told = [(row[0].strip("`"), row[1].strip("`")) for row in table]

    assert sorted(told) == sorted(
        (before.name, after.name) for before, ends in states.FOLLOWS.items() for after in ends
    )


@pytest.mark.parametrize(
    ("heading", "words"), [("## Payments", PaymentStatus), ("## Messages", InboxState)]
)
def test_every_status_of_a_payment_and_state_of_a_message_is_told(heading, words):
    """In the order of the code, so that none is forgotten."""
    assert first_column(section(page("states.md"), heading)) == [word.name for word in words]


def test_every_word_of_the_glossary_is_used():
    """A word that nobody uses needs no meaning."""
    pages = [path for path in DOCS.rglob("*.md") if path.name != "glossary.md"]
    sources = [*pages, ROOT / "README.md", *(ROOT / "paycore").rglob("*.py")]
    used = " ".join(path.read_text(encoding="utf-8").lower() for path in sources)
    words = first_column(page("glossary.md"))

    assert [word for word in words if not re.search(rf"\b{word.rstrip('y')}", used)] == []


def test_the_glossary_is_in_order():
    """Each word stands once, where one looks for it."""
    words = first_column(page("glossary.md"))

    assert words == sorted(set(words))


@pytest.mark.parametrize("kind", [*states.Kind, *states.State])
def test_what_an_operation_is_and_where_it_stands_has_a_meaning(kind):
    """The words of the ledger are told in the glossary or in the table of states."""
    told = first_column(page("glossary.md"))
    told += [name.lower() for name in first_column(page("states.md"))]

    assert kind.value in told or kind.value == "charge"
