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
from paycore.methods import Method
from paycore.report import Notification, Report, WebhookMessage
from paycore.wire.talk import Talk

REQUIRED: Final = ("describe", "open_account", "charge", "query")
TALKING: Final = ("charge", "capture", "tokenize", "refund", "void", "query")
PLAIN: Final = ("describe", "open_account", "verify_webhook")
HOOKS: Final = PLAIN + TALKING
_MARK: Final = "paycore_impl"
_ENOUGH_REFERENCES: Final = 2**32
"""How many references a provider must be able to tell apart: each is used once, for ever."""


class Provider:
    """A plugin that passed the contract, and the only way to call it."""

    def __init__(self, name: str, plugin: ModuleType | object) -> None:
        """Check a plugin and register it.

        Raises:
            PluginRefused: it breaks the contract; the message names the provider and the hook.
        """
        self.name = name
        self._relay = pluggy.PluginManager("paycore")
        self._relay.add_hookspecs(hookspecs)
        self._try("its hooks cannot be read", self._register, plugin)
        self.hooks = frozenset(hook for hook in HOOKS if self._functions(hook))
        """The names of the hooks it implements: what it can do."""
        self._check_shapes(plugin)
        self.description = self._described()

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
        if isinstance(heard, Notification) and isinstance(heard.report, Report | None):
            return heard
        raise WebhookRejected("the plugin made nothing of this message")

    def _register(self, plugin: object) -> None:
        if inspect.isclass(plugin):
            raise self._refusal("its entry point must name a module or an object, not a class")
        for function, options in _marked(plugin):
            hook = options.get("specname") or function
            if options.get("wrapper") or options.get("hookwrapper"):
                raise self._refusal(f"hook {hook!r} must not be a wrapper")
            if hook not in HOOKS:
                raise self._refusal(f"paycore has no hook called {hook!r}")
        self._relay.register(plugin, name=self.name)
        self._relay.check_pending()

    def _functions(self, hook: str) -> list[pluggy.HookImpl]:
        return cast("list[pluggy.HookImpl]", getattr(self._relay.hook, hook).get_hookimpls())

    def _check_shapes(self, plugin: object) -> None:
        for hook in HOOKS:
            if hook not in self.hooks and callable(inspect.getattr_static(plugin, hook, None)):
                raise self._refusal(f"{hook!r} is not marked with @paycore.hookimpl")
        if missing := [hook for hook in REQUIRED if hook not in self.hooks]:
            raise self._refusal(f"the required hook {missing[0]!r} is missing")
        for hook in sorted(self.hooks):
            first, *others = self._functions(hook)
            talks = inspect.isgeneratorfunction(first.function)
            if others:
                raise self._refusal(f"{hook!r} is there twice")
            if first.kwargnames:
                raise self._refusal(f"{hook!r}: {first.kwargnames[0]!r} must have no default")
            if hook in TALKING and not talks:
                raise self._refusal(f"{hook!r} must talk: yield each Call")
            if hook in PLAIN and (talks or inspect.iscoroutinefunction(first.function)):
                raise self._refusal(f"{hook!r} must answer, not talk")

    def _described(self) -> Description:
        told = self._try("describe() fails", self._relay.hook.describe)
        version = getattr(told, "api_version", None)
        if version is not None and _major(version) != _major(API_VERSION):
            spoken = version or "none"
            raise self._refusal(f"it speaks contract {spoken}, this paycore speaks {API_VERSION}")
        if not isinstance(told, Description):
            raise self._refusal("describe() must return a Description")
        if told.name != self.name:
            raise self._refusal(f"it describes itself as {told.name!r}")
        if told.token_methods and "tokenize" not in self.hooks:
            raise self._refusal("it declares token methods and cannot tokenize")
        if not self._try("its description is malformed", _is_usable, told):
            raise self._refusal("its description has no methods, currencies or room for references")
        return told

    def _try(self, problem: str, ask: Any, *arguments: object) -> Any:
        """Return what a stranger's code answers; whatever else it does is a refusal."""
        try:
            return ask(*arguments)
        except PluginRefused:
            raise
        except Exception as broken:
            told = " ".join(str(broken).split())[:300]
            why = f"{problem}: {type(broken).__name__}: {told}"
        raise self._refusal(why)

    def _refusal(self, why: str) -> PluginRefused:
        return PluginRefused(f"provider {self.name!r}: {why}", field=self.name)


def _marked(plugin: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each function that carries our mark, with the mark's options."""
    for name in dir(plugin):
        found = inspect.getattr_static(plugin, name, None)
        options = getattr(getattr(found, "__func__", found), _MARK, None)
        if isinstance(options, dict):
            yield name, options


def _major(version: object) -> str:
    return str(version).partition(".")[0]


def _is_usable(told: Description) -> bool:
    methods = all(issubclass(method, Method) for method in told.methods + told.token_methods)
    references = len(told.reference_alphabet) ** min(told.reference_length, 64)
    known = all(type(code) is str for code in told.currencies)
    return bool(methods and told.methods and known and told.currencies) and (
        references >= _ENOUGH_REFERENCES
    )
