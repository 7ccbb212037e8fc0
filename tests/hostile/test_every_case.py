"""All 171 hostile cases run: none is forgotten, skipped or waived."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
SURFACES = {"Q": 44, "S": 40, "N": 69, "U": 18}
WAIVERS = {"skip", "skipif", "xfail"}


def written() -> list[str]:
    """Return the ids in the files, in order."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(HERE.glob("*.jsonl"))]
    return [json.loads(line)["id"] for text in texts for line in text.splitlines()]


def modules() -> list[ModuleType]:
    """Return the modules of tests here."""
    return [import_module(f"tests.hostile.{path.stem}") for path in sorted(HERE.glob("test_*.py"))]


def marks(module: ModuleType) -> Iterator[pytest.Mark]:
    """Yield the marks of a module and of the tests that pytest collects from it."""
    given = getattr(module, "pytestmark", [])
    for mark in given if isinstance(given, list) else [given]:
        yield mark.mark
    for name, test in vars(module).items():
        if name.startswith("test_"):
            yield from getattr(test, "pytestmark", [])


def run() -> Counter[str]:
    """Return how many tests each case goes through, as pytest is told to parametrize them."""
    return Counter(
        case["id"]
        for module in modules()
        for mark in marks(module)
        if mark.name == "parametrize" and mark.args[0] == "case"
        for case in mark.args[1]
    )


def test_all_171_cases_are_run():
    """44 requests, 40 answers, 69 messages, 18 returns; each by a test of its own outcome."""
    ids = written()

    assert Counter(each[0] for each in ids) == SURFACES
    assert len(ids) == len(set(ids)) == sum(SURFACES.values()) == 171
    assert run().keys() == set(ids)


def test_no_case_is_waived():
    """No mark lets one pass that does not hold."""
    assert {mark.name for module in modules() for mark in marks(module)}.isdisjoint(WAIVERS)


@pytest.mark.parametrize("word", ["skip", "xfail", "importorskip"])
def test_no_test_gives_up_on_its_way(word):
    """Nor does one step aside while it runs."""
    for path in [*HERE.glob("test_*.py"), HERE / "conftest.py"]:
        if path.name != Path(__file__).name:
            assert f"pytest.{word}(" not in path.read_text(encoding="utf-8")
