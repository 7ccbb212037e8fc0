"""R37: no commit that was acknowledged is lost when the power goes; what forgets is refused.

Every refusal by itself is in `tests/paycore/ledger/durable/test_safety.py`; here they are met at
the front door, with real databases.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import psycopg
import pytest

import paycore
from paycore.errors import SettingsError
from paycore.ledger.durable import open_durable
from tests.postgres import Server, cluster
from tests.promises.power import CALLS, Disk, Event, events
from tests.promises.proof import Proof

ROOT = Path(__file__).parents[2]
ROUNDS = 24
STRACE = shutil.which("strace")


@dataclass(frozen=True)
class Recording:
    """A run that committed and said so: the disk as it was before, and every call since."""

    before: dict[str, bytes]
    events: tuple[Event, ...]


@cache
def recording() -> Recording:
    """Return one run, recorded by strace; made when it is first needed."""
    with tempfile.TemporaryDirectory(prefix="paycore-") as made:
        home = Path(made).resolve()
        folder, said, trace = home / "store", home / "said", home / "trace"
        folder.mkdir()
        url = f"sqlite:///{folder / 'paycore.db'}"
        open_durable(url).close()
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        watched = [str(STRACE), "-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-o", trace]
        writer = [sys.executable, "-m", "tests.promises.power_writer", url, said]
        done = subprocess.run(
            [*watched, *writer, str(ROUNDS)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, done.stderr
        return Recording(before, tuple(events(trace.read_text(), folder, said)))


def cut(run: Recording, number: int) -> None:
    """Take the power away somewhere in the run; start again, and look for what was said."""
    chance = Random(number)
    disk = Disk(run.before)
    for event in run.events[: chance.randrange(len(run.events) + 1)]:
        disk.play(event)
    with tempfile.TemporaryDirectory(prefix="paycore-") as folder:
        for name, data in disk.lose_power(chance).items():
            (Path(folder) / name).write_bytes(data)
        try:
            found = recovered(Path(folder) / "paycore.db")
        except sqlite3.DatabaseError as error:
            raise AssertionError(f"power cut {number}: {error}") from error
    lost = [said.decode() for said in disk.said if said.decode() not in found]
    assert not lost, f"power cut {number}: {lost[0]!r} was acknowledged, and is gone"


def recovered(path: Path) -> set[str]:
    """Return everything that was committed, as the run said it, from a file that is whole."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:

        def rows(statement: str) -> list[tuple[object, ...]]:
            return connection.execute(statement).fetchall()

        assert rows("PRAGMA integrity_check") == [("ok",)]
        assert rows("PRAGMA foreign_key_check") == []
        ended = rows("SELECT op_key FROM paycore_operation WHERE state = 'succeeded'")
        begun = rows("SELECT op_key FROM paycore_operation")
        kept = rows("SELECT digest FROM paycore_inbox")
        heard = rows("SELECT DISTINCT operation FROM paycore_evidence")
        assert len(heard) == len(ended), "a state without its evidence"
        sums = "SELECT coalesce(sum(captured), 0), coalesce(sum(refunded), 0) FROM paycore_payment"
        took = 1500 * sum(str(key).startswith("o-") for (key,) in ended)
        gave = 400 * sum(str(key).startswith("r-") for (key,) in ended)
        assert rows(sums) == [(took, gave)], "sums without their operations"
    return {
        *(f"operation {key} submitting" for (key,) in begun),
        *(f"operation {key} succeeded" for (key,) in ended),
        *(f"message {digest} kept" for (digest,) in kept),
    }


def played(first: int, count: int, run: Recording | None = None) -> None:
    """Cut the power so many times, each time elsewhere and with other losses."""
    for number in range(first, first + count):
        cut(run or recording(), number)


PROOFS = (Proof("r37", "power cuts", 250, 1000, played, 250, "sqlite"),)
needs_strace = pytest.mark.skipif(STRACE is None, reason="needs strace: apt-get install strace")


@needs_strace
@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r37_what_was_acknowledged_is_there(proof):
    """What a caller was told is found again, whenever the power goes."""
    proof.check()


@needs_strace
def test_r37_a_cut_loses_what_was_not_synced():
    """The model is as bad as it should be: without the folder's sync, commits come undone."""
    sound = recording()
    kept = tuple(event for event in sound.events if (event.what, event.name) != ("sync", ""))
    careless = Recording(sound.before, kept)
    with pytest.raises(AssertionError):
        played(0, 1000, careless)


def test_r37_a_rollback_journal_wants_extra(tmp_path):
    """The folder is synced as well, or the last commit is not safe."""
    with pytest.raises(SettingsError, match="synchronous"):
        open_durable(f"sqlite:///{tmp_path / 'paycore.db'}?synchronous=full")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("journal_mode=off", "journal_mode"),
        ("journal_mode=memory", "journal_mode"),
        ("journal_mode=truncate", "journal_mode"),
        ("synchronous=off", "synchronous"),
        ("synchronous=normal", "synchronous"),
        ("synchronous=0", "synchronous"),
        ("synchronous=1", "synchronous"),
        ("vfs=unix-none", "vfs"),
        ("nolock=1", "nolock"),
        ("immutable=1", "immutable"),
    ],
)
def test_r37_sqlite_that_forgets_is_refused(tmp_path, query, named):
    """By the front door, before a file is made."""
    path = tmp_path / "paycore.db"
    settings = {"ledger": f"sqlite:///{path}?{query}", "accounts": {"main": {"provider": "fake"}}}
    with pytest.raises(SettingsError, match=named):
        paycore.open_gateway(settings)

    assert not path.exists()


def test_r37_a_postgresql_that_forgets_is_refused():
    """However it came by its setting: from whoever connects, or by its database."""
    url = cluster().empty()
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    options = f"{url}{'&' if '?' in url else '?'}options=-c%20synchronous_commit%3Doff"
    with pytest.raises(SettingsError, match="synchronous_commit"):
        open_durable(options)
    cluster().run(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    with pytest.raises(SettingsError, match="synchronous_commit"):
        open_durable(url)


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_r37_a_server_that_forgets_is_refused(setting):
    """A real one, told so in its configuration."""
    server = Server(f"{setting} = off")
    try:
        with pytest.raises(SettingsError, match=setting):
            open_durable(server.empty())
    finally:
        server.stop()
