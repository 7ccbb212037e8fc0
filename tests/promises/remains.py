"""What a day with planted secrets leaves behind: in logs, in files, in the database itself."""

from __future__ import annotations

import base64
import logging
import os
import string
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import psycopg

from paycore import CardData, Secret
from paycore.ledger.durable import transactions
from paycore.ledger.durable.tables import metadata
from paycore.listeners import Listeners
from paycore.testing.strategies import passes_luhn
from tests.promises.databases import Place
from tests.promises.showing import shown


@dataclass(frozen=True)
class Plants:
    """What must turn up nowhere."""

    cards: tuple[str, ...]
    code: str
    key: str
    wallet: str
    holder: str
    signs: list[str] = field(default_factory=list)
    """The signatures of requests that carried a card, as they left."""
    forms: list[str] = field(default_factory=list)
    """What opened a form for one payer's browser."""

    @classmethod
    def of(cls, number: int) -> Plants:
        """Draw the plants of a day."""
        dice = Random(f"canary {number}")
        body = "4" + "".join(dice.choices(string.digits, k=14))
        any_card = next(body + last for last in string.digits if passes_luhn(body + last))
        letters = "".join(dice.choices(string.ascii_letters, k=24))
        wallet = base64.b64encode(f"canary wallet {letters}".encode()).decode()
        code = f"{dice.randrange(1000, 10000)}"
        cards = ("5555555555554444", "4111111111111111", any_card)
        return cls(cards, code, f"Key0{letters}0123", wallet, f"Canary {letters[:9]}")

    def card(self, which: int = 0) -> CardData:
        """Return a card of the plants, as callers hand it over."""
        return CardData(Secret(self.cards[which]), 12, 2030, Secret(self.code), self.holder)


@dataclass
class Left:
    """What a day left behind."""

    plants: Plants
    places: dict[str, bytes] = field(default_factory=dict, repr=False)
    """By where it lay."""

    @property
    def ours(self) -> dict[str, bytes]:
        """All but what the simulator left: its file, and what it says it was asked."""
        return {name: held for name, held in self.places.items() if "simulator" not in name}

    def add(self, name: str, text: str | bytes) -> None:
        """Note more of what lies in a place."""
        more = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        self.places[name] = self.places.get(name, b"") + more + b"\n"


@contextmanager
def overhearing(left: Left, folder: Path) -> Iterator[None]:
    """Log everything at DEBUG, with what records carry, and keep what listeners are told."""
    handler = logging.FileHandler(folder / "debug.log")
    handler.setFormatter(
        logging.Formatter("%(name)s %(message)s %(paycore)s", defaults={"paycore": ""})
    )
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)

    def emit(listeners: Listeners, hook: str, **facts: Any) -> None:
        left.add("listeners", f"{hook} {shown(facts)}")

    try:
        with mock.patch.object(Listeners, "emit", emit):
            yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()


@contextmanager
def keeping_journals(spot: Place, folder: Path) -> Iterator[None]:
    """Keep every rollback journal of SQLite: it is unlinked when its transaction ends."""
    journal = Path(f"{spot.url.removeprefix('sqlite:///')}-journal")
    real = transactions.Session._run  # type: ignore[attr-defined]
    kept: set[int] = set()

    def run(session: Any, *said: Any) -> Any:
        done = real(session, *said)
        if journal.exists() and (node := journal.stat().st_ino) not in kept:
            kept.add(node)
            os.link(journal, folder / f"journal-{len(list(folder.glob('journal-*')))}")
        return done

    with mock.patch.object(transactions.Session, "_run", run):
        yield


def gather(left: Left, spot: Place, folder: Path) -> None:
    """Read whatever lies in the database and in files."""
    for path in sorted(folder.iterdir()):
        left.add(path.name.partition("-")[0], path.read_bytes())
    for name, text in _tables(spot).items():
        left.add(name, text)
    if spot.kind == "sqlite":
        path = Path(spot.url.removeprefix("sqlite:///"))
        for each in sorted(path.parent.glob(f"{path.name}*")):
            left.add("database files", each.read_bytes())
        return
    home = Path(str(spot.run("SHOW data_directory")[0][0]))
    ((own,),) = spot.run("SELECT oid FROM pg_database WHERE datname = current_database()")
    if home.is_dir():  # on this machine; its log of changes holds every row that was written
        for each in sorted([*(home / f"base/{own}").iterdir(), *(home / "pg_wal").iterdir()]):
            if each.is_file():
                left.add("database files", each.read_bytes())


def _tables(spot: Place) -> Mapping[str, bytes]:
    """Return the dump of every table, under `table NAME`."""
    names, dumped = sorted(metadata.tables), {}
    if spot.kind == "sqlite":
        rows = {name: spot.run(f"SELECT * FROM {name}") for name in names}
        return {
            f"table {name}": "\n".join(map(repr, found)).encode() for name, found in rows.items()
        }
    dumped = {}
    with closing(psycopg.connect(spot.url)) as connection, connection.cursor() as cursor:
        for name in names:
            with cursor.copy(f"COPY {name} TO STDOUT WITH (HEADER)") as copy:
                dumped[f"table {name}"] = b"".join(bytes(part) for part in copy)
    return dumped
