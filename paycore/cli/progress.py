"""How far a long command is: on standard error, on a terminal only, gone when it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from paycore.cli.output import speaks_utf

Tell = Callable[[str], None]
"""Shows how far it is, in words."""


@contextmanager
def progress(what: str, *, quiet: bool = False) -> Iterator[Tell]:
    """Yield what shows how far `what` is; `quiet` where the data itself is on the terminal."""
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    spinner = SpinnerColumn("dots" if speaks_utf(console) else "line")
    words = TextColumn("{task.description}", markup=False)
    shown = Progress(
        spinner,
        words,
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
    with shown:
        task = shown.add_task(what, total=None)
        yield lambda words: shown.update(task, description=f"{what}: {words}")
