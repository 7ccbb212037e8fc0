"""`paycore purge`: forget whom old payments were about, and keep what accounting needs."""

from __future__ import annotations

from datetime import datetime

import click

from paycore.cli.asked import sure, yes_option
from paycore.cli.opening import opened
from paycore.cli.output import config_option, json_option, shared, write_json
from paycore.cli.progress import progress
from paycore.cli.wishes import moment


@click.command(
    short_help="Forget whom old payments were about.",
    epilog="""\b
Example:
  paycore purge --before 2024-01-01
""",
)
@click.option(
    "--before", required=True, metavar="DATE", callback=moment, help="A day or a moment, UTC."
)
@yes_option
@config_option()
@json_option
def purge(before: datetime, yes: bool) -> None:
    """Forget whom finished payments that were begun before DATE were about.

    Only those with nothing open, planned or under review. Their keys, references, amounts and
    states stay, so nothing is ever charged twice. It cannot be undone.
    """
    sure(f"Forget whom payments begun before {before:%Y-%m-%d %H:%M} UTC were about?", yes=yes)
    purged = 0
    with opened() as gateway, progress("purging") as tell:
        while some := gateway.books.purge(before):
            purged += some
            tell(f"{purged} payments")
    if shared().json:
        write_json({"purged": purged})
    else:
        click.echo(f"{purged} payment{'' if purged == 1 else 's'} purged")
