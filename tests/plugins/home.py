"""A home for strangers: an environment of its own, and wheels that pip really installs into it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

STRANGERS = Path(__file__).parent / "strangers"


class Home:
    """A virtual environment that also sees what these tests run on, paycore among it.

    Everything it does, it does in processes of its own; nothing needs a network.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        venv.create(folder, with_pip=find_spec("pip") is None, symlinks=True)
        self.python = folder / "bin" / "python"
        (self.packages,) = (folder / "lib").glob("python*/site-packages")
        theirs = [each for each in sys.path if each.endswith(("site-packages", "dist-packages"))]
        lines = [f"import site; site.addsitedir({each!r})" for each in theirs]
        (self.packages / "theirs.pth").write_text("\n".join(lines), encoding="utf-8")

    def pip(self, *arguments: str | Path) -> None:
        """Let pip do something here."""
        self._run("-m", "pip", *map(os.fspath, arguments))

    def install(self, *wheels: Path) -> None:
        """Install wheels, again if they are there already."""
        self.pip("install", "--no-index", "--no-deps", "--force-reinstall", *wheels)

    def uninstall(self, *names: str) -> None:
        """Take distributions away."""
        self.pip("uninstall", "--yes", *names)

    def run(self, script: str, *arguments: str) -> Any:
        """Run a script and return the JSON that it prints."""
        return json.loads(self._run("-c", script, *arguments))

    def shop(self, *orders: dict[str, Any]) -> tuple[list[Any], set[str]]:
        """Let the shop carry out orders; return what it told, and the modules it had loaded."""
        answer = json.loads(self._run(os.fspath(STRANGERS / "shop.py"), said=json.dumps(orders)))
        return answer["told"], set(answer["loaded"])

    def _run(self, *arguments: str, said: str = "") -> str:
        done = subprocess.run(
            [os.fspath(self.python), *arguments],
            input=said,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=self.folder,
            env=self._environment(),
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _environment(self) -> dict[str, str]:
        """Return an environment without this machine's settings of paycore, pip and caches."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PAYCORE_", "PIP_", "COV_", "COVERAGE_"))
        }
        return {
            **kept,
            "XDG_CACHE_HOME": os.fspath(self.folder / "cache"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_CACHE_DIR": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
        }


def wheel(where: Path, name: str, files: dict[str, str], points: dict[str, dict[str, str]]) -> Path:
    """Write a wheel of version 1.0 with these files and entry points, as a builder would."""
    stem = f"{name.replace('-', '_')}-1.0"
    told = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "entry_points.txt": "\n".join(
            line
            for group, named in points.items()
            for line in (f"[{group}]", *(f"{each} = {value}" for each, value in named.items()))
        ),
    }
    content = {**files, **{f"{stem}.dist-info/{file}": text for file, text in told.items()}}
    record = "".join(f"{path},,\n" for path in (*content, f"{stem}.dist-info/RECORD"))
    path = where / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in {**content, f"{stem}.dist-info/RECORD": record}.items():
            archive.writestr(file, text)
    return path


def project(name: str) -> tuple[str, dict[str, str], dict[str, dict[str, str]]]:
    """Return a stranger's distribution, files and entry points, as its pyproject says."""
    folder = STRANGERS / name
    told = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    files = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.py")
    }
    return told["name"], files, told["entry-points"]
