"""`paycore db`: the schema of the ledger that the settings name."""

from __future__ import annotations

import click

from paycore.cli.output import config_option, json_option, shared, write_json
from paycore.errors import SettingsError
from paycore.secret import Secret
from paycore.settings import read


@click.group
def db() -> None:
    """Look after the schema of the ledger's database."""


@db.command
@config_option()
@json_option
def current() -> None:
    """Show the revision of the schema, empty where there is none."""
    from paycore.ledger.durable import current as current_of

    _told(current_of(_url()))


@db.command
@config_option()
@json_option
def upgrade() -> None:
    """Bring the schema to the one that this paycore speaks, all of it or nothing.

    Where the settings name an engine with tables of its own, they are made, too.
    """
    from paycore.bootstrap import open_engine
    from paycore.ledger.durable import upgrade as upgraded

    url, engine = _url(), open_engine(read(shared().config))
    revision = upgraded(url)
    engine.prepare()
    _told(revision)


def _url() -> Secret:
    url = read(shared().config).ledger
    if url.reveal() == "memory://":
        raise SettingsError("ledger: memory:// has no schema; name a database", field="ledger")
    return url


def _told(revision: str) -> None:
    if shared().json:
        write_json({"revision": revision})
    else:
        click.echo(revision)
