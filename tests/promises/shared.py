"""What several tests need and one plays: in chunks, by whichever worker comes first."""

from __future__ import annotations

import fcntl
import pickle
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from tests.promises.figures import Count, Schedules
from tests.promises.proof import Proof, batches

BATCHES: Final = 5
"""How many batches are one chunk: a process is started for each."""


@dataclass(frozen=True)
class Chunk:
    """Some of the runs of a figure."""

    runs: Schedules
    first: int
    count: int

    def played(self) -> Count:
        """Play them all, whatever breaks."""
        return sum(self.runs.counts(self.first, self.count), Count())

    @property
    def name(self) -> str:
        """What a file with its result is called."""
        return f"{self.runs.where}-{self.runs.weather or 'usual'}-{self.first}"


def chunks(proof: Proof) -> list[Chunk]:
    """Return what `make check` plays of a proof, in parts."""
    assert isinstance(proof.run, Schedules)
    return [Chunk(proof.run, *batch) for batch in batches(0, proof.commit, BATCHES * proof.batch)]


def once(folder: Path, chunk: Chunk, *, waits: bool) -> Count | None:
    """Return what a chunk came to, played by whoever came first; None where another plays it.

    Args:
        folder: What all workers share.
        chunk: The runs.
        waits: Whether to wait for whoever plays it.
    """
    with (folder / chunk.name).open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            return None
        file.seek(0)
        if known := file.read():
            count: Count = pickle.loads(known)
            return count
        count = _apart(chunk)
        file.write(pickle.dumps(count))
        return count


def all_of(folder: Path, proof: Proof) -> Count:
    """Return what the runs of a proof came to: first those that nobody plays, then the others."""
    parts = chunks(proof)
    for chunk in parts:
        once(folder, chunk, waits=False)
    return sum(filter(None, (once(folder, chunk, waits=True) for chunk in parts)), Count())


def _apart(chunk: Chunk) -> Count:
    """Play a chunk in a process of its own: whatever watches the tests would slow it down."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(chunk.played)
