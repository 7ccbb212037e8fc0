"""Plants one fault after another into copies of the project, and runs the tests that notice it.

`python -m tests.mutants` plays them all and exits with 1 where one survives; `--only fence` plays
those whose name has it, `--list` tells them, `--json` prints a line of JSON for each.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from queue import SimpleQueue

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.mutants.copies import Copy, Ran, Unfit, copied, is_caught, sound
from tests.mutants.mutation import Moved, Mutation
from tests.mutants.mutations import MUTATIONS


@dataclass(frozen=True)
class Verdict:
    """What became of one mutation."""

    name: str
    promise: str
    verdict: str
    """`caught`, `hung` (caught as well), `SURVIVED`, or `broken`: it could not be tried."""
    by: str
    """The first test that failed; what is wrong with one that is broken."""
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether somebody noticed."""
        return self.verdict in ("caught", "hung")


def main(given: Sequence[str] | None = None) -> int:
    """Run from the command line; return 0 if every fault was noticed, 2 if nothing could be."""
    asked = _asked(given)
    wanted = [each for each in MUTATIONS if asked.only in each.name]
    told, shown = Console(), Console(stderr=asked.json)
    if asked.list:
        for each in wanted:
            told.print(f"{each.promise}  {each.name}: {' '.join(each.tests)}", soft_wrap=True)
        return 0
    if not wanted:
        shown.print(f"{asked.only}: no mutation has such a name; try --list")
        return 2
    try:
        verdicts = list(_played(wanted, asked, told, shown))
    except (Unfit, Moved) as error:
        shown.print(str(error), markup=False, soft_wrap=True)
        return 2
    bad = [each.name for each in verdicts if not each.is_good]
    shown.print(f"{len(verdicts) - len(bad)} of {len(verdicts)} faults were noticed")
    if bad:
        shown.print(f"not noticed: {', '.join(bad)}", soft_wrap=True)
    return int(bool(bad))


def tried(copy: Copy, mutation: Mutation, limit_s: float) -> Verdict:
    """Plant one fault into a copy, run its tests, and return what became of it."""
    try:
        with copy.planted(mutation):
            ran = copy.tests(mutation.tests, limit_s)
    except (Moved, SyntaxError) as error:
        return Verdict(mutation.name, mutation.promise, "broken", str(error), 0.0)
    return Verdict(mutation.name, mutation.promise, *_judged(ran), round(ran.seconds, 1))


def _judged(ran: Ran) -> tuple[str, str]:
    if ran.code is None:
        return "hung", "the tests did not end"
    if ran.code == 0:
        return "SURVIVED", ""
    if is_caught(ran):
        return "caught", ran.failed
    return "broken", "\n".join(ran.told.splitlines()[-10:])


def _played(
    wanted: Sequence[Mutation], asked: argparse.Namespace, told: Console, shown: Console
) -> Iterator[Verdict]:
    """Try all of them, several beside each other, and tell each as it ends."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with (
        ExitStack() as opened,
        Progress(*columns, TimeElapsedColumn(), console=shown) as progress,
    ):
        task = progress.add_task("copying", total=len(wanted))
        free: SimpleQueue[Copy] = SimpleQueue()
        for number in range(asked.jobs):
            copy = opened.enter_context(copied())
            if number == 0:
                shown.print(f"in the copy: {copy.check()}", soft_wrap=True)
                progress.update(task, description="without a fault")
                named = sorted({test for each in wanted for test in each.tests})
                sound(copy, named, asked.limit_s * 5)
            free.put(copy)

        def one(mutation: Mutation) -> Verdict:
            copy = free.get()
            try:
                return tried(copy, mutation, asked.limit_s)
            finally:
                free.put(copy)

        progress.update(task, description="planting")
        pool = ThreadPoolExecutor(asked.jobs)
        opened.callback(pool.shutdown, cancel_futures=True)  # Ctrl-C waits for no more than one
        for verdict in pool.map(one, wanted):
            _tell(verdict, told if asked.json else shown, as_json=asked.json)
            progress.advance(task)
            yield verdict


def _tell(verdict: Verdict, console: Console, *, as_json: bool) -> None:
    if as_json:
        console.print(json.dumps(asdict(verdict)), markup=False, soft_wrap=True, highlight=False)
        return
    line = f"{verdict.verdict:8}  {verdict.promise}  {verdict.name}  {verdict.by}"
    console.print(line, markup=False, soft_wrap=True, style=None if verdict.is_good else "bold red")


def _asked(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants",
        description="Plant faults into copies of the project; each must be noticed by its tests.",
    )
    parser.add_argument("--jobs", type=int, default=2, help="copies beside each other")
    parser.add_argument("--only", default="", help="those whose name has this in it")
    parser.add_argument("--list", action="store_true", help="tell what is planted, and by name")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each")
    parser.add_argument("--limit-s", type=float, default=300, help="when tests count as hanging")
    return parser.parse_args(given)


if __name__ == "__main__":
    raise SystemExit(main())
