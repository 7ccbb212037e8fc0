"""`paycore show`: everything that is known of one payment or stored card, as it happened."""

from __future__ import annotations

from collections.abc import Mapping

import click
from rich.console import Console
from rich.text import Text

from paycore.books import History, Moment
from paycore.cli.failing import absent
from paycore.cli.opening import opened
from paycore.cli.output import (
    clean,
    config_option,
    data,
    json_option,
    shared,
    without_sessions,
    write_json,
)
from paycore.cli.values import moment, show_payment
from paycore.errors import InvalidRequest
from paycore.ledger.protocol import Evidence, InboxRow
from paycore.operation import Operation

_STYLES = {"operation": "bold", "evidence": "", "message": "cyan", "event": "green"}


@click.command(short_help="Show the whole history of a payment.")
@click.argument("reference")
@config_option()
@json_option
def show(reference: str) -> None:
    """Show the whole history of the payment or stored card REFERENCE.

    What was asked of providers, all that they said, every message kept, every event told to the
    application: in the order of time, in UTC. Nobody is asked.
    """
    with opened() as gateway:
        try:
            history = gateway.books.history(reference)
        except InvalidRequest as error:
            raise absent(
                str(error), "`paycore operations` lists what there is", "reference"
            ) from None
    if shared().json:
        write_json(without_sessions(history))
        return
    console = data()
    if history.payment is not None:
        show_payment(console, history.payment)
        console.print()
    _show_moments(console, history)


def _show_moments(console: Console, history: History) -> None:
    operations = (each.of for each in history.moments if isinstance(each.of, Operation))
    names = {operation.id: operation.reference for operation in operations}
    for each in history.moments:
        line = Text.assemble(
            (f"   {moment(each.at)}  ", "dim"),
            (f"{each.what:<9}  ", _STYLES[each.what]),
            _told(each, names),
        )
        console.print(line, soft_wrap=True)


def _told(each: Moment, names: Mapping[str, str]) -> str:
    if isinstance(each.of, Operation):
        return _begun(each.of)
    if isinstance(each.of, Evidence):
        return f"{names.get(each.of.operation, '')}: {_evidence(each.of)}"
    if isinstance(each.of, InboxRow):
        return _message(each.of)
    return each.of.type.value


def _begun(operation: Operation) -> str:
    amount = f" of {operation.amount}" if operation.amount else ""
    method = f" by {operation.method.replace('_', ' ')}" if operation.method else ""
    where = f"at {operation.account} as {operation.reference}"
    return f"{operation.kind.value}{amount}{method} {where}, id {operation.id}"


def _evidence(evidence: Evidence) -> str:
    said = evidence.fields.get("paycore")  # ours; a `reason` would be the provider's
    because = f": {clean(str(said))}" if said else ""
    return f"{evidence.source.value} says {evidence.reported}{because}"


def _message(row: InboxRow) -> str:
    report = row.notification.said
    copies = f", {row.copies} times" if row.copies > 1 else ""
    because = f" ({clean(row.reason)})" if row.reason else ""
    return f"says {report.state.value}{copies}: {row.state.value}{because}, id {row.id}"
