"""`paycore settle`: what a person found out about an operation, and how it is known."""

from __future__ import annotations

import click

from paycore.cli.asked import sure, yes_option
from paycore.cli.failing import absent
from paycore.cli.opening import opened
from paycore.cli.operations import show_operation
from paycore.cli.outcomes import STATE
from paycore.cli.output import (
    config_option,
    data,
    json_option,
    shared,
    without_sessions,
    write_json,
)
from paycore.cli.values import headline
from paycore.errors import Conflict, LedgerError
from paycore.gateway import Gateway
from paycore.operation import Operation
from paycore.states import State

_AS = {
    "succeeded": "succeeded",
    "declined": "was declined",
    "not_executed": "was never executed",
    "authorized": "is held still",
    "expired": "expired",
}


@click.command(
    short_help="Write down what became of an operation.",
    epilog="""\b
Example:
  paycore settle 6f1d0c54a1b24f7f8a3d1e0f9b7c2d11 --as not_executed \\
      --reason "MaplePay, ticket 4711: never arrived"
""",
)
@click.argument("operation")
@click.option(
    "--as",
    "state",
    required=True,
    type=click.Choice([*_AS]),
    help="What became of it.",
)
@click.option("--reason", required=True, help="How it is known; kept as evidence, for ever.")
@click.option("--expect", type=click.IntRange(1), metavar="VERSION", help="Only at this version.")
@yes_option
@config_option()
@json_option
def settle(operation: str, state: str, reason: str, expect: int | None, yes: bool) -> None:
    """Settle an operation by hand, where the provider's own console or staff told you.

    OPERATION is an id, as `paycore operations` lists them. It is shown, you are asked, and if it
    changed meanwhile nothing is done. The provider is not asked and no money is moved: this writes
    down what is true. What you say is believed, so be sure. A charge that is under review stays
    what it is as authorized or expired: that only takes the flag down.
    """
    with opened() as gateway:
        found = _found(gateway, operation)
        if expect not in (None, found.version):
            told = f"{found.owner}: it is at version {found.version}, not {expect}"
            raise Conflict(told, field="expect")
        if not shared().json and not yes:
            show_operation(found)
        sure(_question(found, state), yes=yes)
        after = gateway.books.settle(operation, State(state), reason, found.version)
    if shared().json:
        write_json(without_sessions(after))
        return
    verdict, word = STATE[after.state]
    headline(data(), verdict, after.owner, after.kind.value, f"{word}, by hand")


def _found(gateway: Gateway, operation: str) -> Operation:
    try:
        return gateway.books.operation(operation)
    except LedgerError as error:
        raise absent(str(error), "`paycore operations` lists their ids", "operation") from None


def _question(found: Operation, state: str) -> str:
    amount = f" of {found.amount}" if found.amount else ""
    return f"Write down for ever that this {found.kind.value}{amount} {_AS[state]}?"
