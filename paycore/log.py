"""What paycore writes into logs: named events with allow-listed fields, and nothing else."""

from __future__ import annotations

from typing import Final

from paycore.secret import beginning

FIELDS: Final = frozenset(
    "account operation kind owner reference provider_reference state method call status outcome"
    " duration_ms attempt code reason listener hook count error".split()
)
"""The only names that an event may carry; a stranger's name is a bug and is dropped."""
INFO: Final = 20
WARNING: Final = 30
ERROR: Final = 40
_LONGEST: Final = 300


def event(name: str, *, level: int = INFO, **fields: object) -> None:
    """Write one event: `name` and its fields as text, and as `paycore` on the log record.

    Free text is masked where it could be a card number, and stays on its line; a field that is
    not listed is left out.
    """
    import logging  # not before somebody logs: importing paycore stays cheap

    log = logging.getLogger("paycore")
    if not log.isEnabledFor(level):
        return
    shown = {key: _shown(value) for key, value in fields.items() if key in FIELDS}
    text = " ".join(f"{key}={_quoted(value)}" for key, value in shown.items())
    log.log(level, "%s %s", name, text, extra={"paycore": {"event": name, **shown}})


def _shown(value: object) -> str:
    text = beginning(str(value), _LONGEST)
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _quoted(value: str) -> str:
    """Return a value that cannot pass for several: in quotes where it holds more than a word."""
    if any(mark in value for mark in ' ="'):
        return '"' + value.replace('"', "'") + '"'
    return value
