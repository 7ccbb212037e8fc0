"""The kit is tested by what it must notice: each slip breaks the one promise that names it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from paycore.testing.conformance import CHECKS, Verdict, breaking, results, talking
from tests.paycore.testing.conformance.cases import CASE, bramble_case
from tests.paycore.testing.conformance.seeds import SEEDS, Seed

SOURCE = Path(__file__).with_name("bramble.py").read_text(encoding="utf-8")
NEEDS_A_SECOND = "the second is said"


def copy_with(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return a copy of Bramble with a slip in it."""
    source = SOURCE
    for was, becomes in seed.changes:
        assert source.count(was) == 1, f"{was!r} stands there {source.count(was)} times"
        source = source.replace(was, becomes)
    module = ModuleType("bramble_copy")
    monkeypatch.setitem(sys.modules, "bramble_copy", module)
    exec(compile(source, "bramble_copy.py", "exec"), vars(module))
    return module


@pytest.fixture(autouse=True)
def _hurried(request, monkeypatch):
    """Wait less than the kit does, except where waiting is what finds the slip."""
    if breaking.every_fault_holds_over_http.__name__ not in request.node.name:
        quick = {name: breaking.PLAYS[name] for name in ("reset_after_request", "not_json")}
        monkeypatch.setattr(breaking, "PLAYS", quick)
    if NEEDS_A_SECOND not in request.node.name.replace("_", " "):
        monkeypatch.setattr(talking, "TICK_S", 0)


def test_a_good_plugin_keeps_every_promise():
    """Nothing is broken, and nothing is left untried."""
    assert [each for each in results(CASE) if each.verdict is not Verdict.KEPT] == []


@pytest.mark.parametrize("seed", SEEDS, ids=str)
def test_a_slip_breaks_the_promise_that_names_it(seed, monkeypatch):
    """The check that is about it fails, and no other."""
    found = [*results(bramble_case(copy_with(seed, monkeypatch)))]

    broken = {each.check: each.detail for each in found if each.verdict is Verdict.BROKEN}
    assert [*broken] == [seed.check], broken


def test_every_check_has_a_slip_that_it_notices():
    """A check that nothing can break proves nothing."""
    assert {seed.check for seed in SEEDS} == {check.__name__ for check in CHECKS}
    assert len(SEEDS) >= 25
