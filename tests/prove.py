"""Plays promises up to their full figures, and writes what was reached into docs/evidence.md.

`python -m tests.prove r21 --minutes 10` goes on where the last run of R21 stopped; `all` plays
every promise, the most dangerous first; `list` tells where each stands. It stops at the first
case that breaks a promise, tells it, and exits with 1.
"""

from __future__ import annotations

import argparse
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests import evidence
from tests.evidence import PAGE, Line
from tests.playing import Played, Told, play
from tests.promises.series import Series, declared

HERE: Final = Path(__file__).parent.parent


@dataclass(frozen=True)
class Asked:
    """What the command line asked for."""

    promise: str
    where: str
    minutes: float
    jobs: int
    page: Path

    def picks(self, series: Series) -> bool:
        """Return whether it is about this series."""
        named = self.promise == "all" or self.promise in series.promises
        return named and self.where in ("", series.proofs[0].where)

    def span(self, series: Series) -> tuple[int, int]:
        """Return the number to go on from, and the one to stop at."""
        about = [p for p in series.proofs if self.promise in ("all", p.promise)]
        told = lines(self.page)
        return min(evidence.going_on(told, p) for p in about), max(p.full for p in about)


def main(given: Sequence[str] | None = None) -> int:
    """Run from the command line; return 0 unless a promise was broken, and 2 for no promise."""
    asked, console = _asked(given), Console()
    if asked.promise == "page":
        write(asked.page, lines(asked.page))
        return 0
    if asked.promise == "list":
        console.print(evidence.page(lines(asked.page), declared()), markup=False, soft_wrap=True)
        return 0
    wanted = [series for series in declared() if asked.picks(series)]
    if asked.promise != "all":
        wanted.sort(key=lambda series: len(series.promises))  # its own proofs before shared ones
    if not wanted:
        console.print(f"{asked.promise}: nothing to play; try: python -m tests.prove list")
        return 2
    for series in wanted:
        done = prove(series, asked, console)
        if done.broke:
            return 1
        if done.stopped:
            break
    return 0


def prove(series: Series, asked: Asked, console: Console) -> Played:
    """Go on with one series, write down how far it came, and return that."""
    first, full = asked.span(series)
    if first >= full:
        console.print(f"{series}: all {full:,} were played before")
        return Played(first)
    commit, began = commit_of(HERE), time.monotonic()
    until = began + asked.minutes * 60 if asked.minutes else inf
    with _progress(console, series, first, full) as told:
        done = play(series, first, full, jobs=asked.jobs, until=until, told=told)
    if done.upto > first or done.broke:
        seconds = round(time.monotonic() - began)
        line = _line(series, first, full, done, seconds, commit)
        write(asked.page, [*lines(asked.page), line])
    console.print(f"{series}: {done.upto:,} of {full:,}")
    if done.broke:
        console.print(done.broke, markup=False, soft_wrap=True)
    return done


def lines(page: Path) -> list[Line]:
    """Return the runs that the page tells of; none where there is no page yet."""
    return evidence.lines(page.read_text(encoding="utf-8")) if page.exists() else []


def write(page: Path, told: Sequence[Line]) -> None:
    """Write the page anew: it is whole at every moment."""
    new = page.with_suffix(".new")
    new.write_text(evidence.page(told, declared()), encoding="utf-8")
    new.replace(page)


def commit_of(place: Path) -> str:
    """Return the short hash of the commit that is played; `+` where something was changed."""
    found = _git(place, "rev-parse", "--short", "HEAD").strip()
    if not found:
        return "unknown"
    changed = _git(place, "status", "--porcelain", "--", ".", f":!{PAGE.relative_to(HERE)}")
    return f"{found}+" if changed.strip() else found


def _git(place: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", *words], cwd=place, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout


def _line(series: Series, first: int, full: int, done: Played, seconds: int, commit: str) -> Line:
    proof = series.proofs[0]
    return Line(
        promises=series.promises,
        unit=proof.unit,
        where=proof.where,
        first=first,
        upto=done.upto,
        full=full,
        violations=int(bool(done.broke)),
        seconds=seconds,
        commit=commit,
        date=datetime.now(UTC).date().isoformat(),
    )


@contextmanager
def _progress(console: Console, series: Series, first: int, full: int) -> Iterator[Told]:
    """Show how far it is; give what is told so."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        task = progress.add_task(str(series), total=full, completed=first)
        yield lambda upto: progress.update(task, completed=upto)


def _asked(given: Sequence[str] | None) -> Asked:
    parser = argparse.ArgumentParser(
        prog="python -m tests.prove",
        description="Play promises up to their full figures; docs/evidence.md is written anew.",
        epilog="Ctrl-C stops it at any time; the next run goes on from there.",
    )
    parser.add_argument("promise", help="as r21; or all, list (where each stands), page (anew)")
    parser.add_argument("--where", default="", help="only there: memory, sqlite, postgresql")
    parser.add_argument("--minutes", type=float, default=0, help="for each series; no end without")
    parser.add_argument("--jobs", type=int, default=2, help="processes beside each other")
    parser.add_argument("--page", type=Path, default=PAGE, help="where it is written")
    return Asked(**vars(parser.parse_args(given)))


if __name__ == "__main__":
    raise SystemExit(main())
