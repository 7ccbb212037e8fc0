"""The command line's front: our commands, and those that other packages bring."""

from __future__ import annotations

import errno
import sys
from importlib import import_module
from itertools import takewhile
from typing import Any, Final

import click

from paycore import discovery
from paycore.cli.failing import REFUSED, Failure, told
from paycore.cli.output import Shared, spare
from paycore.cli.streams import open_missing
from paycore.errors import PaycoreError, PluginRefused

COMMANDS: Final = "paycore.commands"
"""The entry-point group; an entry's name is its command's, its object a click command."""
OWN: Final = {
    "charge": "paycore.cli.paying:charge",
    "capture": "paycore.cli.capture:capture",
    "tokenize": "paycore.cli.paying:tokenize",
    "refund": "paycore.cli.giving_back:refund",
    "void": "paycore.cli.giving_back:void",
    "query": "paycore.cli.asking:query",
    "find": "paycore.cli.asking:find",
    "verify": "paycore.cli.verify:verify",
    "operations": "paycore.cli.operations:operations",
    "show": "paycore.cli.show:show",
    "settle": "paycore.cli.settle:settle",
    "inbox": "paycore.cli.inbox:inbox",
    "replay": "paycore.cli.inbox:replay",
    "reconcile": "paycore.cli.reconcile:reconcile",
    "audit": "paycore.cli.audit:audit",
    "worker": "paycore.cli.worker:worker",
    "export": "paycore.cli.export:export",
    "purge": "paycore.cli.purge:purge",
    "demo": "paycore.cli.demo:demo",
    "simulate": "paycore.cli.simulate:simulate",
    "doctor": "paycore.cli.doctor:doctor",
    "plugins": "paycore.cli.plugins:plugins",
    "new-provider": "paycore.cli.new_provider:new_provider",
    "db": "paycore.cli.db:db",
    "completion": "paycore.cli.completion:completion",
}
_HEADINGS: Final = {"charge": "Payments", "operations": "Operators", "demo": "This machine"}
"""The heading that begins at a command of ours."""
_OTHERS: Final = "Commands of other packages"
_JSON: Final = "paycore.json"


class Front(click.Group):
    """A group whose commands are imported when they are asked for; a broken stranger is shown."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the program, whichever of its streams the caller closed."""
        open_missing()
        return super().main(*args, **extra)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of our commands, and then of those of other packages."""
        return [*OWN, *sorted(set(discovery.installed(COMMANDS)) - set(OWN))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by name; one that cannot be loaded becomes one that says so."""
        if cmd_name in OWN:
            module, _, name = OWN[cmd_name].partition(":")
            command: click.Command = getattr(import_module(module), name)
            return command
        return stranger(cmd_name) if cmd_name in discovery.installed(COMMANDS) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands below headings, each with its first sentence."""
        names = self.list_commands(ctx)
        room = formatter.width - 6 - max(map(len, names))
        sections: dict[str, list[tuple[str, str]]] = {}
        heading = ""
        for name in names:
            heading = _HEADINGS.get(name, heading) if name in OWN else _OTHERS
            command = self.get_command(ctx, name)
            if command is not None:
                row = (name, command.get_short_help_str(room))
                sections.setdefault(heading, []).append(row)
        for title, rows in sections.items():
            with formatter.section(title):
                formatter.write_dl(rows)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Return the context; a bad option of ours is told as every failure is."""
        as_json = "--json" in takewhile("--".__ne__, args)  # nothing is parsed yet
        try:
            context = super().make_context(info_name, args, parent, **extra)
        except click.ClickException as error:
            raise told(error, as_json=as_json) from None
        except OSError as error:  # the help, or the version, could not be written
            raise told(_unwritten(error), as_json=as_json) from None
        context.meta[_JSON] = as_json
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and tell what goes wrong."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, PaycoreError) as error:
            failed: click.ClickException | PaycoreError = error
        except OSError as error:
            failed = _unwritten(error)
        except (KeyboardInterrupt, click.Abort):
            what = "interrupted; what was done by then stays done"
            failed = Failure("Interrupted", what, None, REFUSED)
        as_json = ctx.meta[_JSON] or ctx.ensure_object(Shared).json
        raise told(failed, as_json=as_json) from None


def _unwritten(error: OSError) -> Failure:
    """Return what tells of a file or a stream that failed.

    Raises:
        OSError: nobody reads on; click ends that without a word.
    """
    if error.errno == errno.EPIPE:
        raise error
    spare(sys.stdout)
    where = f"{error.filename}: " if error.filename else ""
    why = error.strerror or type(error).__name__
    return Failure("Failed", f"{where}{why}", None, REFUSED)


def stranger(name: str) -> click.Command:
    """Return the command of another package; if it is broken, one that only says so."""
    try:
        command = discovery.load(COMMANDS, [name])[name]
    except (Exception, SystemExit) as error:  # whatever a stranger does when it is imported
        return Broken(name, " ".join(str(error).split()) or type(error).__name__)
    if isinstance(command, click.Command):
        return command
    return Broken(name, f"{name!r} of {discovery.installed(COMMANDS)[name][0]} is no click command")


class Broken(click.Command):
    """A command that cannot be run; `problem` says why."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(
            name,
            help=f"Broken: {problem}",
            short_help=f"(broken: {problem})",
            context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
        )
        self.problem = problem

    def invoke(self, ctx: click.Context) -> Any:
        """Refuse.

        Raises:
            PluginRefused: always.
        """
        raise PluginRefused(self.problem, field=self.name)
