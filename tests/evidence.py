"""docs/evidence.md: what was really played of each promise, kept by `tests.prove` alone.

The log of runs is the only source; the summary is computed from it and from what files declare.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final

from tests.promises.proof import Proof
from tests.promises.series import Series

PAGE: Final = Path(__file__).parent.parent / "docs" / "evidence.md"
_OPENING: Final = """\
# Where the evidence stands

What was really played of each promise, by `make prove-r01` and its like ([how](proof.md)).
The tool `tests/prove.py` writes this page; whoever edits it by hand is noticed by a test.

`asked` is the figure that the promise asks for.
`reached` is how many cases were played without a gap, all runs together.
`make check` plays as many as the last column says, every time.
"""
_LOG: Final = """
## The runs

Each line is one run, the newest last.
`from` is the number of its first case, `up to` the number to go on from.
Promises on one line were judged by the same cases.
`+` marks a commit with changes that were not committed yet.
A line stays as it is when the code changes later: its commit says what was played.
"""
_RUNS: Final = "promises|counted|where|from|up to|asked|violations|seconds|commit|date|check"
_STANDS: Final = "promise|where|counted|asked|reached|state|`make check` plays"


@dataclass(frozen=True)
class Line:
    """One run, as it is logged."""

    promises: tuple[str, ...]
    unit: str
    where: str
    first: int
    upto: int
    """The number to go on from: one past the last that kept its promise."""
    full: int
    violations: int
    seconds: int
    commit: str
    date: str

    @property
    def check(self) -> str:
        """Eight hex digits that change with every other field."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:8]

    @property
    def cells(self) -> list[str]:
        """Its row in the table."""
        numbers = [f"{n:,}" for n in (self.first, self.upto, self.full, self.violations)]
        told = [" ".join(self.promises), self.unit, self.where, *numbers]
        return [*told, f"{self.seconds:,}", self.commit, self.date, self.check]

    @classmethod
    def of(cls, cells: Sequence[str]) -> Line:
        """Read a row.

        Raises:
            ValueError: its check is not that of its fields: somebody wrote it by hand.
        """
        promises, unit, where, *numbers, commit, date, check = cells
        first, upto, full, violations, seconds = (int(n.replace(",", "")) for n in numbers)
        line = cls(
            tuple(promises.split()),
            unit,
            where,
            first,
            upto,
            full,
            violations,
            seconds,
            commit,
            date,
        )
        if line.check != check:
            raise ValueError(f"nobody played what this line says: {' | '.join(cells)}")
        return line


def lines(text: str) -> list[Line]:
    """Return the runs that a page tells of, oldest first."""
    rows = text.partition("## The runs")[2].splitlines()
    cells = ([cell.strip() for cell in row.strip("|").split("|")] for row in rows if row[:1] == "|")
    return [Line.of(row) for row in list(cells)[2:]]


def mine(told: Iterable[Line], proof: Proof) -> list[Line]:
    """Return the runs of a proof, oldest first."""
    about = (proof.unit, proof.where)
    return [e for e in told if (e.unit, e.where) == about and proof.promise in e.promises]


def reached(told: Iterable[Line], proof: Proof) -> int:
    """Return how many of its cases were played without a gap, all runs together."""
    return max((line.upto for line in mine(told, proof)), default=0)


def going_on(told: Iterable[Line], proof: Proof) -> int:
    """Return the number to go on from: what broke is played again until it holds."""
    runs = mine(told, proof)
    return runs[-1].upto if runs and runs[-1].violations else reached(runs, proof)


def state(told: Iterable[Line], proof: Proof) -> str:
    """Return in two words at most where a proof stands."""
    runs = mine(told, proof)
    if not runs:
        return "not reached"
    if runs[-1].violations:
        return "violated"
    return "proven" if reached(runs, proof) >= proof.full else "so far"


def page(told: Sequence[Line], declared: Iterable[Series]) -> str:
    """Return the whole page."""
    proofs = [proof for series in declared for proof in series.proofs]
    proofs.sort(key=lambda proof: (proof.promise, proof.where, proof.unit))
    stands = _table(_STANDS, (standing(told, proof) for proof in proofs))
    return f"{_OPENING}\n{stands}{_LOG}\n{_table(_RUNS, (line.cells for line in told))}"


def standing(told: Sequence[Line], proof: Proof) -> list[str]:
    """Return a proof's row in the summary."""
    named = [proof.promise, proof.where, proof.unit]
    figures = [f"{number:,}" for number in (proof.full, reached(told, proof))]
    return [*named, *figures, state(told, proof), f"{proof.commit:,}"]


def _table(heading: str, rows: Iterable[Sequence[str]]) -> str:
    names = heading.split("|")
    return "".join(f"| {' | '.join(row)} |\n" for row in [names, ["---"] * len(names), *rows])
