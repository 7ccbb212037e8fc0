"""A copy of the project, in which one fault after another is planted and tests are run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from tests.mutants.mutation import Mutation

ROOT: Final = Path(__file__).parents[2]
PLUGINS: Final = ("plugins/iotpay", "plugins/iotpay_unionpay")
LEFT_OUT: Final = shutil.ignore_patterns(".*", "__pycache__", "_build", "*.db", "*.db-*", "*.new")
_WHERE: Final = "import paycore, paycore_iotpay as plugin; print(paycore.__file__, plugin.__file__)"
_FAILED: Final = re.compile(r"^(?:FAILED|ERROR) (\S+?::.*?)(?: - .*)?$", re.MULTILINE)
_TESTS_FAILED: Final = 1
_ages: Final = count(1)


class Unfit(Exception):
    """The copy proves nothing: something else than its own code is imported, or tests fail."""


@dataclass(frozen=True)
class Ran:
    """How a run of tests ended."""

    code: int | None
    """What pytest returned: 0 passed, 1 failed, otherwise it could not run; None: it hung."""
    told: str
    seconds: float

    @property
    def failed(self) -> str:
        """The first test that failed; empty if none did."""
        found = _FAILED.search(self.told)
        return found[1] if found else ""


class Copy:
    """One copy; nothing outside it is changed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def check(self) -> str:
        """Return where paycore and a plugin are imported from: here, whatever is installed.

        Raises:
            Unfit: from elsewhere.
        """
        told = self._run(["-c", _WHERE], 120)
        places = [Path(word).resolve() for word in told.told.split()]
        if told.code != 0 or not all(self.root in place.parents for place in places):
            raise Unfit(f"the copy is not what is imported: {told.told.strip()}")
        return str(places[0])

    def tests(self, named: Sequence[str], limit_s: float) -> Ran:
        """Run tests up to the first that fails, whatever they are marked with."""
        how = "-q -x --tb=line -rfE -p no:randomly -p no:cacheprovider".split()
        return self._run(["-m", "pytest", *how, "-m", "", *named], limit_s)

    @contextmanager
    def planted(self, mutation: Mutation) -> Iterator[None]:
        """Have a fault in the code meanwhile."""
        before = {file: (self.root / file).read_text("utf-8") for file in mutation.made(self.root)}
        try:
            self._write(mutation.made(self.root))
            yield
        finally:
            self._write(before)

    def _write(self, files: dict[str, str]) -> None:
        """Write files; each gets an age of its own, so that no compiled one is taken for it."""
        for file, text in files.items():
            path = self.root / file
            path.write_text(text, encoding="utf-8")
            age = int(time.time()) - 10**6 + next(_ages)
            os.utime(path, (age, age))

    def _run(self, words: list[str], limit_s: float) -> Ran:
        paths = [self.root, *(self.root / plugin for plugin in PLUGINS)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
        began = time.monotonic()
        running = subprocess.Popen(
            [sys.executable, *words],
            cwd=self.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            told, _ = running.communicate(timeout=limit_s)
            code: int | None = running.returncode
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, 9)  # its own session: with all that it has started
            told, code = running.communicate()[0], None
        return Ran(code, told, time.monotonic() - began)


@contextmanager
def copied(root: Path = ROOT) -> Iterator[Copy]:
    """Give a copy of the project in a folder of its own, which goes with it."""
    with tempfile.TemporaryDirectory(prefix="paycore-mutants-") as folder:
        here = Path(folder).resolve() / "copy"
        shutil.copytree(root, here, ignore=LEFT_OUT)
        copy = Copy(here)
        copy.check()
        yield copy


def sound(copy: Copy, named: Sequence[str], limit_s: float) -> Ran:
    """Run the tests where nothing is wrong yet.

    Raises:
        Unfit: one fails, or is not there: nothing would be proven by it.
    """
    ran = copy.tests(named, limit_s)
    if ran.code != 0:
        why = ran.failed or "\n".join(ran.told.splitlines()[-15:])
        raise Unfit(f"without a fault, too: {why}")
    return ran


def is_caught(ran: Ran) -> bool:
    """Return whether a test failed or hung; that nothing could be run at all is no proof."""
    return ran.code in (None, _TESTS_FAILED)
