"""docs/proof.md: its commands are the simulation's, its figures are told, its checks pass."""

from __future__ import annotations

import io
import json
import re
import shlex
from typing import Any

import pytest

from paycore.ledger.memory import MemoryLedger
from paycore.testing.ledgers import CHECKS
from paycore.testing.runner import main
from paycore.testing.simulation import Simulation
from tests.docs.pages import first_column, page

PROOF = page("proof.md")
COMMANDS = re.findall(r"^\$ python -m paycore\.testing\.simulation (.*)$", PROOF, re.MULTILINE)


@pytest.mark.parametrize("words", COMMANDS)
def test_the_commands_are_understood_and_tell_the_figures(words):
    """Fewer runs, the same words: the line that they print has every figure of the table."""
    told = io.StringIO()
    given = shlex.split(words)
    given[given.index("--schedules") + 1] = "2"

    assert main(given, told) == 0
    assert set(first_column(PROOF)) <= json.loads(told.getvalue()).keys()


def test_the_example_holds_a_ledger_to_the_checks():
    """The block runs as it stands, and parametrizes over all of them."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", PROOF, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/proof.md", "exec"), names)
    test = names["test_the_ledger_keeps_its_promises"]
    for check in CHECKS[:3]:
        test(check)

    assert test.pytestmark[0].args[1] == CHECKS
    assert Simulation(7, ledger=MemoryLedger).run().violations == ()
