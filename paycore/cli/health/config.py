"""The settings: where they come from, what is in them, and what should not be."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from paycore.cli.health.finding import Finding
from paycore.errors import SettingsError
from paycore.secret import Secret
from paycore.settings import DEFAULT_FILE, PREFIX, Settings, read

SHORTEST: Final = 16
"""Bytes that a secret must have."""
SECRET_ENDINGS: Final = ("_key", "_secret", "_password", "_token")
"""What the names of secrets end in; others may come from `env:` and `file:` too."""
_OURS: Final = ("PAYCORE_TEST_", "PAYCORE_CONFIG")
"""Names with our prefix that are no settings."""


def settings(file: Path | None) -> tuple[Settings | None, list[Finding]]:
    """Return the settings, if they can be read, and what was found on the way."""
    where = file or Path(DEFAULT_FILE)
    found = [*_source(file), *_environment()]
    try:
        read_settings = read(file)
    except SettingsError as error:
        advice = f"mend {where}, or name another file with --config"
        if file is None and not where.exists():
            advice = f"write {where}; `paycore simulate NAME` prints one to try"
        return None, [*found, Finding("settings", "failed", str(error), advice)]
    count = len(read_settings.accounts)
    found.append(
        Finding("settings", "ok", f"{count} account{'s' * (count > 1)}: {_names(read_settings)}")
    )
    found += [*_secrets(read_settings), *_in_the_open(where, read_settings)]
    return read_settings, found


def _source(file: Path | None) -> Iterator[Finding]:
    if file is not None:
        yield Finding("settings", "note", f"read from {file}")
    elif Path(DEFAULT_FILE).exists():
        yield Finding("settings", "note", f"read from {Path(DEFAULT_FILE).resolve()}")
    else:
        yield Finding("settings", "note", f"no {DEFAULT_FILE} here; the environment only")


def _environment() -> Iterator[Finding]:
    """Say which names came from the environment, and never what they hold."""
    names = [n for n in sorted(os.environ) if n.startswith(PREFIX) and not n.startswith(_OURS)]
    if names:
        yield Finding("settings", "note", f"from the environment: {', '.join(names)}")


def _names(read_settings: Settings) -> str:
    return ", ".join(f"{a.name} ({a.provider}, {a.mode})" for a in read_settings.accounts)


def _secrets(read_settings: Settings) -> Iterator[Finding]:
    secrets = dict(_each_secret(read_settings))
    short = [where for where, secret in secrets.items() if _bytes(secret) < SHORTEST]
    for where in short:
        yield Finding(
            "secrets", "failed", f"{where}: under {SHORTEST} bytes", "copy it again, whole"
        )
    if secrets and not short:
        count = len(secrets)
        yield Finding("secrets", "ok", f"{count} secret{'s' * (count > 1)}, none short")


def _each_secret(read_settings: Settings) -> Iterator[tuple[str, Secret]]:
    for account in read_settings.accounts:
        for name, value in account.own.items():
            if isinstance(value, Secret) and name.lower().endswith(SECRET_ENDINGS):
                yield f"accounts.{account.name}.{name}", value


def _bytes(secret: Secret) -> int:
    return len(secret.reveal().encode("utf-8", "replace"))


def _in_the_open(where: Path, read_settings: Settings) -> Iterator[Finding]:
    """Warn of secrets of live accounts that stand in the file itself."""
    live = {account.name for account in read_settings.accounts if account.mode == "live"}
    sections = _raw(where).get("accounts", {})
    for path, _ in _each_secret(read_settings):
        _, account, name = path.split(".", 2)
        text = str(sections.get(account, {}).get(name, ""))
        if account in live and text and not text.startswith(("env:", "file:")):
            others = " and others may read it" if _readable(where) else ""
            yield Finding(
                "secrets",
                "warning",
                f"{path} stands in {where.name} itself{others}",
                f'{name} = "env:NAME" or "file:/path" keeps it elsewhere',
            )


def _raw(where: Path) -> Mapping[str, Any]:
    """Return the file as it stands; it was read before, so only a lost race finds nothing."""
    try:
        return tomllib.loads(where.read_text(encoding="utf-8"))
    except OSError:
        return {}


def _readable(where: Path) -> bool:
    return bool(where.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
