"""How the tests read the docs: sections, tables and blocks of code."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
_FENCE: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE: Final = re.compile(r"^`([\w./-]+)`[^\n]*:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    """Return the text of a page of the docs."""
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Return what stands under `heading`, down to the next heading of its level or above."""
    level = heading.partition(" ")[0]
    lines = _without_code(text).splitlines()
    start = lines.index(heading) + 1
    ends = [at for at, line in enumerate(lines) if at >= start and _ends(line, level)]
    return "\n".join(text.splitlines()[start : ends[0] if ends else None])


def headings(text: str, level: str = "##") -> list[str]:
    """Return the headings of one level, without their marks."""
    lines = _without_code(text).splitlines()
    return [line.removeprefix(f"{level} ") for line in lines if line.startswith(f"{level} ")]


def rows(text: str) -> list[list[str]]:
    """Return the rows of the first table in `text` as lists of cells, without its head."""
    table: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("|"):
            table.append([cell.strip() for cell in line.strip().strip("|").split(" | ")])
        elif table:
            break
    return table[2:]


def first_column(text: str) -> list[str]:
    """Return the first cells of the first table in `text`, without back quotes."""
    return [row[0].strip("`") for row in rows(text)]


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return [body for named, body in _FENCE.findall(text) if named == language]


def files(text: str) -> dict[str, str]:
    """Return the blocks that a line like "`name`:" calls files, by their names."""
    return dict(_FILE.findall(text))


def signature(function: Callable[..., object]) -> str:
    """Return a function as a heading writes it: its name and its arguments."""
    names = [name for name in inspect.signature(function).parameters if name != "self"]
    return f"{function.__name__}({', '.join(names)})"


def _without_code(text: str) -> str:
    """Return `text` with its fenced blocks emptied: a comment in code is no heading."""
    return _FENCE.sub(lambda block: re.sub(r"[^\n]+", "", block[0]), text)


def _ends(line: str, level: str) -> bool:
    marks = line.partition(" ")[0]
    return bool(marks) and set(marks) == {"#"} and len(marks) <= len(level)
