"""Packages for tests, installed by putting their folder on the path: real entry points."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

TOY = Path(__file__).parent / "toy"


def install_toy(monkeypatch):
    """Install the toy provider; return its simulator's module, fresh."""
    monkeypatch.syspath_prepend(TOY)
    for name in ("toy_pay", "toy_plain", "toy_simulator"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("toy_simulator")


def install(folder, monkeypatch, name, entry_points, **modules):
    """Install a package `name` 1.0 into `folder`, with these entry points and modules' texts."""
    about = folder / f"{name}-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(entry_points)
    for module, text in modules.items():
        (folder / f"{module}.py").write_text(text)
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.syspath_prepend(folder)
