"""What the command line's tests share."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from paycore.cli import main
from tests.paycore.demo.toy_shop import install_toy


@pytest.fixture
def toy(monkeypatch):
    """Install the toy provider, and return the module of its simulator."""
    return install_toy(monkeypatch)


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """Run in an empty folder, without settings or a terminal's wishes in the environment."""
    import os

    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("PAYCORE_") or name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
            monkeypatch.delenv(name)


@pytest.fixture
def run():
    """Return a function that runs the command line, and gives the result."""

    def runs(*words, **options):
        return CliRunner().invoke(main, words, catch_exceptions=False, **options)

    return runs


@pytest.fixture
def shop(tmp_path):
    """Write settings over the fake provider and a database into the folder we are in."""
    (tmp_path / "paycore.toml").write_text(
        f"""
ledger = "sqlite:///{tmp_path / "shop.db"}"
return_hosts = ["shop.example"]
default_account = "cards"
[accounts.cards]
provider = "fake"
[accounts.other]
provider = "fake"
"""
    )
    return tmp_path
