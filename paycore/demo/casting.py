"""Who can be played: the simulators that are installed, and the providers that they serve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from paycore import discovery
from paycore.errors import SettingsError
from paycore.simulators import GROUP

_PARTS: Final = ("providers", "options", "settings", "cards", "pay", "effects")
"""What tells a simulator from anything else; a type checker sees to the rest."""


@dataclass(frozen=True)
class Found:
    """One installed simulator."""

    name: str
    distribution: str
    factory: Any = field(default=None, repr=False)
    """Its class (`paycore.simulators.Simulator`); none where it cannot be used."""
    problem: str = ""
    """Why it cannot be used; empty where it can."""

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers it serves."""
        return () if self.factory is None else tuple(self.factory.providers)

    @property
    def options(self) -> Mapping[str, str]:
        """The constructor's extra keyword arguments, each with its help line."""
        return {} if self.factory is None else self.factory.options


@dataclass(frozen=True)
class Cast:
    """What is to be played, and what cannot be."""

    roles: tuple[tuple[Found, tuple[str, ...]], ...]
    """Each simulator with the providers to play on it."""
    missing: tuple[str, ...] = ()
    """What is left out, each with its reason."""


def simulators() -> dict[str, Found]:
    """Return every installed simulator by name; one that cannot be used says why."""
    return {name: _found(name, claims) for name, claims in discovery.installed(GROUP).items()}


def simulator(name: str) -> Found:
    """Return the simulator called `name`, or the one that serves the provider called so.

    Raises:
        SettingsError: there is none that can be used; the message says what to install.
    """
    found = simulators()
    serving = [each for each in found.values() if name == each.name or name in each.providers]
    for each in sorted(serving, key=lambda each: each.name != name):
        if each.problem:
            raise SettingsError(f"{each.problem}; {_to_install(name)}", field=name)
        return each
    usable = ", ".join(sorted(n for n, each in found.items() if not each.problem)) or "none"
    raise SettingsError(
        f"no simulator serves {name!r}; installed: {usable}; {_to_install(name)}", field=name
    )


def cast(provider: str | None = None) -> Cast:
    """Return who plays: one provider, or every provider of every simulator that can be used.

    Raises:
        SettingsError: nobody can be played; the message says what to install.
    """
    if provider is not None:
        found = simulator(provider)
        return Cast(((found, (provider,) if provider in found.providers else found.providers),))
    installed = discovery.installed(discovery.PROVIDERS)
    roles, missing = [], []
    for found in simulators().values():
        there = tuple(name for name in found.providers if name in installed)
        missing += [f"{n}: no such provider installed" for n in found.providers if n not in there]
        missing += [found.problem] if found.problem else []
        roles += [(found, there)] if there else []
    if not roles:
        reasons = "; ".join(missing) or "no simulator is installed"
        raise SettingsError(f'{reasons}; try pip install "paycore-NAME[simulator]"')
    return Cast(tuple(roles), tuple(missing))


def _found(name: str, claims: list[str]) -> Found:
    whose = " and ".join(sorted(claims))
    try:
        factory = discovery.load(GROUP, [name])[name]
    except (Exception, SystemExit) as error:  # whatever a stranger does when it is imported
        return Found(name, whose, problem=" ".join(str(error).split()) or type(error).__name__)
    if lacking := [part for part in _PARTS if not hasattr(factory, part)]:
        return Found(name, whose, problem=f"{name!r} of {whose} is no simulator: no {lacking[0]}")
    return Found(name, whose, factory)


def _to_install(name: str) -> str:
    """Return what would bring a simulator: the extra of the provider's own package."""
    owners = discovery.installed(discovery.PROVIDERS).get(name, [])
    package = owners[0].split()[0] if owners else f"paycore-{name.replace('_', '-')}"
    if package == "paycore":
        return f"{name!r} lives in your process and needs none"
    return f'try pip install "{package}[simulator]"'
