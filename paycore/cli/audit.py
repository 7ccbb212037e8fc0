"""`paycore audit`: our books against the providers', charge by charge."""

from __future__ import annotations

from datetime import datetime

import click

from paycore.audit import Audited
from paycore.cli.failing import REVIEW, Failure
from paycore.cli.opening import opened
from paycore.cli.output import clean, config_option, json_option, shared, write_json
from paycore.cli.progress import progress
from paycore.cli.wishes import moment

_EVERY = 10
"""After how many charges the progress is shown anew."""


@click.command(
    short_help="Compare what was captured with the providers' books.",
    epilog="""\b
Examples:
  paycore audit --since 2026-01-01
  paycore audit --since 2026-01-31 --json | jq .differ
""",
)
@click.option(
    "--since", required=True, metavar="DATE", callback=moment, help="A day or a moment, UTC."
)
@config_option()
@json_option
def audit(since: datetime) -> None:
    """Ask about every captured charge that was begun or changed since DATE, and compare.

    Run it daily. What differs raises the review flag and is listed; a charge that the provider says
    nothing about is listed as unanswered. Exit 0 if all agree, 5 if a person should look.
    """
    asked, differ, silent = 0, [], []
    with opened(logs=True) as gateway, progress("auditing") as tell:
        for asked, found in enumerate(gateway.books.audit(since), 1):
            if found.differs:
                differ.append(found)
            elif not found.answered:
                silent.append(found)
            if asked % _EVERY == 0:
                tell(f"{asked} asked, {len(differ)} differ")
    if shared().json:
        write_json({"asked": asked, "differ": _names(differ), "unanswered": _names(silent)})
    else:
        _tell(asked, differ, silent)
    if differ or silent:
        told = f"{len(differ)} differ, {len(silent)} unanswered; `paycore show` tells more"
        raise Failure("NeedsReview", told, None, REVIEW, word="note")


def _names(found: list[Audited]) -> list[dict[str, str]]:
    return [
        {"payment": each.charge.owner, "account": each.charge.account, "why": _why(each)}
        for each in found
    ]


def _why(found: Audited) -> str:
    return found.charge.review or "the provider told nothing"


def _tell(asked: int, differ: list[Audited], silent: list[Audited]) -> None:
    for each in (*differ, *silent):
        click.echo(f"{clean(each.charge.owner)}  {each.charge.account}  {clean(_why(each))}")
    agree = asked - len(differ) - len(silent)
    click.echo(f"{asked} asked, {agree} agree, {len(differ)} differ, {len(silent)} unanswered")
