"""The schema's history: one revision a step, its words frozen in `sql/`, one file a database."""

from __future__ import annotations

from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent


def statements(revision: str, dialect: str) -> list[str]:
    """Return what a revision says to a database; a blank line stands between two statements."""
    text = (HERE / "sql" / f"{revision}.{dialect}.sql").read_text(encoding="utf-8")
    return [statement for part in text.split("\n\n") if (statement := part.strip())]
