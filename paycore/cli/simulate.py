"""`paycore simulate NAME`: a provider's simulator, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import click

from paycore.cli.front import Broken
from paycore.cli.output import data, json_option, say, shared, write_json
from paycore.cli.toml import section
from paycore.demo.casting import Found, simulator, simulators
from paycore.errors import SettingsError
from paycore.simulators import Simulator, TestCards

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Simulators(click.Group):
    """One command for each simulator, with that simulator's own options."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the installed simulators."""
        return sorted(simulators())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Return what runs the simulator called so, or the one that serves such a provider."""
        try:
            return _command(cmd_name, simulator(cmd_name))
        except SettingsError as error:
            return Broken(cmd_name, str(error))


@click.group(cls=Simulators, subcommand_metavar="NAME [OPTIONS]")
@json_option
def simulate() -> None:
    """Run a provider's simulator until Ctrl-C."""


def _command(name: str, found: Found) -> click.Command:
    """Return the command that runs a simulator, its own options included."""
    own = [
        click.Option([f"--{option.replace('_', '-')}", f"own_{option}"], help=told)
        for option, told in found.options.items()
    ]
    served = ", ".join(found.providers)

    @json_option
    def run(port: int, state: str, faults: tuple[Fault, ...], **given: str | None) -> None:
        options = {
            key.removeprefix("own_"): text for key, text in given.items() if text is not None
        }
        _run(found, faults, {"port": port, "state": state, **options})

    return click.Command(
        name,
        callback=run,
        params=[*_common(), *own, *getattr(run, "__click_params__", [])],
        help=f"Run the simulator {found.name} ({found.distribution}), which serves {served}.",
        short_help=f"serves {served} ({found.distribution})",
    )


Fault = tuple[str, str, int]
"""A kind, the endpoint it is meant for (empty: any), and how often it strikes."""


class FaultType(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """`KIND[:ENDPOINT[:TIMES]]`."""

    name = "KIND[:ENDPOINT[:TIMES]]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Fault:
        """Return the parts; which kinds there are is the simulator's to say."""
        kind, endpoint, times, *more = [*str(value).split(":"), "", ""][
            : max(3, value.count(":") + 1)
        ]
        if not kind or more or (times and not (times.isascii() and times.isdigit() and int(times))):
            self.fail(f"{value!r}: want {self.name}, TIMES from 1", param, ctx)
        return kind, endpoint, int(times or 1)


def _common() -> list[click.Parameter]:
    """Return the options that every simulator has."""
    return [
        click.Option(
            ["--port"],
            type=click.IntRange(0, 65535),
            default=0,
            help="Where to listen on loopback; a free port where none is given.",
        ),
        click.Option(
            ["--state"],
            type=click.Path(dir_okay=False),
            default="",
            help="A file to keep its state in; in memory where none is given.",
        ),
        click.Option(
            ["--fault", "faults"],
            type=FaultType(),
            multiple=True,
            help="What goes wrong with the next calls; may be repeated.",
        ),
    ]


def _run(found: Found, faults: tuple[Fault, ...], options: dict[str, Any]) -> None:
    """Run a simulator until a signal ends it."""
    with _told_to_stop() as stop:
        try:
            made = found.factory(**options)
            for kind, endpoint, times in faults:
                made.fault(kind, endpoint=endpoint, times=times)
        except ValueError as error:
            raise click.UsageError(str(error), click.get_current_context()) from None
        try:
            made.__enter__()
        except OSError as error:
            why = f"port {options['port']}: {error.strerror}"
            raise click.ClickException(f"{why}; choose another with --port") from None
        try:
            _announce(made, found)
            stop.wait()
        finally:
            made.__exit__(None, None, None)


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C and SIGTERM set."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in _SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _announce(running: Simulator, found: Found) -> None:
    """Say where it is, and what to put into the settings."""
    where = {"base_url": running.base_url, "control_url": running.control_url}
    accounts = {name: running.settings(name) for name in found.providers}
    cards = {name: running.cards(name) for name in found.providers}
    if shared().json:
        write_json(where, indent=None)
        write_json({"accounts": accounts, "cards": cards}, indent=None)
        return
    lines = [
        f"# {found.name} simulator at {where['base_url']}",
        f"# control: {where['control_url']}",
    ]
    for name in found.providers:
        lines += [
            "",
            section(f"accounts.{name}", accounts[name]),
            f"# test cards: {_cards(cards[name])}",
        ]
    console = data()
    for line in "\n".join(lines).splitlines():
        style = {"#": "dim", "[": "bold"}.get(line[:1], "")
        console.print(line, style=style, soft_wrap=True)
    say("Ready; Ctrl-C ends it.")


def _cards(cards: TestCards) -> str:
    late = f", {cards.late} pays late" if cards.late else ""
    return f"{cards.success} pays, {cards.decline} declines{late}"
