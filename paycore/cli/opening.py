"""The gateway that a command talks to: opened from the settings, closed whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from paycore.bootstrap import open_gateway
from paycore.cli.output import say, shared
from paycore.gateway import Gateway
from paycore.ledger.memory import MemoryLedger

_NOWHERE: Final = logging.NullHandler()
FORGETS: Final = (
    "note: the ledger is memory://, which forgets when a command ends; "
    'set ledger = "sqlite:///paycore.db" to have it remembered'
)


@contextmanager
def opened(*, logs: bool = False) -> Iterator[Gateway]:
    """Yield the gateway of the settings; `logs` are for who watches it at work.

    Raises:
        SettingsError: the settings are wrong.
    """
    if not logs or shared().json:
        logging.getLogger("paycore").addHandler(_NOWHERE)  # the command tells it
    with open_gateway(shared().config) as gateway:
        if isinstance(gateway._wiring.ledger, MemoryLedger):
            say(FORGETS)
        yield gateway
