"""A ledger's URL is refused or opened; what is refused is not told with its password."""

from __future__ import annotations

import sys

import pytest

from paycore.errors import SettingsError
from paycore.ledger.durable.engine import open_engine


@pytest.mark.parametrize(
    "url",
    [
        "paycore.db",
        "mysql+pymysql://u:hunter2@h/d",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:a.db",
        "sqlite:///no/such/folder/a.db",
        "postgresql://u:hunter2@h:port/d",
        "sqlite:///a.db?synchronous=off",
    ],
)
def test_what_is_no_ledger_is_refused(url):
    """With the name of the setting, and without any secret in it."""
    with pytest.raises(SettingsError, match=r"^ledger: ") as refused:
        open_engine(url)

    assert refused.value.field == "ledger"
    assert refused.value.__cause__ is refused.value.__context__ is None
    assert "hunter2" not in str(refused.value)


def test_a_new_file_is_its_owners(tmp_path):
    """Nobody else reads who paid what."""
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    engine.dispose()

    assert (tmp_path / "a.db").stat().st_mode & 0o777 == 0o600


def test_a_driver_that_is_missing_is_named(monkeypatch):
    """With what to type."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match="pip install"):
        open_engine("postgresql://u@h/d")
