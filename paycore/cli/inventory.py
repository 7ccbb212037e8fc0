"""What is installed for paycore, as data: every entry point of every group, tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from paycore import discovery
from paycore.bootstrap import load_providers
from paycore.cli.front import COMMANDS, OWN, Broken, stranger
from paycore.cli.health.machine import ENGINES
from paycore.demo.casting import simulators
from paycore.methods import METHOD_NAMES
from paycore.provider import HOOKS


@dataclass(frozen=True)
class Part:
    """One entry point that somebody installed."""

    name: str
    distribution: str
    version: str
    ok: bool
    problem: str
    """Why it is refused; empty where it is not."""


@dataclass(frozen=True)
class SimulatorPart(Part):
    """A simulator."""

    providers: tuple[str, ...]
    """The providers it serves."""


@dataclass(frozen=True)
class ProviderPart(Part):
    """A provider; what a refused one can do is nobody's business."""

    channels: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    """What it charges by."""
    token_methods: tuple[str, ...] = ()
    """What it stores cards by."""
    currencies: int = 0
    """How many it takes."""
    hooks: tuple[str, ...] = ()
    contract: str = ""
    """The version of the contract that it speaks."""


def inventory() -> dict[str, list[Any]]:
    """Return all that is installed, by kind, each list by name."""
    return {
        "providers": [_provider(*item) for item in _installed(discovery.PROVIDERS)],
        "simulators": _simulators(),
        "listeners": [
            _part(discovery.LISTENERS, *item) for item in _installed(discovery.LISTENERS)
        ],
        "engines": [_part(ENGINES, *item) for item in _installed(ENGINES)],
        "commands": [_command(*item) for item in _installed(COMMANDS)],
    }


def _installed(group: str) -> list[tuple[str, str]]:
    """Return each name of a group with whoever claims it."""
    return [
        (name, " and ".join(sorted(c))) for name, c in sorted(discovery.installed(group).items())
    ]


def _provider(name: str, claims: str) -> ProviderPart:
    try:
        provider = load_providers({name})[name]
    except (Exception, SystemExit) as error:  # whatever a stranger does when it is imported
        return ProviderPart(name, *_whose(claims), ok=False, problem=_line(error))
    told = provider.description
    return ProviderPart(
        name,
        *_whose(claims),
        ok=True,
        problem="",
        channels=told.channels,
        methods=tuple(METHOD_NAMES[method] for method in told.methods),
        token_methods=tuple(METHOD_NAMES[method] for method in told.token_methods),
        currencies=len(told.currencies),
        hooks=tuple(hook for hook in HOOKS if hook in provider.hooks),
        contract=told.api_version,
    )


def _simulators() -> list[SimulatorPart]:
    return [
        SimulatorPart(
            name, *_whose(each.distribution), not each.problem, each.problem, each.providers
        )
        for name, each in sorted(simulators().items())
    ]


def _part(group: str, name: str, claims: str) -> Part:
    try:
        discovery.load(group, [name])
    except (Exception, SystemExit) as error:  # whatever a stranger does when it is imported
        return Part(name, *_whose(claims), ok=False, problem=_line(error))
    return Part(name, *_whose(claims), ok=True, problem="")


def _command(name: str, claims: str) -> Part:
    if name in OWN:
        return Part(name, *_whose(claims), ok=False, problem="paycore has a command of this name")
    command = stranger(name)
    problem = command.problem if isinstance(command, Broken) else ""
    return Part(name, *_whose(claims), ok=not problem, problem=problem)


def _whose(claims: str) -> tuple[str, str]:
    """Return distribution and version; of several distributions, all in one."""
    name, _, version = claims.rpartition(" ")
    return (claims, "") if " and " in claims or not name else (name, version)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
