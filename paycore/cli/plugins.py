"""`paycore plugins`: everything that is installed for paycore, and what of it can be used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from paycore.cli.inventory import Part, ProviderPart, inventory
from paycore.cli.output import STYLES, data, json_option, shared, sign, write_json

_TITLES: Final = {
    "simulators": "Simulators",
    "listeners": "Listeners",
    "engines": "Engines",
    "commands": "Commands of other packages",
}
_WIDEST: Final = 110


@click.command
@json_option
def plugins() -> None:
    """List every installed provider, simulator, listener, engine and command."""
    found = inventory()
    if shared().json:
        write_json(found)
        return
    console = data()
    width = min(console.width, _WIDEST)
    console.print(_providers(console, found["providers"]), width=width)
    for kind, title in _TITLES.items():
        if found[kind]:
            console.print(_others(console, title, found[kind]), width=width)


def _providers(console: Console, found: list[Part]) -> Table:
    table = Table(title="Providers", title_justify="left", title_style="bold", box=None)
    table.add_column("", width=1)
    table.add_column("Name", style="bold", no_wrap=True)
    table.add_column("What it is and does")
    for part in found:
        table.add_row(_mark(console, part), part.name, "\n".join(_facts(part)))
    return table
