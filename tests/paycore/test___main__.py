"""`python -m paycore` is `paycore`."""

from __future__ import annotations

import runpy
import sys

import pytest


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Forget the module, whoever imported it."""
    monkeypatch.delitem(sys.modules, "paycore.__main__", raising=False)


def test_it_is_the_command_line(monkeypatch, capsys):
    """The same commands, the same exit codes."""
    monkeypatch.setattr(sys, "argv", ["paycore", "--version"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("paycore", run_name="__main__")

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("paycore ")


def test_importing_it_runs_nothing():
    """Nothing runs on import."""
    assert "main" in runpy.run_module("paycore.__main__", run_name="imported")
