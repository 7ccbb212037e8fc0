"""Plays the cases of a series in several processes, until they are done or something stops it."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from time import monotonic
from types import FrameType
from typing import Final

from tests.postgres import VARIABLE, Server
from tests.promises.proof import batches
from tests.promises.series import Series, played

Told = Callable[[int], object]
_LONGEST_S: Final = 3600.0
_PATIENCE_S: Final = 20.0
"""How long a process may tidy up after it was told to end."""


@dataclass(frozen=True)
class Played:
    """How far a run came."""

    upto: int
    """One past the last case that kept its promise, with all before it."""
    broke: str = ""
    """What broke; empty where nothing did."""
    stopped: bool = False
    """Whether somebody pressed Ctrl-C."""


def play(series: Series, first: int, full: int, *, jobs: int, until: float, told: Told) -> Played:
    """Play the cases from `first` up to `full`, and return how far it came.

    It ends at the first that breaks, at the time `until` (of `time.monotonic`), or at Ctrl-C;
    what was under way then is forgotten.

    Args:
        series: What is played.
        first: The number of the first case.
        full: One past the number of the last.
        jobs: How many processes play beside each other.
        until: When to stop, in any case.
        told: Hears how far it is.
    """
    all_ = _Round(batches(first, full, series.proofs[0].batch), first, told)
    try:
        with _server(series), _crew(series, jobs) as crew:
            all_.play(crew, until)
    except KeyboardInterrupt:
        return Played(all_.upto, stopped=True)
    return Played(all_.upto, all_.broke)


class _Round:
    """Hands out batches and counts those that are done without a gap."""

    def __init__(self, batches: Iterator[tuple[int, int]], first: int, told: Told) -> None:
        self.upto = first
        self.broke = ""
        self._batches = batches
        self._told = told
        self._busy: dict[Connection, tuple[int, int]] = {}
        self._done: dict[int, int] = {}

    def play(self, crew: Sequence[Connection], until: float) -> None:
        """Keep the crew busy until all is done, or the time is over, or something broke."""
        for pipe in crew:
            self._give(pipe)
        while self._busy and not self.broke and (left := until - monotonic()) > 0:
            for pipe in wait(list(self._busy), min(left, _LONGEST_S)):
                assert isinstance(pipe, Connection)
                self._take(pipe)

    def _give(self, pipe: Connection) -> None:
        batch = next(self._batches, None)
        if batch is not None:
            self._busy[pipe] = batch
            with suppress(OSError):  # who died meanwhile is found out by listening
                pipe.send(batch)

    def _take(self, pipe: Connection) -> None:
        first, count = self._busy.pop(pipe)
        try:
            problem = pipe.recv()
        except (EOFError, OSError):
            problem = "its process died"
        if problem:
            self.broke = self.broke or f"among {first} to {first + count - 1}: {problem}"
            return
        self._done[first] = first + count
        while self.upto in self._done:
            self.upto = self._done.pop(self.upto)
            self._told(self.upto)
        self._give(pipe)


@contextmanager
def _crew(series: Series, jobs: int) -> Iterator[list[Connection]]:
    """Give the ends of pipes to processes that play what they are sent."""
    context = get_context("spawn")
    pipes, processes = [], []
    with _deaf():  # Ctrl-C is for this process: it tells the others
        for _ in range(jobs):
            here, there = context.Pipe()
            said = there, series.file, series.place
            process = context.Process(target=_work, args=said)
            process.start()
            there.close()
            pipes.append(here)
            processes.append(process)
    try:
        yield pipes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(_PATIENCE_S)
            process.kill()


def _work(pipe: Connection, file: str, place: int) -> None:
    """Play what is sent, and send back what broke."""
    signal.signal(signal.SIGTERM, _end)
    while True:
        try:
            first, count = pipe.recv()
        except EOFError:
            return
        try:
            played(file, place, first, count)
        except Exception:
            pipe.send(traceback.format_exc())
        else:
            pipe.send("")


def _end(number: int, frame: FrameType | None) -> None:
    """End whatever was begun in order, and let nobody hear what breaks by that."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    sys.exit()


@contextmanager
def _deaf() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _server(series: Series) -> Iterator[None]:
    """Let all processes share one PostgreSQL, where they need one: it ends with them."""
    if series.proofs[0].where != "postgresql" or VARIABLE in os.environ:
        yield
        return
    server = Server()
    os.environ[VARIABLE] = server.url.render_as_string(hide_password=False)
    try:
        yield
    finally:
        del os.environ[VARIABLE]
        server.stop()
