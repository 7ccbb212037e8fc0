"""Data goes to stdout, talk to stderr; with `--json`, data is JSON and so are errors."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO, TypeVar

import click
from rich.console import Console

from paycore.plain import plain
from paycore.secret import MASK

_PIPE_WIDTH: Final = 1000
"""How wide a table may be where nobody told a width: a pipe has no edge."""
WIDEST: Final = 100
"""Beyond this, a line is hard to follow with the eye."""
_SIGNS: Final = {"ok": "✓+", "failed": "✗x", "warning": "!!", "note": "·.", "skipped": "–-"}
STYLES: Final = {
    "ok": "green",
    "failed": "bold red",
    "warning": "yellow",
    "note": "cyan",
    "skipped": "dim",
}
"""The colour of each verdict."""
_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass
class Shared:
    """What the options that every command shares said."""

    json: bool = False
    config: Path | None = None


def shared() -> Shared:
    """Return what the shared options said, whatever command is running."""
    return click.get_current_context().ensure_object(Shared)


def json_option(command: _Command) -> _Command:
    """Let a command take `--json`; `shared().json` knows."""
    return click.option(
        "--json",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_noted("json"),
        help="Write JSON, errors included.",
    )(command)


def config_option(*, envvar: str | None = None) -> Callable[[_Command], _Command]:
    """Return what lets a command take `--config`; `shared().config` knows."""
    return click.option(
        "--config",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        envvar=envvar,
        show_envvar=envvar is not None,
        expose_value=False,
        callback=_noted("config"),
        help="The settings; ./paycore.toml where none are named.",
    )


def _noted(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Return a callback that keeps an option's value where every command finds it."""

    def note(context: click.Context, option: click.Parameter, value: Any) -> None:
        del option
        if value:
            setattr(context.ensure_object(Shared), name, value)

    return note


class _Page(Console):
    """A console that tells of a pipe whose reader left, where rich would end the program."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def data() -> Console:
    """Return the console for what was asked for; in a pipe it has no colours and a wide page."""
    console = _Page(markup=False, highlight=False, emoji=False)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = _PIPE_WIDTH
    return console


def show(console: Console, what: object, *, widest: int = WIDEST) -> None:
    """Write a table or a text, at most `widest` columns wide.

    In a pipe its lines are not broken, and carry no blanks at their ends.
    """
    if console.is_terminal:
        console.print(what, width=min(console.width, widest))
        return
    with console.capture() as written:
        console.print(what)
    lines = (line.rstrip() for line in written.get().splitlines())
    click.echo("\n".join(lines), file=console.file)


def write_json(value: Any, *, indent: int | None = 2) -> None:
    """Write `value` to stdout as JSON, in the project's shapes (`paycore.plain`)."""
    click.echo(json.dumps(plain(value), indent=indent))


def without_sessions(value: Any) -> Any:
    """Return `value` as plain data, without what opens a form for its payer's browser only."""
    told = plain(value)
    if isinstance(told, dict):
        return {
            name: MASK if name == "client_secret" else without_sessions(item)
            for name, item in told.items()
        }
    return [without_sessions(item) for item in told] if isinstance(told, list) else told


def clean(text: str) -> str:
    """Return a stranger's text as a terminal may be given it."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def say(text: str) -> None:
    """Tell the person at the terminal something that is no data; nothing depends on a listener."""
    with suppress(OSError):
        click.echo(text, err=True)
    spare(sys.stderr)


def spare(stream: TextIO | None) -> None:
    """Write what a stream still holds, or drop it: Python would end with exit code 120 over it."""
    if stream is None:
        return
    try:
        stream.flush()
    except OSError:
        with suppress(OSError), open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())


def sign(console: Console, verdict: str) -> str:
    """Return the sign for a verdict: one character, in ASCII where it must be."""
    signs = _SIGNS[verdict]
    return signs[0] if speaks_utf(console) else signs[1]


def speaks_utf(console: Console) -> bool:
    """Return whether a console takes more than ASCII."""
    return (console.encoding or "").lower().startswith("utf")
