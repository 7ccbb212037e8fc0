"""The ledger, the engine and the listeners: looked at as opening does, and nothing is made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from paycore import discovery
from paycore.bootstrap import open_engine
from paycore.cli.health.finding import Check, Finding
from paycore.cli.whereabouts import ledger_name
from paycore.errors import LedgerError, PaycoreError, SettingsError
from paycore.listeners import Listeners
from paycore.secret import Secret
from paycore.settings import Settings


def rooms(settings: Settings) -> Iterator[Finding]:
    """Look at the ledger, the engine and every listener that the settings name."""
    kept = _ledger(settings.ledger)
    yield kept
    yield _engine(settings, usable=kept.verdict != "failed")
    for name in settings.listeners:
        try:
            Listeners(discovery.load(discovery.LISTENERS, [name]))
        except PaycoreError as error:
            yield _failed("listeners", error, "`paycore plugins` shows them all")
        else:
            yield Finding("listeners", "ok", f"{name} can listen")


def _ledger(ledger: Secret) -> Finding:
    if (url := ledger.reveal()) == "memory://":
        return Finding(
            "ledger",
            "warning",
            "memory:// forgets everything when the process ends, open payments included",
            "for tests and demos only: name a ledger that lasts",
        )
    try:
        absent = _absent_file(url)
        problem = "" if absent else _look_into(ledger)
    except LedgerError as error:
        return _failed("ledger", error, "is the database there, and reached from here?")
    except SettingsError as error:
        return _failed("ledger", error, "mend this setting")
    if problem:
        return Finding(
            "ledger",
            "failed",
            f"{ledger_name(ledger)} can be read, and not written: {problem}",
            "is the disk full, or its folder read-only, or somebody else's?",
        )
    kind = url.partition(":")[0].partition("+")[0]
    begun = f", which its first use will make: {absent}" if absent else f": {ledger_name(ledger)}"
    return Finding("ledger", "ok", f"{kind} lasts{begun}")


def _absent_file(url: str) -> Path | None:
    """Return the file of SQLite that is not there yet, and can be made; None of anything else.

    Raises:
        SettingsError: it cannot be made.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    from paycore.ledger.durable.safety import check_place, sqlite_options

    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return None  # opening says it better
    name = parsed.database or ":memory:"
    if parsed.get_backend_name() != "sqlite" or name.startswith((":memory:", "file:")):
        return None
    path = Path(name).resolve()
    if path.exists():
        return None
    sqlite_options(parsed.query)
    check_place(path)
    if not path.parent.is_dir():
        raise SettingsError(f"ledger: there is no folder {path.parent}", field="ledger")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise SettingsError(f"ledger: nothing can be made in {path.parent}", field="ledger")
    return path


def _look_into(ledger: Secret) -> str:
    """Connect to a database that is there, and hold its schema to ours.

    What comes back is why nothing can be written into it; empty if it can.

    Raises:
        SettingsError: the URL is none, or the schema is not ours.
        LedgerError: it cannot be reached.
    """
    from paycore.cli.health.writing import unwritable
    from paycore.ledger.durable import schema
    from paycore.ledger.durable.engine import open_engine as connect

    engine = connect(ledger)
    try:
        upgrades_itself = engine.dialect.name == "sqlite"
        if not (upgrades_itself and schema.current_of(engine) < schema.HEAD):
            schema.check(engine)
        return unwritable(engine)
    finally:
        engine.dispose()


def _engine(settings: Settings, *, usable: bool) -> Finding:
    """Open the engine; what it needs of the database is looked at where that is `usable`."""
    try:
        engine = open_engine(settings)
        if usable:
            engine.check()
    except PaycoreError as error:
        return _failed("engine", error, "mend this setting")
    except Exception as error:  # a stranger's
        return Finding("engine", "failed", f"{settings.engine} fails: {type(error).__name__}")
    return Finding("engine", "ok", f"{settings.engine} can work")


def _failed(check: Check, error: PaycoreError, advice: str) -> Finding:
    """Return what an error found; one that says what to type needs no advice."""
    told = str(error)
    return Finding(check, "failed", told, "" if "type:" in told else advice)
