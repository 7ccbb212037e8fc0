"""The play itself: start everything, try every step, compare the books, leave nothing behind."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

from paycore.bootstrap import load_providers, open_gateway
from paycore.demo.act import Act, Skipped, Step, Unexpected
from paycore.demo.books import Books, compare
from paycore.demo.casting import Cast, Found
from paycore.demo.endpoint import Endpoint
from paycore.demo.story import STORY
from paycore.errors import PaycoreError
from paycore.gateway import Gateway
from paycore.payment import Payment
from paycore.simulators import Simulator

TIMEOUT_S: Final = 1.5
"""How long an answer may take: one of each provider's never comes."""

PAGE: Final = 1000
"""How many payments are fetched at a time."""

Verdict = Literal["ok", "failed", "skipped"]


@dataclass(frozen=True)
class Scene:
    """A provider comes on."""

    provider: str
    channels: tuple[str, ...]
    base_url: str
    steps: int
    """How many steps are to come."""


@dataclass(frozen=True)
class Begun:
    """A step begins."""

    provider: str
    claim: str


@dataclass(frozen=True)
class Told:
    """A step is over."""

    provider: str
    step: str
    claim: str
    verdict: Verdict
    seen: str
    """What was seen, or why it was not played."""
    expected: str = ""
    got: str = ""
    duration_ms: int = 0


Event = Scene | Begun | Told | Books


def play(cast: Cast, story: tuple[Step, ...] = STORY) -> Generator[Event, None, None]:
    """Play `story` with everyone in `cast`, event by event; the books of each simulator come last.

    Simulators, gateways and endpoints end with it, however it ends.

    Raises:
        PaycoreError: a simulator or an account cannot be opened.
    """
    for found, providers in cast.roles:
        yield from _house(found, providers, story)


def _house(found: Found, providers: tuple[str, ...], story: tuple[Step, ...]) -> Iterator[Event]:
    with ExitStack() as stack:
        endpoint = stack.enter_context(Endpoint())
        simulator: Simulator = stack.enter_context(found.factory())
        place = stack.enter_context(TemporaryDirectory(prefix="paycore-demo-"))
        settings = _settings(place, simulator, endpoint, providers)
        gateway = stack.enter_context(open_gateway(settings))
        endpoint.gateway = gateway
        loaded = load_providers(set(providers))
        for name in providers:
            description = loaded[name].description
            yield Scene(name, description.channels, simulator.base_url, len(story))
            act = Act(name, description, loaded[name].hooks, gateway, simulator, endpoint, settings)
            yield from _act(act, story)
        simulator.settle()
        yield compare(_all(gateway), simulator.effects())


def _settings(
    place: str, simulator: Simulator, endpoint: Endpoint, providers: tuple[str, ...]
) -> dict[str, Any]:
    accounts: dict[str, dict[str, Any]] = {
        name: {
            **simulator.settings(name, notify_url=endpoint.notify_url(name)),
            "timeout_s": TIMEOUT_S,
        }
        for name in providers
    }
    return {"ledger": f"sqlite:///{place}/paycore.db", "accounts": accounts}


def _act(act: Act, story: tuple[Step, ...]) -> Iterator[Event]:
    done: set[str] = set()
    for step in story:
        yield Begun(act.provider, step.claim)
        told = _told(act, step, done)
        if told.verdict == "ok":
            done.add(step.name)
        yield told


def _told(act: Act, step: Step, done: set[str]) -> Told:
    started = time.perf_counter()
    expected = got = ""
    verdict: Verdict = "ok"
    try:
        _check_means(act, step, done)
        seen = step.play(act)
    except Skipped as skipped:
        verdict, seen = "skipped", str(skipped)
    except Unexpected as wrong:
        verdict, seen, expected, got = "failed", wrong.what, wrong.expected, wrong.got
    except Exception as error:  # one bad step must not hide what the others have to show
        verdict, seen, expected = "failed", "an error", "none"
        got = f"{type(error).__name__}: {error}" if _speaks(error) else type(error).__name__
    ms = round((time.perf_counter() - started) * 1000)
    return Told(act.provider, step.name, step.claim, verdict, seen, expected, got, ms)


def _check_means(act: Act, step: Step, done: set[str]) -> None:
    """Skip a step that this provider has no means for."""
    for need in step.uses:
        if isinstance(need, str):
            if need not in act.hooks:
                raise Skipped(f"no {need.replace('_', ' ')} here")
        elif need not in act.description.methods:
            raise Skipped(f"no {need.__name__} here")
    for name in step.after:
        if name not in done:
            raise Skipped(f"needs {name!r}, which did not happen")


def _speaks(error: Exception) -> bool:
    """Return whether an error's text is ours, or a simulator's, and thus quotes nothing secret."""
    return isinstance(error, (PaycoreError, ValueError, OSError))


def _all(gateway: Gateway) -> tuple[Payment, ...]:
    payments: list[Payment] = []
    after = ""
    while True:
        page = gateway.payments(limit=PAGE, after=after)
        payments += page.payments
        after = page.after
        if not after:
            return tuple(payments)
