"""How parent, nursery and child talk: one JSON object a line, written at once and read exactly."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Line:
    """Two ends of pipes; nothing is buffered, so that whoever forks loses no word."""

    source: int
    target: int

    def tell(self, said: dict[str, Any]) -> None:
        """Write one object; it is with the reader even if the writer dies right after."""
        rest = json.dumps(said).encode() + b"\n"
        while rest:
            rest = rest[os.write(self.target, rest) :]

    def hear(self) -> dict[str, Any] | None:
        """Return the next object; None where the other side is gone."""
        told = bytearray()
        while not told.endswith(b"\n"):
            letter = os.read(self.source, 1)
            if not letter:
                return None
            told += letter
        heard: dict[str, Any] = json.loads(told)
        return heard

    def ask(self, what: str, **more: Any) -> dict[str, Any]:
        """Return what the other side answers.

        Raises:
            EOFError: it is gone.
        """
        self.tell({"ask": what, **more})
        answer = self.hear()
        if answer is None:
            raise EOFError("the stage is gone")
        return answer
