"""Settings in, `AsyncGateway` out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from paycore.bootstrap import open_wiring
from paycore.errors import SettingsError
from paycore.ledger.memory import MemoryLedger
from paycore.ledger.protocol import Ledger
from paycore.settings.sources import sealed
from paycore.wire.connection import Connection
from paycore.wiring import utc_now

if TYPE_CHECKING:
    from paycore.aio.gateway import AsyncGateway
    from paycore.aio.sending import AsyncSender

_NEEDED: Final = ("aiohttp", "greenlet")


def open_async_gateway(
    settings: str | Path | Mapping[str, Any] | None = None,
    *,
    ledger: Ledger | None = None,
    now: Callable[[], datetime] = utc_now,
    sender: Callable[[Connection], AsyncSender] | None = None,
) -> AsyncGateway:
    """Return a gateway for one event loop; the same settings as `open_gateway`.

    `async with paycore.open_async_gateway(...) as gateway:` closes it. Opening reads settings and
    looks at the database: do it once, at start.

    Args:
        settings: As for `open_gateway`.
        ledger: A ledger of your own; each of its steps is taken in a thread.
        now: The clock, for tests.
        sender: Another transport than aiohttp's.

    Raises:
        SettingsError: the settings are wrong, or the extra `async` is not installed; the message
            names what to mend.
        PluginRefused: a plugin that the settings name breaks the contract.
    """
    settings = sealed(settings) if isinstance(settings, Mapping) else settings
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise SettingsError(f"{missing[0]} is not installed; type: pip install 'paycore[async]'")
    from paycore.aio.gateway import AsyncGateway
    from paycore.aio.ledger import ThreadedLedger
    from paycore.aio.sending import Walking
    from paycore.wire.async_transport import AsyncTransport

    carried = AsyncTransport if sender is None else sender
    wiring = open_wiring(settings, ledger=ledger, now=now, sender=lambda c: Walking(carried(c)))
    if not isinstance(wiring.ledger, MemoryLedger):
        wiring = replace(wiring, ledger=cast(Ledger, ThreadedLedger(wiring.ledger)))
    return AsyncGateway(wiring)
