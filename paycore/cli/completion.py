"""`paycore completion`: the script that makes a shell complete our commands."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from paycore.cli.output import json_option, shared, write_json

SHELLS: Final[dict[str, type[ShellComplete]]] = {
    "bash": BashComplete,
    "zsh": ZshComplete,
    "fish": FishComplete,
}
_VARIABLE: Final = "_PAYCORE_COMPLETE"
"""What the shell sets when it asks us: click's name for it."""
_HELP: Final = """Print the completion script for SHELL.

\b
bash   echo 'eval "$(paycore completion bash)"' >> ~/.bashrc
zsh    echo 'eval "$(paycore completion zsh)"' >> ~/.zshrc
fish   paycore completion fish > ~/.config/fish/completions/paycore.fish
"""


@click.command(help=_HELP, short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(list(SHELLS)))
@json_option
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that makes `shell` complete our commands and options."""
    made = SHELLS[shell](context.find_root().command, {}, "paycore", _VARIABLE)
    script = made.source()
    if shared().json:
        write_json({"shell": shell, "script": script})
    else:
        click.echo(script)
