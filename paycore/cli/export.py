"""`paycore export`: every operation that was begun or changed since a day, for other programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import click

from paycore.cli.opening import opened
from paycore.cli.output import config_option, json_option, say, shared, without_sessions
from paycore.cli.progress import progress
from paycore.cli.wishes import moment
from paycore.operation import Operation

COLUMNS: Final = (
    "id",
    "kind",
    "owner",
    "key",
    "account",
    "reference",
    "provider_reference",
    "method",
    "amount_minor",
    "currency",
    "state",
    "attempt",
    "charge",
    "decline_code",
    "provider_code",
    "instrument",
    "review",
    "late",
    "created_at",
    "updated_at",
    "captured_minor",
)
"""The columns of the CSV, in order; amounts are whole minor units."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_EVERY: Final = 100
"""After how many operations the progress is shown anew."""
Write = Callable[[Operation], None]


@click.command(
    short_help="Write operations as CSV or JSON lines.",
    epilog="""\b
Examples:
  paycore export --since 2026-01-01 --csv > operations.csv
  paycore export --since 2026-01-31T12:00:00Z --jsonl | jq .state
""",
)
@click.option(
    "--since", required=True, metavar="DATE", callback=moment, help="A day or a moment, UTC."
)
@click.option("--csv", "shape", flag_value="csv", help="Comma-separated, with a head.")
@click.option("--jsonl", "shape", flag_value="jsonl", help="One JSON object on each line.")
@config_option()
@json_option
def export(since: datetime, shape: str | None) -> None:
    """Write every operation that was begun or changed since DATE, oldest first.

    Data goes to standard output, progress to standard error. With `--json` and no other shape it is
    JSON lines. Amounts are whole minor units.
    """
    write = _csv() if _shape(shape) == "csv" else _json_lines
    with opened() as gateway, progress("exporting", quiet=sys.stdout.isatty()) as tell:
        count = 0
        for count, operation in enumerate(gateway.books.export(since), 1):
            write(operation)
            if count % _EVERY == 0:
                tell(f"{count} operations")
    sys.stdout.flush()  # what is still to be written was not written
    say(f"{count} operation{'' if count == 1 else 's'} written")


def _shape(shape: str | None) -> str:
    if shape is None and not shared().json:
        raise click.UsageError("--csv or --jsonl?", click.get_current_context())
    return shape or "jsonl"


def _csv() -> Write:
    """Return what writes rows, after writing the head."""
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(COLUMNS)

    def write(operation: Operation) -> None:
        told = without_sessions(operation)
        told["captured_minor"] = (told.pop("captured") or {}).get("amount_minor")
        told |= told.pop("amount") or {}
        told |= _prefixed(told.pop("decline"))
        told["instrument"] = (told["instrument"] or {}).get("masked")
        rows.writerow([_cell(told.get(name)) for name in COLUMNS])

    return write


def _cell(value: Any) -> Any:
    """Return a value as a cell: a text that a spreadsheet would take for a formula is quoted."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _prefixed(decline: dict[str, Any] | None) -> dict[str, Any]:
    decline = decline or {}
    return {
        "decline_code": decline.get("code"),
        "provider_code": decline.get("provider_code"),
    }


def _json_lines(operation: Operation) -> None:
    sys.stdout.write(json.dumps(without_sessions(operation)) + "\n")
