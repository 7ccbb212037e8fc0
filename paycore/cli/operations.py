"""`paycore operations`: what was asked of providers, and what of it is open or doubtful."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import click

from paycore.cli.opening import opened
from paycore.cli.outcomes import STATE, why
from paycore.cli.output import (
    clean,
    config_option,
    data,
    json_option,
    say,
    shared,
    without_sessions,
    write_json,
)
from paycore.cli.values import facts, headline, moment, names, times
from paycore.operation import Operation
from paycore.states import State

STATES: Final = tuple(state.value for state in State)
_Command = TypeVar("_Command", bound=Callable[..., Any])


def page_options(command: _Command) -> _Command:
    """Let a command take `--limit` and `--after`: one page of a list."""
    limit = click.option(
        "--limit",
        type=click.IntRange(1, 1000),
        default=100,
        show_default=True,
        help="How many at most.",
    )
    after = click.option("--after", default="", metavar="ID", help="Go on behind this one.")
    return limit(after(command))


@click.command(
    short_help="List what was asked of providers.",
    epilog="""\b
Examples:
  paycore operations --state unknown
  paycore operations --review --json
""",
)
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--review", is_flag=True, help="Only those that a person should look at.")
@page_options
@config_option()
@json_option
def operations(state: str | None, review: bool, limit: int, after: str) -> None:
    """List operations, oldest first: charges, refunds, voids and stored cards."""
    wanted = State(state) if state else None
    with opened() as gateway:
        found = gateway.books.operations(state=wanted, review=review, limit=limit, after=after)
    if shared().json:
        write_json(without_sessions(found))
        return
    for operation in found:
        show_operation(operation)
    tell_page("operation", found, limit)


def show_operation(operation: Operation) -> None:
    """Write one operation, with what an operator needs to settle it."""
    console = data()
    verdict, word = STATE[operation.state]
    amount = f"  {operation.amount}" if operation.amount else ""
    headline(console, verdict, operation.owner, f"{operation.kind.value}{amount}", word)
    asked = operation.checked_at
    facts(
        console,
        [
            ("id", f"{operation.id}, version {operation.version}"),
            ("account", operation.account),
            ("reference", names(operation.reference, operation.provider_reference)),
            ("key", operation.key),
            ("begun", moment(operation.created_at)),
            ("asked", f"{times(operation.checks)}, last {moment(asked)}" if asked else ""),
            ("asked next", moment(operation.next_check_at) if operation.next_check_at else ""),
            ("because", why(operation.decline)),
            ("review", clean(operation.review)),
        ],
    )


def tell_page(what: str, found: Sequence[Any], limit: int) -> None:
    """Say how many there are, and how to see more."""
    if not found:
        say(f"no {what} to show")
    elif len(found) == limit:
        say(f"{limit} shown, there may be more: --after {found[-1].id}")
