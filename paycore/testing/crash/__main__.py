"""`python -m paycore.testing.crash`: every point of every scene, and one line of JSON."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import TextIO

from paycore.testing.crash.matrix import Matrix
from paycore.testing.crash.scenes import SCENES
from paycore.testing.crash.stage import OPENER, Run, Stage


def main(given: Sequence[str] | None = None, out: TextIO | None = None) -> int:
    """Run from the command line; return 0 where every promise was kept."""
    asked, out = _parser().parse_args(given), out or sys.stdout
    with tempfile.TemporaryDirectory(prefix="paycore-crash-") as folder, Stage(asked.opener) as on:
        empty = _files(Path(folder)) if asked.database == "sqlite" else lambda: str(asked.database)
        tally = Matrix(on, empty, asked.scenario or SCENES, _progress()).play(
            asked.first, asked.times
        )
    for run in tally.broken[:1]:
        out.write(f"{run}\n")
    out.write(json.dumps(tally.figure()) + "\n")
    return 1 if tally.broken or not tally.kills else 0


def _files(folder: Path) -> Callable[[], str]:
    """Return what names a new file of SQLite each time."""
    numbers = count(1)
    return lambda: f"sqlite:///{folder / f'crash-{next(numbers)}.db'}"


def _progress() -> Callable[[Run], None]:
    """Return what says on standard error which scene begins, and what broke."""

    def told(run: Run) -> None:
        if not run.crash_at:
            points = len(run.passed)
            sys.stderr.write(f"{run.part.scene} on {run.part.account}: {points} points\n")
        if run.problems:
            sys.stderr.write(f"{run}\n")

    return told


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m paycore.testing.crash",
        description="Kill a process at every point of what callers do, and look what is left.",
        epilog="Odd numbers are played on an account whose provider can tell what it never had.",
    )
    parser.add_argument(
        "--database", default="sqlite", help="`sqlite` for new files, or the URL of a ledger"
    )
    parser.add_argument(
        "--opener", default=OPENER, help="module:function that opens a ledger, given its URL"
    )
    parser.add_argument("--scenario", choices=SCENES, action="append", help="this one only")
    parser.add_argument("--times", type=int, default=3, help="how often at every point")
    parser.add_argument("--first", type=int, default=0, help="the first number, to go on from")
    return parser


if __name__ == "__main__":
    sys.exit(main())
