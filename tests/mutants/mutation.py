"""One mutation: a fault that somebody could write into the code, and the tests that notice it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LEDGERS: Final = "tests/paycore/testing/test_ledgers.py::test_a_ledger_keeps_its_promises"


class Moved(Exception):
    """The code is not what a mutation was written for; the list has to follow it."""


@dataclass(frozen=True)
class Edit:
    """A text that stands once in a file, and what takes its place."""

    file: str
    old: str
    new: str

    def made(self, text: str) -> str:
        """Return the text of the file with the fault in it.

        Raises:
            Moved: the old text does not stand there exactly once.
        """
        if (times := text.count(self.old)) != 1:
            raise Moved(f"{self.file}: {times} times instead of once: {self.old!r}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Mutation:
    """A fault, the promise that it would break, and the tests of which one has to fail."""

    name: str
    promise: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]
    """Node ids as pytest has them: few, and fast."""

    def made(self, root: Path) -> dict[str, str]:
        """Return the files that it changes, as they are then.

        Raises:
            Moved: an old text does not stand in its file exactly once.
            SyntaxError: a new text is no code: that would be noticed, but proves nothing.
        """
        found: dict[str, str] = {}
        for edit in self.edits:
            text = found.get(edit.file) or (root / edit.file).read_text(encoding="utf-8")
            found[edit.file] = edit.made(text)
        for file, text in found.items():
            if file.endswith(".py"):
                compile(text, file, "exec")
        return found


def mutation(name: str, promise: str, *said: Edit | str) -> Mutation:
    """Return a mutation from its edits and its tests, in this order."""
    edits = tuple(each for each in said if isinstance(each, Edit))
    return Mutation(name, promise, edits, tuple(each for each in said if isinstance(each, str)))


def ledger(kind: str, check: str) -> str:
    """Return the test that holds one kind of ledger to one of its promises."""
    return f"{_LEDGERS}[{kind}-{check}]"
