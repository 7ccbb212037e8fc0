"""stevedore finds the plugins that the settings name, and loads no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from importlib import metadata
from typing import Any, Final

from stevedore import NamedExtensionManager

from paycore.errors import PluginRefused

PROVIDERS: Final = "paycore.providers"
LISTENERS: Final = "paycore.listeners"


class _Fresh(NamedExtensionManager[Any]):
    """stevedore without its cache, which can be two minutes behind what is installed."""

    def list_entry_points(self) -> list[metadata.EntryPoint]:
        return list(metadata.entry_points(group=self.namespace))


def installed(group: str) -> dict[str, list[str]]:
    """Return every name in an entry-point group with the distributions that claim it.

    Nothing is loaded: a broken stranger harms nobody.
    """
    found: dict[str, list[str]] = {}
    for entry in metadata.entry_points(group=group):
        found.setdefault(entry.name, []).append(_distribution(entry))
    return found


def load(group: str, names: Iterable[str]) -> dict[str, Any]:
    """Return the object behind each of `names`.

    Raises:
        PluginRefused: nobody offers a name, two distributions claim it, or it cannot be loaded.
    """
    wanted = sorted(set(names))
    offered = installed(group)
    for name in wanted:
        _check_claims(group, name, offered)
    failures: dict[str, Exception] = {}
    manager = _Fresh(
        namespace=group,
        names=wanted,
        on_load_failure_callback=lambda _, entry, error: _keep(failures, entry.name, error),
        warn_on_missing_entrypoint=False,
    )
    for name, error in failures.items():
        problem = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise PluginRefused(f"{name!r} of {offered[name][0]} cannot be loaded: {problem}")
    return {extension.name: extension.plugin for extension in manager}


def _keep(failures: dict[str, Exception], name: str, error: BaseException) -> None:
    failures[name] = error if isinstance(error, Exception) else RuntimeError(type(error).__name__)


def _check_claims(group: str, name: str, offered: dict[str, list[str]]) -> None:
    claims = offered.get(name, [])
    if not claims:
        others = ", ".join(sorted(offered)) or "none"
        raise PluginRefused(
            f"no installed package offers {name!r} in {group}; installed: {others}", field=name
        )
    if len(claims) > 1:
        names = Counter(claims)
        both = " and ".join(sorted(names))
        raise PluginRefused(f"{name!r} is claimed by {both}; uninstall one of them", field=name)


def _distribution(entry: metadata.EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
