"""Kills at every point, over ledgers on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from paycore.testing.crash.matrix import Matrix
from paycore.testing.crash.scenes import SCENES
from paycore.testing.crash.stage import Stage
from tests.postgres import cluster

_MEMORY = Path("/dev/shm")


def killed(
    kind: str, first: int, times: int, scenes: Iterable[str] = SCENES, *, thinned: bool = False
) -> None:
    """Play so many rounds from number `first` on: each kills once at every point of the scenes.

    Where it is `thinned`, three rounds kill once between the statements of a transaction.
    """
    with empty_ledgers(kind) as empty, Stage() as stage:
        tally = Matrix(stage, empty, scenes, thinned=thinned).play(first, times)

    assert not tally.broken, f"{kind}, from round {first}: {tally.broken[0]}"
    assert tally.kills >= 100 * times


@contextmanager
def empty_ledgers(kind: str) -> Iterator[Callable[[], str]]:
    """Give what returns the URL of a ledger without any row, whenever it is called."""
    if kind == "postgresql":
        yield cluster().wiped
        return
    numbers = count(1)
    with tempfile.TemporaryDirectory(prefix="paycore-crash-", dir=_quick()) as folder:
        yield lambda: f"sqlite:///{Path(folder) / f'{next(numbers)}.db'}"


def _quick() -> Path | None:
    """Return a folder in memory, where there is one: a kill takes nothing from the page cache."""
    return _MEMORY if os.access(_MEMORY, os.W_OK) else None
