"""All proofs that files here declare, and which of them are played together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

from tests.promises.proof import Proof

HERE: Final = Path(__file__).parent
FIRST: Final = ("r01", "r06", "r07", "r32", "r36", "r11", "r13", "r20", "r19")
"""The most dangerous ones, that are played before the others."""


@dataclass(frozen=True)
class Series:
    """The same cases, and every proof that they are judged for: most often one."""

    file: str
    """The module in which the first of them is declared."""
    place: int
    """Its place there."""
    proofs: tuple[Proof, ...]

    @property
    def promises(self) -> tuple[str, ...]:
        """The names of the promises, `r01` first."""
        return tuple(sorted(proof.promise for proof in self.proofs))

    def __str__(self) -> str:
        """Return the names, and where they are proven."""
        names = " ".join(self.promises)
        return f"{names}, {self.proofs[0].where}" if self.proofs[0].where else names


def played(file: str, place: int, first: int, count: int) -> None:
    """Play some cases of a proof that another process names."""
    declared_in(file)[place].run(first, count)


def declared_in(file: str) -> tuple[Proof, ...]:
    """Return what one file declares."""
    proofs: tuple[Proof, ...] = getattr(import_module(file), "PROOFS", ())
    return proofs


def files() -> list[str]:
    """Return the names of the modules here that may declare something, in order."""
    return sorted(f"tests.promises.{path.stem}" for path in HERE.glob("test_r[0-9][0-9]*.py"))


def declared() -> list[Series]:
    """Return all series: those of the most dangerous promises first, then by number."""
    return sorted(together(files()), key=lambda each: _danger(each.promises))


def together(names: Iterable[str]) -> Iterator[Series]:
    """Yield the proofs of these files; those that play the same cases are one series."""
    found: dict[object, Series] = {}
    for file in names:
        for place, proof in enumerate(declared_in(file)):
            same = (proof.run, proof.unit, proof.where)
            known = found.get(same, Series(file, place, ()))
            found[same] = Series(known.file, known.place, (*known.proofs, proof))
    yield from found.values()


def _danger(promises: tuple[str, ...]) -> tuple[int, str]:
    places = [FIRST.index(name) for name in promises if name in FIRST]
    return min(places, default=len(FIRST)), promises[0]
