"""`paycore verify`: is a message genuine, and what does it say; nothing is stored or changed."""

from __future__ import annotations

import sys

import click

from paycore.bootstrap import open_gateway
from paycore.cli.failing import REFUSED, Failure
from paycore.cli.outcomes import why
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
from paycore.cli.values import facts, headline
from paycore.errors import WebhookRejected
from paycore.ledger.memory import MemoryLedger
from paycore.report import Notification, WebhookMessage
from paycore.wire.strict import MAX_BYTES


@click.command(
    short_help="Tell whether a message is genuine.",
    epilog="""\b
Examples:
  paycore verify cards < body.json
  curl -s https://shop.example/last-body | paycore verify cards --header "Signature: 3f2a"
""",
)
@click.argument("account")
@click.option(
    "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="A header it came with."
)
@click.option("--query", default="", metavar="TEXT", help="What stood behind ? in its address.")
@config_option()
@json_option
def verify(account: str, headers: tuple[str, ...], query: str) -> None:
    """Tell whether a message on standard input is genuine, and what it says.

    The message is the raw body, byte for byte as it came in. Nothing is stored, nobody is asked and
    nothing changes. Exit 0 if it is genuine, 1 if it is not.
    """
    if sys.stdin.isatty():
        say("the body, byte for byte; Ctrl-D ends it")
    body = sys.stdin.buffer.read(MAX_BYTES + 1)
    message = WebhookMessage("POST", _named(headers), query, body)
    with open_gateway(shared().config, ledger=MemoryLedger()) as gateway:
        try:
            heard = gateway.books.verified(account, message)
        except WebhookRejected as rejected:
            told = f"not genuine, or no message: {str(rejected).rstrip('.')}; believe nothing in it"
            raise Failure("WebhookRejected", told, rejected.field, REFUSED) from None
    if shared().json:
        said = without_sessions(heard.report)
        write_json({"genuine": True, "report": said, "event_id": heard.event_id})
    else:
        _show(account, heard)


def _named(headers: tuple[str, ...]) -> dict[str, str]:
    named = {}
    for header in headers:
        name, colon, value = header.partition(":")
        if not colon or not name.strip():
            raise click.BadParameter("want 'NAME: VALUE'", param_hint="--header")
        named[name.strip()] = value.strip()
    return named


def _show(account: str, heard: Notification) -> None:
    console, report = data(), heard.report
    if report is None:
        headline(console, "ok", account, "message", "genuine, and about nothing that paycore keeps")
        return
    name = report.reference or report.provider_reference
    what = " of ".join(
        str(part) for part in (report.kind and report.kind.value, report.amount) if part
    )
    headline(console, "ok", clean(name), what or "message", f"genuine: {report.state.value}")
    facts(
        console,
        [
            ("account", account),
            ("theirs", clean(report.provider_reference)),
            ("event", clean(heard.event_id)),
            ("because", why(report.decline)),
        ],
    )
