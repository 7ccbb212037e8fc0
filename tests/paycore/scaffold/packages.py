"""Packages that the scaffold makes, found as if they were installed, and what their tests say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from paycore.scaffold.making import made
from paycore.scaffold.names import Names
from tests.docs.pages import ROOT, blocks, section

NAMES = ("a", "p2", "larch", "maple_pay", "maple_leaf_payments_2_canada_x")
"""One letter, a digit, a word, two words, and as long as may be."""
OUTSIDE = ("PAYCORE_", "MAKE", "MFLAGS")
"""What whoever runs these tests has set, and no package should hear of."""


def package(into: Path, name: str = "larch", terms: str = "mit") -> Path:
    """Return the folder of a package that was made just now."""
    return made(Names(name), into, author="The authors", license=terms).folder


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by its name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def typed(folder: Path) -> list[str]:
    """Return what the README of a package says to type, to have it checked."""
    told = section((folder / "README.md").read_text(encoding="utf-8"), "## Check it")
    return [
        line.removeprefix("$ ") for each in blocks(told, "console") for line in each.splitlines()
    ]


def offered(folder: Path, name: str = "larch") -> Path:
    """Write what pip would, beside a package: its name and its entry point."""
    info = folder / f"paycore_{name}-0.1.0.dist-info"
    info.mkdir()
    told = f"Metadata-Version: 2.1\nName: {folder.name}\nVersion: 0.1.0\n"
    (info / "METADATA").write_text(told, encoding="utf-8")
    points = f"[paycore.providers]\n{name} = paycore_{name}.hooks\n"
    (info / "entry_points.txt").write_text(points, encoding="utf-8")
    return folder


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run something in a folder, whose packages are found, without settings or pytest plugins."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(OUTSIDE)}
    paths = os.pathsep.join(map(str, (folder, ROOT)))  # this paycore, whichever is installed
    more = {"PYTHONPATH": paths, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONUTF8": "1"}
    return subprocess.run(
        words, cwd=folder, env=kept | more, capture_output=True, text=True, check=False
    )


def python(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a module of Python in a folder."""
    return run(folder, sys.executable, "-m", *words)


def checked(folder: Path) -> str:
    """Return what `make check` of a package says; it must be green."""
    done = run(folder, "make", "check", f"PYTHON={sys.executable}")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
