"""A simulator in the foreground: started, announced, and ended by Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Final, NamedTuple

import click

from paycore.cli.output import data, say, shared, write_json
from paycore.cli.toml import section
from paycore.demo.casting import Found
from paycore.simulators import Simulator, TestCards

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_STYLES: Final = {"#": "dim", "[": "bold"}


class Fault(NamedTuple):
    """What is to go wrong."""

    kind: str
    endpoint: str
    """Empty for any."""
    times: int


def run_until_stopped(
    found: Found, faults: tuple[Fault, ...], *, port: int, state: str, own: Mapping[str, str]
) -> None:
    """Run a simulator until a signal ends it.

    Raises:
        click.ClickException: an option makes no sense to it, or the port is taken.
    """
    with _told_to_stop() as stop, ExitStack() as stack:
        made = _made(found, faults, {"port": port, "state": state, **own})
        try:
            running = stack.enter_context(made)
        except OSError as error:
            why = f"port {port}: {error.strerror}"
            raise click.ClickException(f"{why}; choose another with --port") from None
        _announce(running, found)
        stop.wait()


def _made(found: Found, faults: tuple[Fault, ...], options: dict[str, Any]) -> Any:
    try:
        made = found.factory(**options)
        for fault in faults:
            made.fault(fault.kind, endpoint=fault.endpoint, times=fault.times)
    except ValueError as error:
        raise click.UsageError(str(error), click.get_current_context()) from None
    except OSError as error:
        raise click.ClickException(f"--state {options['state']}: {error.strerror}") from None
    return made


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C and SIGTERM set."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in _SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _announce(running: Simulator, found: Found) -> None:
    """Say where it is, and what to put into the settings."""
    where = {"base_url": running.base_url, "control_url": running.control_url}
    accounts = {name: running.settings(name) for name in found.providers}
    cards = {name: running.cards(name) for name in found.providers}
    if shared().json:
        write_json(where, indent=None)
        write_json({"accounts": accounts, "cards": cards}, indent=None)
        return
    lines = [f"# the simulator {found.name} at {where['base_url']}"]
    lines += [f"# its control interface: {where['control_url']}"]
    for name in found.providers:
        lines += ["", *_section(name, accounts[name], cards[name])]
    console = data()
    for line in lines:
        console.print(line, style=_STYLES.get(line[:1]), soft_wrap=True)
    say("Ready; Ctrl-C ends it.")


def _section(name: str, settings: dict[str, Any], cards: TestCards) -> list[str]:
    """Return the lines of one account, ready to paste."""
    late = f", {cards.late} pays late" if cards.late else ""
    told = f'# notify_url = "http://127.0.0.1:8000/webhooks/{name}"'
    return [
        *section(f"accounts.{name}", settings).splitlines(),
        *([told] if "notify_url" in settings else []),
        f"# test cards: {cards.success} pays, {cards.decline} declines{late}",
    ]
