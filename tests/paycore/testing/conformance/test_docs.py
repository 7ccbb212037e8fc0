"""docs/conformance.md: its example runs, and its tables are the kit's own."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from paycore.testing.conformance import CHECKS, Case
from tests.docs.pages import ROOT, files, first_column, page, rows, section

PAGE = page("conformance.md")
PLUGIN = "paycore.testing.conformance.pytest_plugin"


def run(folder: Path, *given: str, package: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder, with the kit's plugin and no other."""
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    env["PYTHONPATH"] = os.pathsep.join(map(str, filter(None, (package or folder, ROOT))))
    command = [sys.executable, "-m", "pytest", "-q", "-p", PLUGIN, "-p", "no:cacheprovider", *given]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def maple(tmp_path: Path) -> Path:
    """MaplePay as two pages of the docs have it: its hooks, and its case."""
    told = {**files(page("add-a-channel.md")), **files(PAGE)}
    for name in ("account", "schemas", "hooks"):
        path = tmp_path / f"paycore_maplepay/{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(told[f"paycore_maplepay/{name}.py"], encoding="utf-8")
    (tmp_path / "paycore_maplepay/__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "test_conformance.py").write_text(
        told["tests/test_conformance.py"], encoding="utf-8"
    )
    return tmp_path


def test_the_example_keeps_every_promise(maple):
    """Copied from the page, one test for each check, and all of them pass."""
    done = run(maple, "test_conformance.py")

    assert done.returncode == 0, done.stdout
    assert f"{len(CHECKS)} passed" in done.stdout


def test_the_fixture_makes_a_test_of_each_promise(maple):
    """As the page shows it, for a module that has a CASE."""
    asked = re.search(r"```text\n(def test_promise.*?)```", PAGE, re.DOTALL)
    assert asked is not None
    source = (maple / "test_conformance.py").read_text(encoding="utf-8")
    shown = source.replace("test_conformance = ", "_ = ") + f"\n\n{asked[1]}"
    (maple / "test_conformance.py").write_text(shown, encoding="utf-8")

    done = run(maple, "test_conformance.py")
    assert f"{len(CHECKS)} passed" in done.stdout, done.stdout


def test_the_fixture_needs_a_case(tmp_path):
    """A module without one is told so."""
    source = "def test_promise(conformance_check):\n    conformance_check()\n"
    (tmp_path / "test_nothing.py").write_text(source, encoding="utf-8")

    done = run(tmp_path, "test_nothing.py", "-x")
    assert done.returncode == 1
    assert "test_nothing has no CASE" in done.stdout


def test_a_broken_promise_is_a_failed_test_and_a_missing_one_is_skipped(maple):
    """A failure says the promise and what broke it; what was not tried says what is missing."""
    path = maple / "test_conformance.py"
    source = path.read_text(encoding="utf-8").replace(", strict=True", "")
    source = source.replace("    sealed=sealed,\n", "")
    path.write_text(source, encoding="utf-8")
    hooks = maple / "paycore_maplepay/hooks.py"
    text = hooks.read_text(encoding="utf-8")
    hooks.write_text(text.replace("raw=paycore.scrubbed(HeardSchema(), fields)", "raw=fields"))

    done = run(maple, "test_conformance.py", "-rs")
    assert "1 failed, 38 passed, 3 skipped" in done.stdout
    assert "reports_hold_no_secret: " in done.stdout
    assert "untried: `sealed` does not say how messages are signed" in done.stdout


def test_the_table_of_checks_is_the_list_of_checks():
    """Each check once, in its order, with the promise that its report shows."""
    told = [(row[0].strip("`"), row[1]) for row in rows(section(PAGE, "## The checks"))]

    assert told == [(check.__name__, " ".join((check.__doc__ or "").split())) for check in CHECKS]


def test_every_field_of_a_case_is_told():
    """In the order in which they are filled in."""
    told = first_column(section(PAGE, "## The fields"))

    assert told == [field.name for field in dataclasses.fields(Case)]


def test_every_group_of_checks_has_its_meaning():
    """From the first check to the last, without a gap."""
    names = [check.__name__ for check in CHECKS]
    text = section(PAGE, "## What a broken check means")
    spans = re.findall(r"^\*\*[^*]+\*\* \(`(\w+)` to `(\w+)`\)", text, re.MULTILINE)
    covered = [
        name for one, last in spans for name in names[names.index(one) : names.index(last) + 1]
    ]

    assert covered == names
