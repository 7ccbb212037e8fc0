"""What paycore writes into logs: named events with allow-listed fields, and nothing else."""

from __future__ import annotations

from typing import Final

from paycore.secret import scrub

FIELDS: Final = frozenset(
    "account operation kind owner reference provider_reference state method call status outcome"
    " duration_ms attempt code reason listener hook count error".split()
)
"""The only names that an event may carry; a stranger's name is a bug and is dropped."""


def event(name: str, *, level: int = 20, **fields: object) -> None:
    """Write one event: `name` and its fields as text, and as `paycore` on the log record.

    Free text is masked where it could be a card number; a field that is not listed is left out.
    """
    import logging  # not before somebody logs: importing paycore stays cheap

    log = logging.getLogger("paycore")
    if not log.isEnabledFor(level):
        return
    shown = {key: scrub(str(fields[key]))[:300] for key in fields if key in FIELDS}
    text = " ".join(f"{key}={value}" for key, value in shown.items())
    log.log(level, "%s %s", name, text, extra={"paycore": {"event": name, **shown}})


INFO: Final = 20
WARNING: Final = 30
ERROR: Final = 40
