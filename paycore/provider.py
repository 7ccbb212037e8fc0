"""One plugin behind a pluggy relay of its own: a call reaches that plugin or nobody."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final, cast

import pluggy

from paycore import hookspecs
from paycore.description import API_VERSION, Description
from paycore.errors import PluginRefused, WebhookRejected
from paycore.report import Notification, WebhookMessage
from paycore.wire.talk import Talk

REQUIRED: Final = ("describe", "open_account", "charge", "query")
TALKING: Final = ("charge", "tokenize", "refund", "void", "query")
PLAIN: Final = ("describe", "open_account", "verify_webhook")
HOOKS: Final = PLAIN + TALKING
_MARK: Final = "paycore_impl"


class Provider:
    """A plugin that passed the contract, and the only way to call it."""

    def __init__(self, name: str, plugin: ModuleType | object) -> None:
        """Check a plugin and register it.

        Raises:
            PluginRefused: it breaks the contract; the message names the provider and the hook.
        """
        self.name = name
        self._relay = _registered(name, plugin)
        self.hooks = frozenset(
            hook for hook in HOOKS if getattr(self._relay.hook, hook).get_hookimpls()
        )
        """The names of the hooks it implements: what it can do."""
        _check_shapes(name, plugin, self.hooks)
        self.description = _described(name, self._relay, self.hooks)

    def open_account(self, settings: dict[str, Any]) -> Any:
        """Return the plugin's own account for these settings."""
        return self._relay.hook.open_account(settings=settings)

    def talk(self, hook: str, account: Any, request: Any) -> Talk[Any]:
        """Return the talk that `hook` would hold; nothing is sent yet."""
        return cast(Talk[Any], getattr(self._relay.hook, hook)(account=account, request=request))

    def verify_webhook(self, account: Any, message: WebhookMessage) -> Notification:
        """Return what a genuine message reports.

        Raises:
            WebhookRejected: it is not genuine, or no message at all.
        """
        heard = self._relay.hook.verify_webhook(account=account, message=message)
        if not isinstance(heard, Notification):
            raise WebhookRejected("the plugin made nothing of this message")
        return heard


def _registered(name: str, plugin: ModuleType | object) -> pluggy.PluginManager:
    for hook, options in _marked(plugin):
        if options.get("wrapper") or options.get("hookwrapper"):
            raise PluginRefused(f"provider {name!r}: hook {hook!r} must not be a wrapper")
        if (options.get("specname") or hook) not in HOOKS:
            raise PluginRefused(f"provider {name!r}: paycore has no hook called {hook!r}")
    relay = pluggy.PluginManager("paycore")
    relay.add_hookspecs(hookspecs)
    try:
        relay.register(plugin, name=name)
        relay.check_pending()
    except (pluggy.PluginValidationError, ValueError) as refused:
        raise PluginRefused(f"provider {name!r}: {_one_line(refused)}") from None
    return relay


def _marked(plugin: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each function that carries our mark, with the mark's options."""
    for hook in dir(plugin):
        options = getattr(inspect.getattr_static(plugin, hook), _MARK, None)
        if isinstance(options, dict):
            yield hook, options


def _check_shapes(name: str, plugin: object, hooks: frozenset[str]) -> None:
    for hook in HOOKS:
        found = getattr(plugin, hook, None)
        if found is not None and callable(found) and hook not in hooks:
            raise PluginRefused(f"provider {name!r}: {hook!r} is not marked with @paycore.hookimpl")
    if missing := [hook for hook in REQUIRED if hook not in hooks]:
        raise PluginRefused(f"provider {name!r}: the required hook {missing[0]!r} is missing")
    for hook in hooks:
        function = getattr(plugin, hook, None)
        talks = inspect.isgeneratorfunction(function)
        if hook in TALKING and not talks:
            raise PluginRefused(f"provider {name!r}: {hook!r} must talk: yield each Call")
        if hook in PLAIN and talks:
            raise PluginRefused(f"provider {name!r}: {hook!r} must answer, not talk")


def _described(name: str, relay: pluggy.PluginManager, hooks: frozenset[str]) -> Description:
    try:
        told = relay.hook.describe()
    except Exception as broken:
        raise PluginRefused(f"provider {name!r}: describe() fails: {_one_line(broken)}") from None
    version = str(getattr(told, "api_version", ""))
    if version.partition(".")[0] != API_VERSION.partition(".")[0]:
        raise PluginRefused(
            f"provider {name!r} speaks contract version {version or 'none'}, "
            f"this paycore speaks {API_VERSION}"
        )
    if not isinstance(told, Description):
        raise PluginRefused(f"provider {name!r}: describe() must return a Description")
    if told.name != name:
        raise PluginRefused(f"provider {name!r}: it describes itself as {told.name!r}")
    if told.token_methods and "tokenize" not in hooks:
        raise PluginRefused(f"provider {name!r}: it declares token methods and cannot tokenize")
    return told


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
