"""The tables and functions of procrastinate in the ledger's database: there, made, or refused."""

from __future__ import annotations

import re
from typing import Any, Final

from paycore.errors import SettingsError

COMMAND: Final = "paycore db upgrade"
_LOCK: Final = 0x7061_7963_6A6F_6273  # "paycjobs": one upgrade at a time
_FUNCTION: Final = re.compile(r"^CREATE (?:OR REPLACE )?FUNCTION (\w+)", re.MULTILINE)
_ABSENT: Final = """
SELECT name FROM unnest(%s::text[]) AS name WHERE NOT EXISTS (
  SELECT FROM pg_proc WHERE proname = name AND pg_function_is_visible(pg_proc.oid)
) ORDER BY name
"""


def check(connection: Any) -> None:
    """Refuse a database without what this procrastinate calls.

    Raises:
        SettingsError: with what mends it.
    """
    absent, wanted = _absent(connection)
    if len(absent) == wanted:
        raise refused(f"the database has no tables of procrastinate yet; type: {COMMAND}")
    _check_whole(absent)


def prepare(connection: Any) -> None:
    """Make everything where there is nothing; leave alone what is whole.

    Raises:
        SettingsError: there are tables of another procrastinate.
    """
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    absent, wanted = _absent(connection)
    if len(absent) == wanted:
        connection.execute(_schema())
    else:
        _check_whole(absent)


def refused(problem: str) -> SettingsError:
    """Return the refusal of an engine that cannot work."""
    return SettingsError(f"engine: {problem}", field="engine")


def _absent(connection: Any) -> tuple[list[str], int]:
    """Return what this procrastinate calls and the database has not, and how much it calls."""
    wanted = sorted(set(_FUNCTION.findall(_schema())))
    rows = connection.execute(_ABSENT, [wanted]).fetchall()
    return [row[0] for row in rows], len(wanted)


def _check_whole(absent: list[str]) -> None:
    if absent:
        raise refused(
            f"the tables of procrastinate are of another release ({absent[0]} is missing); apply "
            "its migrations, which lie where `procrastinate schema --migrations-path` says"
        )


def _schema() -> str:
    from procrastinate.schema import SchemaManager

    return str(SchemaManager.get_schema())
