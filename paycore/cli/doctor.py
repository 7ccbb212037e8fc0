"""`paycore doctor`: would it run, and what should be settled before it does."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from paycore.cli.failing import REFUSED, Failure
from paycore.cli.health import accounts, config, machine, rooms
from paycore.cli.health.finding import Finding
from paycore.cli.output import (
    STYLES,
    config_option,
    data,
    json_option,
    shared,
    show,
    sign,
    write_json,
)


@click.command
@config_option()
@json_option
def doctor() -> None:
    """Check settings, ledger, plugins, accounts and this machine.

    Nothing is sent to a provider, and nothing is made. Exit 0 if all is well or only doubtful, 1 if
    anything would not work.
    """
    found, questions = examined(shared().config)
    failed = [each for each in found if each.verdict == "failed"]
    if shared().json:
        write_json({"ok": not failed, "checks": found, "questions": questions})
    else:
        _show(data(), found, questions)
    if failed:
        word = "checks" if len(failed) > 1 else "check"
        raise Failure("DoctorFailed", f"{len(failed)} {word} failed", None, REFUSED)


def examined(file: Path | None) -> tuple[list[Finding], dict[str, tuple[str, ...]]]:
    """Return all that was found, and the questions that each provider's plugin lists."""
    settings, found = config.settings(file)
    asked: dict[str, tuple[str, ...]] = {}
    if settings is not None:
        providers, loading = accounts.plugins(settings)
        asked = accounts.questions(settings)
        found += [*rooms.rooms(settings), *loading, *accounts.accounts(settings, providers)]
        found += accounts.open_questions(settings, asked)
    found += [*machine.duplicates(settings), *machine.trust(settings)]
    found += [*machine.cache(), machine.clock()]
    return found, asked


def _show(console: Console, found: list[Finding], questions: dict[str, tuple[str, ...]]) -> None:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=2, justify="right")
    table.add_column(width=9)
    table.add_column()
    before = ""
    for each in found:
        mark = Text(sign(console, each.verdict), STYLES[each.verdict])
        name = each.check if each.check != before else ""
        table.add_row(mark, Text(name, "bold"), _told(each))
        before = each.check
    show(console, table)
    for provider, asked in questions.items():
        show(console, Text(f"\nTo settle with {provider} before going live", "bold"))
        listed = Table.grid(padding=(0, 1))
        listed.add_column(width=4, justify="right", style="dim")
        listed.add_column()
        for number, question in enumerate(asked, 1):
            listed.add_row(f"{number}.", Text(question))
        show(console, listed)


def _told(found: Finding) -> Text:
    text = Text(found.message, STYLES["failed"] if found.verdict == "failed" else "")
    if found.advice:
        text.append(f"\n{found.advice}", "dim")
    return text
