"""Into an environment of its own, by pip: what is made is green there, and none but our paycore."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from paycore.scaffold.making import CLONE, HERE
from paycore.testing.conformance import CHECKS
from tests.docs.pages import ROOT
from tests.paycore.scaffold.packages import contents, package, typed

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(900)]  # pip fetches what both of them need
OUTSIDE = (
    "PAYCORE_",
    "COV_",
    "COVERAGE_",
    "PYTHON",
    "PYTEST_",
    "VIRTUAL_ENV",
    "MAKE",
    "MFLAGS",
)
"""What whoever runs this has set, and nobody here should hear of."""


def done(cwd: Path, *words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command without settings of whoever runs this, but with these."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(OUTSIDE)}
    return subprocess.run(
        [*map(os.fspath, words)],
        cwd=cwd,
        env={**kept, "PYTHONUTF8": "1", **more},
        capture_output=True,
        text=True,
        check=False,
    )


def said(cwd: Path, *words: str | Path, **more: str) -> str:
    """Return what a command says that must end well."""
    ended = done(cwd, *words, **more)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that hatchling makes of paycore, by way of pip."""
    into = tmp_path_factory.mktemp("ours")
    said(into, sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", into, ROOT)
    (made,) = into.glob("*.whl")
    return made


@pytest.fixture
def stranger(tmp_path: Path) -> dict[str, str]:
    """What lets pip find a stranger's paycore, later than ours, beside all that it finds anyhow."""
    into, info = tmp_path / "stranger", "paycore-99.0.dist-info"
    into.mkdir()
    with zipfile.ZipFile(into / "paycore-99.0-py3-none-any.whl", "w") as archive:
        archive.writestr("paycore/__init__.py", "")
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: paycore\nVersion: 99.0\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return {"PIP_FIND_LINKS": f"{os.environ.get('PIP_FIND_LINKS', '')} {into}".strip()}


@pytest.fixture
def larch(tmp_path: Path) -> Path:
    """A package that was made just now."""
    return package(tmp_path / "made")


def test_the_wheel_holds_the_template(ours: Path) -> None:
    """Dotfiles and names with braces too, as they are here; and every other file has its place."""
    here = {
        path.relative_to(ROOT).as_posix(): path
        for path in HERE.parent.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    template = {name for name in here if name.startswith("paycore/scaffold/")}
    with zipfile.ZipFile(ours) as archive:
        there = {name for name in archive.namelist() if name.startswith("paycore/")}
        same = {name for name in template if archive.read(name) == here[name].read_bytes()}

    assert there == set(here)
    assert same == template
    assert "paycore/scaffold/template/.github/workflows/check.yml.jinja" in same


def test_what_is_made_is_green_and_keeps_every_promise(
    ours: Path,
    larch: Path,
    stranger: dict[str, str],
    httpserver: HTTPServer,
    tmp_path: Path,
) -> None:
    """As its README types it; and once more without any sources, both of them from wheels."""
    environment, clone, checks, kit = typed(larch)
    python = larch / ".venv/bin/python"
    said(larch, "sh", "-c", environment.replace("python3", shlex.quote(sys.executable)))
    refuses_without_paycore(larch, checks, httpserver)
    said(larch, "sh", "-c", clone.replace(CLONE, shlex.quote(str(ROOT))), **stranger)
    checked = said(larch, "sh", "-c", checks, **stranger)
    assert "Success: no issues found" in checked
    assert f"{len(CHECKS) + 15} passed" in checked
    keeps_the_paycore_it_has(larch, checks, stranger)

    wheels = (f"paycore[scaffold] @ {ours.as_uri()}", larch)  # of a folder pip makes one
    said(tmp_path, python, "-m", "pip", "install", "-q", *wheels)
    again = (larch / ".venv/bin/paycore", "new-provider", "larch", "--force", "--json")
    told = json.loads(said(tmp_path, *again, "--author", "The authors"))
    assert contents(tmp_path / told["folder"]) == contents(package(tmp_path / "here"))

    shutil.rmtree(larch / "paycore_larch")
    report = said(larch, "sh", "-c", kit)
    listed = json.loads(said(tmp_path, larch / ".venv/bin/paycore", "plugins", "--json"))

    assert f"larch: {len(CHECKS)} kept, 0 broken, 0 untried, 0 exempt" in report
    (found,) = (each for each in listed["providers"] if each["name"] == "larch")
    assert (found["ok"], found["distribution"]) == (True, "paycore-larch")
    assert found["methods"] == ["hosted_page", "stored_token"]
    assert set(found["hooks"]) >= {"charge", "refund", "query", "verify_webhook"}
    assert paycore_of(python, tmp_path).is_relative_to(larch / ".venv")
    shutil.rmtree(larch)


def refuses_without_paycore(larch: Path, checks: str, index: HTTPServer) -> None:
    """`make install` ends in one line before any index is asked, which would be heard here."""
    index.expect_request(re.compile(".*")).respond_with_data(status=404)
    only = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_FIND_LINKS": "",
        "PIP_INDEX_URL": index.url_for("/simple"),
        "no_proxy": "*",
    }
    refused = done(larch, "sh", "-c", checks, **only)
    asked = [request.path for request, _ in index.log]
    done(larch, ".venv/bin/python", "-m", "pip", "install", "paycore", **only)

    assert (refused.returncode, refused.stdout, asked) == (2, "", [])
    assert refused.stderr.startswith("paycore is not installed, and on no package index yet; type")
    assert {request.path for request, _ in index.log} == {"/simple/paycore/"}


def keeps_the_paycore_it_has(larch: Path, checks: str, stranger: dict[str, str]) -> None:
    """Nor does one that is too old let pip look for another."""
    project = larch / "pyproject.toml"
    sound = project.read_text(encoding="utf-8")
    project.write_text(sound.replace("paycore>=0.1.0", "paycore>=99"), encoding="utf-8")
    refused = done(larch, "sh", "-c", checks, **stranger)
    project.write_text(sound, encoding="utf-8")

    assert paycore_of(larch / ".venv/bin/python", larch) == ROOT / "paycore"
    assert refused.returncode == 2
    assert "paycore>=99" in refused.stdout


def paycore_of(python: Path, cwd: Path) -> Path:
    """Return the folder that an environment imports paycore from."""
    return Path(said(cwd, python, "-c", "import paycore; print(paycore.__file__)").strip()).parent
