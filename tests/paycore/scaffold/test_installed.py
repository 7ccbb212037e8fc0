"""Into an environment of its own, by pip, from wheels: what is made works there, and is green."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from paycore.scaffold.making import HERE
from paycore.testing.conformance import CHECKS
from tests.docs.pages import ROOT

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(900)]  # pip fetches what both of them need


def said(cwd: Path, *words: str | Path) -> str:
    """Return what a command says that must end well, without settings of whoever runs this."""
    outside = (
        "PAYCORE_",
        "COV_",
        "COVERAGE_",
        "PYTHON",
        "PYTEST_",
        "VIRTUAL_ENV",
        "MAKE",
        "MFLAGS",
    )
    kept = {name: text for name, text in os.environ.items() if not name.startswith(outside)}
    done = subprocess.run(
        [*map(os.fspath, words)],
        cwd=cwd,
        env={**kept, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wheel(source: Path, into: Path) -> Path:
    """Return the wheel that hatchling makes of a project, by way of pip."""
    said(into, sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", into, source)
    (made,) = into.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of paycore."""
    return wheel(ROOT, tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def town(ours: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with nothing but an environment, which holds paycore and its extra."""
    folder = tmp_path_factory.mktemp("town")
    venv.create(folder / "env", with_pip=True, symlinks=True)
    wanted = f"paycore[scaffold] @ {ours.as_uri()}"
    said(folder, folder / "env/bin/python", "-m", "pip", "install", "-q", wanted)
    yield folder
    shutil.rmtree(folder)


def test_the_wheel_holds_the_template(ours: Path) -> None:
    """Dotfiles and names with braces too, as they are here."""
    here = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in HERE.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    with zipfile.ZipFile(ours) as archive:
        there = {
            name: archive.read(name)
            for name in archive.namelist()
            if name.startswith("paycore/scaffold/")
        }

    assert there == here
    assert "paycore/scaffold/template/.github/workflows/check.yml.jinja" in there


def test_what_is_made_there_is_green_and_keeps_every_promise(town: Path, tmp_path: Path) -> None:
    """Made, installed with its extra, checked; and once more without its sources, from a wheel."""
    python = town / "env/bin/python"
    told = json.loads(said(town, town / "env/bin/paycore", "new-provider", "larch", "--json"))
    folder = town / told["folder"]
    checked = said(folder, "make", "install", "check", f"PYTHON={python}")
    assert "Success: no issues found" in checked
    assert f"{len(CHECKS) + 15} passed" in checked

    shutil.copytree(folder / "tests", tmp_path / "tests")
    built = tmp_path / "built"
    built.mkdir()
    said(town, python, "-m", "pip", "install", "-q", "--no-deps", wheel(folder, built))
    shutil.rmtree(folder)
    case = ("--case", "tests.test_conformance:CASE", "--json")
    report = json.loads(said(tmp_path, python, "-m", "paycore.testing.conformance", *case))
    listed = json.loads(said(tmp_path, town / "env/bin/paycore", "plugins", "--json"))

    assert (report["kept"], report["broken"], report["untried"]) == (len(CHECKS), 0, 0)
    (larch,) = (each for each in listed["providers"] if each["name"] == "larch")
    assert (larch["ok"], larch["distribution"]) == (True, "paycore-larch")
    assert larch["methods"] == ["hosted_page", "stored_token"]
    assert set(larch["hooks"]) >= {"charge", "refund", "query", "verify_webhook"}
