"""Listeners hear what happens and change nothing: each is isolated behind a queue of its own."""

# mypy cannot know that a specification has no body to return from.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

import inspect
import os
import queue
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import pluggy

from paycore import log
from paycore.errors import PluginRefused
from paycore.events import Event
from paycore.operation import Operation

listener_spec = pluggy.HookspecMarker("paycore_listener")
listener = pluggy.HookimplMarker("paycore_listener")
"""Marks a listener's functions."""

_BACKLOG: Final = 1000
_MARK: Final = "paycore_listener_impl"


class Spec:
    """What a listener may hear; it implements what it cares for."""

    @listener_spec
    def operation_started(self, operation: Operation) -> None:
        """An operation stands in the ledger and is about to be sent."""

    @listener_spec
    def operation_finished(self, operation: Operation) -> None:
        """A report about an operation was recorded."""

    @listener_spec
    def call_finished(self, account: str, call: str, outcome: str, duration_ms: int) -> None:
        """A call ended: `outcome` is an HTTP status, `not_sent` or `unknown`."""

    @listener_spec
    def event_delivered(self, event: Event) -> None:
        """An event left the outbox: every callback of the application took it."""

    @listener_spec
    def webhook_received(self, account: str, outcome: str) -> None:
        """A message was answered; `outcome` is its inbox state, or the HTTP status of a refusal."""


HOOKS: Final = tuple(name for name in vars(Spec) if not name.startswith("_"))


class Listeners:
    """Hands events on; one that raises, hangs or lags is counted, and nothing waits for it.

    Raises:
        PluginRefused: a listener has a hook that is not in `Spec`, or none that is.
    """

    def __init__(self, plugins: Mapping[str, object]) -> None:
        self.counts: Counter[str] = Counter()
        """How often a listener failed (`NAME.failed`) or missed an event (`NAME.dropped`)."""
        self._runners = [
            _Runner(name, _registered(name, plugin), self.counts)
            for name, plugin in plugins.items()
        ]

    def emit(self, hook: str, **facts: Any) -> None:
        """Tell every listener; returns at once, and never raises."""
        for runner in self._runners:
            runner.put(hook, facts)

    def close(self, timeout_s: float = 2.0) -> None:
        """Give all listeners together up to `timeout_s` to hear what is still to be heard."""
        deadline = time.monotonic() + timeout_s
        for runner in self._runners:
            runner.finish()
        for runner in self._runners:
            runner.join(deadline)


class _Runner:
    """One listener, its relay, and in each process a queue and a thread (from the first event)."""

    def __init__(self, name: str, relay: pluggy.PluginManager, counts: Counter[str]) -> None:
        self._name = name
        self._relay = relay
        self._counts = counts
        self._pid = 0
        self._locks: dict[int, threading.Lock] = {}
        """One for each process: a fork copies a lock that somebody holds, and nobody frees it."""
        self._closed = False

    def put(self, hook: str, facts: dict[str, Any]) -> None:
        if not getattr(self._relay.hook, hook).get_hookimpls():
            return
        try:
            if self._closed:
                raise queue.Full
            self._here().put_nowait((hook, facts))
        except (queue.Full, RuntimeError):  # RuntimeError: the system has no thread for us
            self._counts[f"{self._name}.dropped"] += 1

    def _here(self) -> queue.Queue[tuple[str, dict[str, Any]] | None]:
        """Return this process's queue; what waited in a parent's is the parent's to tell."""
        if self._pid != os.getpid():
            with self._locks.setdefault(os.getpid(), threading.Lock()):
                if self._pid != os.getpid():
                    self._start()
        return self._queue

    def _start(self) -> None:
        self._queue: queue.Queue[tuple[str, dict[str, Any]] | None] = queue.Queue(_BACKLOG)
        self._thread = threading.Thread(
            target=self._run, args=(self._queue,), name=f"paycore-{self._name}", daemon=True
        )
        self._thread.start()
        self._pid = os.getpid()

    def _run(self, events: queue.Queue[tuple[str, dict[str, Any]] | None]) -> None:
        while (event := events.get()) is not None:
            self._tell(*event)
            if self._closed and events.empty():  # there was no room for the end
                return

    def _tell(self, hook: str, facts: dict[str, Any]) -> None:
        try:
            getattr(self._relay.hook, hook)(**facts)
        except BaseException as error:  # SystemExit too: the thread has others to tell
            self._counts[f"{self._name}.failed"] += 1
            self._log("listener_failed", hook=hook, error=type(error).__name__)

    def finish(self) -> None:
        self._closed = True
        if self._pid == os.getpid():
            with suppress(queue.Full):
                self._queue.put_nowait(None)

    def join(self, deadline: float) -> None:
        if self._pid != os.getpid():
            return
        self._pid = 0
        self._thread.join(max(0.0, deadline - time.monotonic()))
        if self._thread.is_alive():
            with self._queue.mutex:
                missed = sum(event is not None for event in self._queue.queue)
            self._counts[f"{self._name}.dropped"] += missed
            self._log("listener_hangs", count=missed)

    def _log(self, event: str, **fields: object) -> None:
        log.event(event, level=log.WARNING, listener=self._name, **fields)


def _registered(name: str, plugin: object) -> pluggy.PluginManager:
    relay = pluggy.PluginManager("paycore_listener")
    relay.add_hookspecs(Spec)
    try:
        problem = _problem(plugin)
        if not problem:
            relay.register(plugin, name=name)
    except Exception as refused:
        problem = " ".join(str(refused).split())[:300]
    if problem:
        raise PluginRefused(f"listener {name!r}: {problem}", field=name)
    return relay


def _problem(plugin: object) -> str:
    """Return what makes a listener deaf to something that it seems to listen to."""
    if inspect.isclass(plugin):
        return "its entry point must name a module or an object, not a class"
    held = {name: inspect.getattr_static(plugin, name, None) for name in dir(plugin)}
    found = {name: getattr(function, "__func__", function) for name, function in held.items()}
    marks = {name: getattr(function, _MARK, None) for name, function in found.items()}
    marked = {m.get("specname") or n: found[n] for n, m in marks.items() if isinstance(m, dict)}
    if unknown := sorted(marked.keys() - set(HOOKS)):
        return f"paycore has no listener hook called {unknown[0]!r}"
    if forgotten := sorted(hook for hook in HOOKS if found.get(hook) and hook not in marked):
        return f"{forgotten[0]!r} is not marked with @paycore.listeners.listener"
    if talking := sorted(hook for hook, function in marked.items() if not _is_plain(function)):
        return f"{talking[0]!r} must be a plain function"
    return "" if marked else "it listens to nothing"


def _is_plain(function: Any) -> bool:
    return not (inspect.isgeneratorfunction(function) or inspect.iscoroutinefunction(function))
