"""`paycore plugins`: everything that is installed for paycore, and what of it can be used."""

from __future__ import annotations

from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from paycore.cli.inventory import Part, ProviderPart, SimulatorPart, inventory
from paycore.cli.output import STYLES, data, json_option, shared, show, sign, write_json

_TITLES: Final = {
    "providers": "Providers",
    "simulators": "Simulators",
    "listeners": "Listeners",
    "engines": "Engines",
    "commands": "Commands of other packages",
}


@click.command
@json_option
def plugins() -> None:
    """List what is installed for paycore.

    Providers, simulators, listeners, engines and commands: each is loaded, providers are held to
    the contract, and one that is refused says why.
    """
    found = inventory()
    if shared().json:
        write_json(found)
        return
    console = data()
    for kind, title in _TITLES.items():
        show(console, Text(title, "bold cyan"))
        show(console, _table(console, found[kind]))


def _table(console: Console, parts: list[Any]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=2, justify="right")
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for part in parts:
        verdict = "ok" if part.ok else "failed"
        table.add_row(Text(sign(console, verdict), STYLES[verdict]), part.name, _told(part))
    if not parts:
        table.add_row("", Text("none", "dim"), "")
    return table


def _told(part: Part) -> Text:
    """Return who brought a part, and what it is, in a few lines."""
    text = Text(f"{part.distribution} {part.version}".rstrip())
    if part.problem:
        text.append(f"\n{part.problem}", STYLES["failed"])
        return text
    for line in _facts(part):
        text.append(f"\n{line}", "dim")
    return text


def _facts(part: Part) -> list[str]:
    if isinstance(part, SimulatorPart):
        return [f"serves {', '.join(part.providers)}"]
    if not isinstance(part, ProviderPart):
        return []
    takes = f"{part.currencies} currenc{'y' if part.currencies == 1 else 'ies'}"
    facts = [
        f"contract {part.contract}, {', '.join(part.channels)}, {takes}",
        f"charges by {_words(part.methods)}",
    ]
    facts += [f"stores by {_words(part.token_methods)}"] if part.token_methods else []
    return [*facts, f"hooks {', '.join(part.hooks)}"]


def _words(methods: tuple[str, ...]) -> str:
    """Return names of methods as people say them."""
    return ", ".join(method.replace("_", " ") for method in methods)
