"""`paycore worker`: a process that does what is due, with the callbacks of the application."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from typing import Any

import click

from paycore.bootstrap import open_gateway
from paycore.cli.output import config_option, json_option, say, shared, write_json
from paycore.errors import PaycoreError, SettingsError
from paycore.gateway import Gateway
from paycore.ledger.memory import MemoryLedger
from paycore.reconcile import perform, step
from paycore.secret import scrub


@click.command(
    short_help="Run the work that is due, until told to end.",
    epilog="""\b
Examples:
  paycore worker --app shop.payments:gateway
  paycore worker --concurrency 8 --sweep 30
""",
)
@click.option(
    "--app",
    metavar="MODULE:NAME",
    help="Your gateway, or a function that returns it: its callbacks hear the events. "
    "Without it the settings are opened, and nobody hears any.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 20),
    default=4,
    show_default=True,
    help="How much is done at once, with an engine that has jobs.",
)
@click.option(
    "--sweep",
    type=click.FloatRange(0.1),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How often to look for what no job was made for.",
)
@config_option()
@json_option
def worker(app: str | None, concurrency: int, sweep: float) -> None:
    """Apply kept messages, ask about what is open and tell events, as soon as they are due.

    Any number may run, on any machine that reaches the ledger. Ctrl-C and SIGTERM end it when
    what it does is done.
    """
    with _ending(), _gateway(app) as gateway:
        wiring = gateway._wiring
        if isinstance(wiring.ledger, MemoryLedger):
            raise SettingsError(
                "ledger: memory:// is known to one process only; name a database", field="ledger"
            )
        if not wiring.subscribers:
            say("note: nobody hears events here; --app names a gateway with callbacks")
        if shared().json:
            write_json({"engine": wiring.engine.name}, indent=None)
        say(f"Working ({wiring.engine.name}); Ctrl-C ends it.")
        wiring.engine.run(
            partial(perform, wiring),
            partial(step, wiring),
            concurrency=concurrency,
            sweep_s=sweep,
        )


@contextmanager
def _ending() -> Iterator[None]:
    """Let a signal end it that comes before the engine listens for signals, or after."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            yield
        say("ended")
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _gateway(app: str | None) -> Iterator[Gateway]:
    """Yield the application's gateway, or one over the settings; close it in the end."""
    with open_gateway(shared().config) if app is None else _named(app) as gateway:
        yield gateway


def _named(app: str) -> Gateway:
    """Return the gateway that MODULE:NAME is, or returns.

    Raises:
        SettingsError: there is none.
    """
    module, _, name = app.partition(":")
    if not module or not name:
        raise SettingsError("--app: want MODULE:NAME, such as shop.payments:gateway", field="app")
    sys.path.insert(0, "")  # where we are, as for `python -m`
    found: Any = None
    try:
        found = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
        found = found if isinstance(found, Gateway) or not callable(found) else found()
    except PaycoreError:
        raise
    except (Exception, SystemExit) as error:  # the application may do anything
        said = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(":")
        why = scrub(said)[:300]
        problem = f"--app: {app} cannot be opened: {why}"
    else:
        if isinstance(found, Gateway):
            return found
        problem = f"--app: {app} is no gateway, and returns none"
    raise SettingsError(problem, field="app")
