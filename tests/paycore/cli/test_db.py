"""`paycore db`: the schema is made, shown, and asked for only where there can be one."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def settings(tmp_path):
    """Return a function that writes settings with that ledger, and gives their path."""

    def written(ledger):
        path = tmp_path / "paycore.toml"
        path.write_text(f'ledger = "{ledger}"\n[accounts.shop]\nprovider = "fake"\n')
        return str(path)

    return written


def test_an_upgrade_makes_the_schema_that_is_shown_then(run, settings, tmp_path):
    """Nothing at first, then the newest; a second time changes nothing."""
    path = settings(f"sqlite:///{tmp_path / 'paycore.db'}")

    assert run("db", "current", "--config", path).stdout == "\n"
    made = run("db", "upgrade", "--config", path)
    assert made.exit_code == 0
    assert run("db", "upgrade", "--config", path).stdout == made.stdout
    shown = run("db", "current", "--config", path, "--json")
    assert json.loads(shown.stdout) == {"revision": made.stdout.strip()}


@pytest.mark.parametrize("command", ["current", "upgrade"])
def test_memory_has_no_schema(run, settings, command):
    """The refusal says what to do instead."""
    refused = run("db", command, "--config", settings("memory://"))

    assert refused.exit_code == 1
    assert "ledger: memory:// has no schema; name a database" in refused.stderr
