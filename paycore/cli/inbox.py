"""`paycore inbox` and `paycore replay`: the messages that were kept, and one of them once more."""

from __future__ import annotations

import click

from paycore.cli.failing import absent
from paycore.cli.opening import opened
from paycore.cli.operations import page_options, tell_page
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
from paycore.cli.values import facts, headline, moment, times
from paycore.errors import InvalidRequest
from paycore.ledger.protocol import InboxRow, InboxState

_VERDICTS = {
    InboxState.VERIFIED: "note",
    InboxState.APPLIED: "ok",
    InboxState.DUPLICATE: "skipped",
    InboxState.PARKED: "note",
    InboxState.QUARANTINED: "warning",
    InboxState.DEAD: "failed",
}


@click.command(
    short_help="List the messages that were kept.",
    epilog="""\b
Examples:
  paycore inbox --state quarantined
  paycore inbox --json
""",
)
@click.option(
    "--state",
    type=click.Choice([state.value for state in InboxState]),
    help="Only those in this state.",
)
@page_options
@config_option()
@json_option
def inbox(state: str | None, limit: int, after: str) -> None:
    """List the messages of providers that were kept, oldest first."""
    wanted = InboxState(state) if state else None
    with opened() as gateway:
        found = gateway.books.messages(state=wanted, limit=limit, after=after)
    if shared().json:
        write_json(without_sessions(found))
        return
    for row in found:
        _show(row)
    tell_page("message", found, limit)


@click.command(short_help="Apply a kept message once more.")
@click.argument("message")
@config_option()
@json_option
def replay(message: str) -> None:
    """Apply the kept message with the id MESSAGE once more, whatever became of it.

    For one that was quarantined, parked or dead. Where a provider's messages are no proof, the
    provider is asked, as always. Exit 0 whatever it was worth this time: it is shown.
    """
    with opened() as gateway:
        try:
            row = gateway.books.replay(message)
        except InvalidRequest as error:
            if error.field != "message":
                raise
            raise absent(str(error), "`paycore inbox` lists them", "message") from None
    if shared().json:
        write_json(without_sessions(row))
    else:
        _show(row)
        if row.state is not InboxState.APPLIED:
            say("nothing was changed by it")


def _show(row: InboxRow) -> None:
    console, report = data(), row.notification.said
    name = clean(report.reference or report.provider_reference)
    kind = f"{report.kind.value} " if report.kind else ""
    amount = f" of {report.amount}" if report.amount else ""
    what = f"{kind}{report.state.value}{amount}"
    headline(console, _VERDICTS[row.state], name, what, row.state.value)
    facts(
        console,
        [
            ("id", row.id),
            ("account", row.account),
            ("theirs", clean(report.provider_reference)),
            ("came", f"{moment(row.received_at)}, {times(row.copies)}"),
            ("failed", times(row.failures) if row.failures else ""),
            ("because", clean(row.reason)),
        ],
    )
