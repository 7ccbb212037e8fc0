"""stevedore loads the plugins that the settings name, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import metadata
from typing import Any, Final, NoReturn

from stevedore import NamedExtensionManager

from paycore.errors import PluginRefused
from paycore.secret import scrub

PROVIDERS: Final = "paycore.providers"
LISTENERS: Final = "paycore.listeners"
ENGINES: Final = "paycore.engines"


class _Fresh(NamedExtensionManager[Any]):
    """stevedore for one entry point, found without its cache: that can be two minutes behind."""

    def __init__(self, entry: metadata.EntryPoint) -> None:
        self._entry = entry
        super().__init__(
            namespace=entry.group,
            names=[entry.name],
            on_load_failure_callback=_told,
            on_missing_entrypoints_callback=None,
        )

    def list_entry_points(self) -> list[metadata.EntryPoint]:
        return [self._entry]


def installed(group: str) -> dict[str, list[str]]:
    """Return every name in an entry-point group with the distributions that claim it.

    Nothing is loaded: a broken stranger harms nobody.
    """
    found: dict[str, list[str]] = {}
    for entry in _entries(group):
        found.setdefault(entry.name, []).append(_distribution(entry))
    return found


def load(group: str, names: Iterable[str]) -> dict[str, Any]:
    """Return the object behind each of `names`.

    Raises:
        PluginRefused: nobody offers a name, two distributions claim it, or it cannot be loaded.
    """
    offered: dict[str, list[metadata.EntryPoint]] = {}
    for entry in _entries(group):
        offered.setdefault(entry.name, []).append(entry)
    wanted = {name: _claimed(group, name, offered) for name in sorted(set(names))}
    return {name: _loaded(entry) for name, entry in wanted.items()}


def _entries(group: str) -> Iterator[metadata.EntryPoint]:
    """Yield the entry points of a group; of a distribution found twice, those that Python uses."""
    seen: set[str] = set()
    for distribution in metadata.distributions():
        try:
            entries = list(distribution.entry_points.select(group=group))
            name = re.sub(r"[-_.]+", "-", distribution.name).lower() if entries else ""
        except Exception:  # noqa: S112  # unreadable, so nobody can have named what is in it
            continue
        if name not in seen:
            yield from entries
        seen.add(name)


def _claimed(
    group: str, name: str, offered: dict[str, list[metadata.EntryPoint]]
) -> metadata.EntryPoint:
    claims = offered.get(name, [])
    if len(claims) == 1:
        return claims[0]
    if claims:
        both = " and ".join(sorted(map(_distribution, claims)))
        raise PluginRefused(f"{name!r} is claimed by {both}; uninstall one of them", field=name)
    others = ", ".join(sorted(offered)) or "none"
    raise PluginRefused(
        f"no installed package offers {name!r} in {group}; installed: {others}", field=name
    )


def _loaded(entry: metadata.EntryPoint) -> Any:
    try:
        return _Fresh(entry)[entry.name].plugin
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a stranger may do anything on import, sys.exit() included
        problem = scrub(" ".join(f"{type(error).__name__}: {error}".split()))[:300]
    raise PluginRefused(
        f"{entry.name!r} of {_distribution(entry)} cannot be loaded: {problem}", field=entry.name
    )


def _told(manager: object, entry: object, error: BaseException) -> NoReturn:
    """Pass a failure on: stevedore would log it and go on without the plugin."""
    del manager, entry
    raise error


def _distribution(entry: metadata.EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
