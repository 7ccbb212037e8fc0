"""A plugin only translates: it opens nothing, keeps nothing, and changes nothing it is given."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import count
from types import ModuleType
from typing import Any, Final

from paycore.errors import PaycoreError
from paycore.states import Kind
from paycore.testing.conformance.asking import charged_of
from paycore.testing.conformance.checking import Check, promise
from paycore.testing.conformance.doors import frozen, shut
from paycore.testing.conformance.outcome import Replay, ended, told
from paycore.testing.conformance.stage import Stage
from paycore.testing.conformance.tour import played
from paycore.wire.talk import Send

_UNMET: Final = count(50_000)
"""Numbers of references that nobody used before."""


def plugin_does_no_io(stage: Stage) -> None:
    """No hook opens a socket, a file, a process or a thread, or waits."""
    _act(stage)  # whatever is imported late is imported now
    with shut() as opened:
        stage.plugin.describe()
        stage.provider.open_account(dict(stage.settings))
        _act(stage)

    promise(not opened, f"a hook uses {', '.join(sorted(set(opened)))}")


def plugin_keeps_no_state(stage: Stage) -> None:
    """No module of the plugin is changed by being used."""
    _act(stage)
    before = _modules(stage)
    _act(stage)
    _act_anew(stage)

    after = _modules(stage)
    odd = [name for name in before if before[name] != after.get(name)]
    promise(not odd, f"{', '.join(odd)}: changes as it is used")


def account_stays_as_it_is(stage: Stage) -> None:
    """The account that a plugin made is the same after any use, and its answers are too."""
    used, fresh = (stage.provider.open_account(dict(stage.settings)) for _ in range(2))
    before = frozen(used)
    _act(stage, used)
    promise(frozen(used) == before, "the account changes as it is used")
    same = _answers(stage, used) == _answers(stage, fresh)
    promise(same, "the same account answers otherwise after some use")


def requests_stay_as_they_are(stage: Stage) -> None:
    """What a plugin is handed stays as it was: settings, requests, payloads."""
    settings = {**stage.settings}
    before = frozen(settings)
    stage.provider.open_account(settings)
    promise(frozen(settings) == before, "open_account() changes the settings it is given")
    for play in stage.tour:
        handed = replace(play, request=replace(play.request))
        ended(stage.provider, stage.handle, handed, _replay(play.replies))
        same = frozen(handed.request) == frozen(play.request)
        promise(same, f"{play.label}: changes its request")


def _act(stage: Stage, handle: Any = None) -> None:
    """Use every hook once more, with what is recorded."""
    account = stage.handle if handle is None else handle
    for play in stage.tour:
        ended(stage.provider, account, play, _replay(play.replies))
    for message in (*stage.messages, *stage.forged):
        try:
            stage.heard(message)
        except PaycoreError:
            continue


def _act_anew(stage: Stage) -> None:
    """Charge under references that the plugin has never met, in this process or before."""
    for kind in stage.description.methods:
        request = charged_of(stage, stage.money, kind, next(_UNMET))
        played(stage, "charge", "charge", Kind.CHARGE, request)


def _answers(stage: Stage, handle: Any) -> list[Any]:
    return [told(stage.provider, handle, play, _replay(play.replies)) for play in stage.plays]


def _replay(replies: Any) -> Send:
    return Replay(replies)


def _modules(stage: Stage) -> dict[str, Any]:
    """Return what the plugin's modules hold, by module and name."""
    plugin = stage.plugin
    if not isinstance(plugin, ModuleType):
        return {type(plugin).__name__: frozen(dict(vars(plugin)))}
    package = plugin.__name__.partition(".")[0]
    ours = {name: each for name, each in sys.modules.items() if name.partition(".")[0] == package}
    if package == "paycore":
        ours = {}
    ours[plugin.__name__] = plugin
    return {
        f"{name}.{held}": frozen(value)
        for name, module in sorted(ours.items())
        for held, value in sorted(vars(module).items())
        if not held.startswith("__")
    }


CHECKS: Final[tuple[Check, ...]] = (
    plugin_does_no_io,
    plugin_keeps_no_state,
    account_stays_as_it_is,
    requests_stay_as_they_are,
)
