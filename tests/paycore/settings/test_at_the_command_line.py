"""What is typed goes by one file of settings, from whatever folder, and out of a pipe as well."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from paycore.cli import main

FAKE = '[accounts.cards]\nprovider = "fake"\n'


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of this machine take part."""
    for name in [name for name in os.environ if name.startswith("PAYCORE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def typed(*words: str) -> Any:
    """Return what a command did."""
    return CliRunner().invoke(main, words, catch_exceptions=False)


def charged(config: str) -> dict[str, Any]:
    """Return what `paycore charge --json` says of one reference, always the same."""
    words = ("order-1", "15.00", "CAD", "--method", "token:any", "--config", config, "--json")
    done = typed("charge", *words)
    assert done.exit_code == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_one_reference_typed_in_two_folders_is_charged_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one `--config`, the second charge is the first one's result."""
    (tmp_path / "paycore.toml").write_text(FAKE, encoding="utf-8")
    told = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        told.append(charged("../paycore.toml"))

    assert told[0] == told[1]
    assert [path.name for path in tmp_path.rglob("*.db")] == ["paycore.db"]
    assert (tmp_path / "paycore.db").exists()


@pytest.mark.parametrize("words", [("find", "order-1"), ("db", "upgrade"), ("doctor",)])
def test_settings_come_out_of_a_pipe(tmp_path: Path, words: tuple[str, ...]) -> None:
    """`--config <(…)` works for commands that look at their settings more than once."""
    ledger = f'ledger = "sqlite:///{tmp_path / "paycore.db"}"\n'
    (tmp_path / "paycore.toml").write_text(ledger + FAKE, encoding="utf-8")
    charged("paycore.toml")
    out, into = os.pipe()
    os.write(into, (ledger + FAKE).encode())
    os.close(into)
    done = typed(*words, "--config", f"/dev/fd/{out}")
    os.close(out)

    assert done.exit_code == 0, done.stderr


def test_nothing_here_is_told_as_such() -> None:
    """Not that something is malformed, but that there is nothing."""
    done = typed("find", "order-1")

    assert done.exit_code == 1
    assert "no paycore.toml in this folder, and no PAYCORE_* names an account" in done.stderr
