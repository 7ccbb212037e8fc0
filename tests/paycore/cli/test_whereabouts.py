"""What a ledger is called: enough to find it, and never its password."""

from __future__ import annotations

import pytest

from paycore.cli.whereabouts import ledger_name
from paycore.secret import Secret


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("memory://", "memory://"),
        ("sqlite:////var/lib/shop.db?synchronous=full", "/var/lib/shop.db"),
        ("postgresql://u:hunter2@db.example:5433/shop", "postgresql://db.example:5433/shop"),
        ("postgresql+psycopg://u@db.example/shop?password=hunter2", "postgresql://db.example/shop"),
        ("postgresql:///shop?host=/run/postgresql", "postgresql:///shop"),
    ],
)
def test_a_ledger_has_a_name(url, name):
    """Neither user nor password nor options are in it."""
    assert ledger_name(Secret(url)) == name


def test_a_relative_file_is_named_in_full(tmp_path):
    """From another folder it would be another file."""
    assert ledger_name(Secret("sqlite:///shop.db")) == str(tmp_path / "shop.db")
