"""The stage's end of the nursery: a job goes in, and whatever the child says is answered."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from paycore.testing.crash.line import Line

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]


class Nursery:
    """A process of its own, which forks the children: this one may have threads."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "paycore.testing.crash.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )  # whatever opens a ledger is found there as it is here
        source, target = self._process.stdout, self._process.stdin
        if source is None or target is None:
            raise RuntimeError("the nursery has no pipes")
        self._line = Line(source.fileno(), target.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def play(self, job: Mapping[str, Any], answer: Answer) -> int:
        """Return how the child ended: 0, 1 for a failure, -9 where it was killed.

        Raises:
            EOFError: the nursery itself is gone.
        """
        self._line.tell(dict(job))
        while (said := self._line.hear()) is not None:
            if "ended" in said:
                return int(said["ended"])
            if (reply := answer(said)) is not None:
                self._line.tell(dict(reply))
        raise EOFError("the nursery is gone")
