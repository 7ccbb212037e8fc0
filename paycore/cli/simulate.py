"""`paycore simulate NAME`: a provider's simulator, with that simulator's own options."""

from __future__ import annotations

import re
from typing import Final

import click

from paycore.cli.front import Broken
from paycore.cli.output import json_option
from paycore.cli.running import Fault, run_until_stopped
from paycore.demo.casting import Found, simulator, simulators
from paycore.errors import SettingsError

_FAULT: Final = re.compile(r"([^:]+)(?::([^:]*))?(?::([1-9][0-9]{0,5}))?")
_SHAPE: Final = "KIND[:ENDPOINT[:TIMES]]"


class Simulators(click.Group):
    """One command for each simulator."""

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
    """Run a provider's simulator until Ctrl-C.

    A real HTTP server on loopback that behaves as the provider does; it prints the settings that
    talk to it. `paycore simulate NAME -h` lists a simulator's own options.
    """


def _command(name: str, found: Found) -> click.Command:
    """Return the command that runs a simulator."""
    served = ", ".join(found.providers)

    @json_option
    def run(port: int, state: str, faults: tuple[Fault, ...], **own: str | None) -> None:
        given = {key.removeprefix("own_"): text for key, text in own.items() if text is not None}
        run_until_stopped(found, faults, port=port, state=state, own=given)

    return click.Command(
        name,
        callback=run,
        params=[*_options(found), *getattr(run, "__click_params__", [])],
        help=f"Run the simulator of {found.distribution}, which serves {served}, until Ctrl-C.",
        short_help=f"serves {served} ({found.distribution})",
    )


def _options(found: Found) -> list[click.Parameter]:
    """Return the options that every simulator has, and this one's own."""
    own = [
        click.Option([f"--{option.replace('_', '-')}", f"own_{option}"], help=told)
        for option, told in found.options.items()
    ]
    port = click.Option(
        ["--port"],
        type=click.IntRange(0, 65535),
        default=0,
        help="Where to listen on loopback; a free port where none is given.",
    )
    state = click.Option(
        ["--state"],
        type=click.Path(dir_okay=False),
        default="",
        help="A file to keep its state in; where none is given it ends with the simulator.",
    )
    faults = click.Option(
        ["--fault", "faults"],
        multiple=True,
        callback=_faults,
        metavar=_SHAPE,
        help="What goes wrong with the next calls; may be repeated.",
    )
    return [port, state, faults, *own]


def _faults(
    context: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> tuple[Fault, ...]:
    """Return each fault's kind, endpoint and times; which kinds there are, the simulator says."""
    del context, option
    found = []
    for value in values:
        match = _FAULT.fullmatch(value)
        if match is None:
            raise click.BadParameter(f"want {_SHAPE}, TIMES from 1")
        found.append(Fault(match[1], match[2] or "", int(match[3] or 1)))
    return tuple(found)
