"""The gateway that a command talks to: opened from the settings, closed whatever happens."""

from __future__ import annotations

import logging
import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from paycore.bootstrap import open_gateway
from paycore.cli.failing import UNKNOWN, Failure
from paycore.cli.output import say, shared
from paycore.cli.progress import progress
from paycore.cli.waking import woken
from paycore.gateway import Gateway
from paycore.settings import read

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
        if read(shared().config).ledger == "memory://":
            say(FORGETS)
        yield gateway


@contextmanager
def moving(reference: str) -> Iterator[None]:
    """Stand around what may move money: Ctrl-C and SIGTERM leave an unknown outcome, and say so.

    Raises:
        Failure: it was interrupted.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with woken(), progress("asking the provider"):
            yield
    except KeyboardInterrupt:
        told = f"{reference}: interrupted, the outcome is unknown; {query_first(reference)}"
        raise Failure("OutcomeUnknown", told, None, UNKNOWN) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def query_first(reference: str) -> str:
    """Return what to do about an outcome that nobody knows."""
    return (
        f"money may have moved, so type `paycore query {shlex.quote(reference)}` "
        "or `paycore reconcile` before anything else is tried"
    )
