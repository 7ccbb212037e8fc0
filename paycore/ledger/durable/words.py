"""How statements are put together: a parameter for every value, each compiled once a database."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Insert, bindparam, insert, text
from sqlalchemy.engine import Dialect

from paycore.ledger.durable.tables import payment

_WHOLE: Final = payment.c.serial.type
LIMIT: Final = bindparam("limit_", type_=_WHOLE)
ZERO: Final = text("0")
ONE: Final = text("1")
NOTHING: Final = text("''")


def added(table: Any, *absent: str) -> Insert:
    """Return the insertion of one row, its serial left to the database."""
    names = [column.name for column in table.c if column.name not in ("serial", *absent)]
    return insert(table).values({name: bindparam(name) for name in names}).inline()


def parameter(column: Any) -> Any:
    """Return the parameter that a column is compared with: its name and an underscore."""
    return bindparam(f"{column.name}_", type_=column.type)


def number(name: str) -> Any:
    """Return a whole number as a parameter: a time, a count."""
    return bindparam(name, type_=_WHOLE)


def is_(*columns: Any) -> list[Any]:
    """Return that each column has the value of its parameter."""
    return [column == parameter(column) for column in columns]


def compiled(statement: Any, dialect: Dialect) -> tuple[str, dict[str, Any]]:
    """Return the text of a statement as the driver takes it, and its constants by name."""
    made = statement.compile(dialect=dialect)
    return str(made), {name: value for name, value in made.params.items() if value is not None}
