"""Listeners hear what happens and change nothing: each is isolated behind a queue of its own."""

# mypy cannot know that a specification has no body to return from.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

import os
import queue
import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import pluggy

from paycore import log
from paycore.operation import Operation

listener_spec = pluggy.HookspecMarker("paycore_listener")
listener = pluggy.HookimplMarker("paycore_listener")
"""Marks a listener's functions."""

_BACKLOG: Final = 1000


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
    def webhook_received(self, account: str, outcome: str) -> None:
        """A message was answered; `outcome` is its inbox state, or the HTTP status of a refusal."""


class Listeners:
    """Hands events on; one that raises, hangs or lags is counted, and nothing waits for it."""

    def __init__(self, plugins: Mapping[str, object]) -> None:
        self.counts: Counter[str] = Counter()
        """How often a listener failed (`NAME.failed`) or lagged behind (`NAME.dropped`)."""
        self._runners = [_Runner(name, plugin, self.counts) for name, plugin in plugins.items()]

    def emit(self, hook: str, **facts: Any) -> None:
        """Tell every listener; returns at once, and never raises."""
        for runner in self._runners:
            runner.put(hook, facts)

    def close(self, timeout_s: float = 2.0) -> None:
        """Give every listener up to `timeout_s` to hear what is still to be heard."""
        deadline = time.monotonic() + timeout_s
        for runner in self._runners:
            runner.close(deadline)


class _Runner:
    """One listener, its relay, its queue and its thread (made on the first event)."""

    def __init__(self, name: str, plugin: object, counts: Counter[str]) -> None:
        self.name = name
        self._counts = counts
        self._relay = pluggy.PluginManager("paycore_listener")
        self._relay.add_hookspecs(Spec)
        self._relay.register(plugin, name=name)
        self._relay.check_pending()
        self._queue: queue.Queue[tuple[str, dict[str, Any]] | None] = queue.Queue(_BACKLOG)
        self._thread: threading.Thread | None = None
        self._pid = 0
        self._starting = threading.Lock()

    def put(self, hook: str, facts: dict[str, Any]) -> None:
        self._start()
        try:
            self._queue.put_nowait((hook, facts))
        except queue.Full:
            self._counts[f"{self.name}.dropped"] += 1

    def _start(self) -> None:
        if self._pid == os.getpid():
            return
        with self._starting:
            if self._pid == os.getpid():
                return
            if self._pid:  # a fork: the thread and its lock stayed behind
                self._queue = queue.Queue(_BACKLOG)
            self._thread = threading.Thread(
                target=self._run, name=f"paycore-listener-{self.name}", daemon=True
            )
            self._pid = os.getpid()
            self._thread.start()

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            hook, facts = item
            try:
                getattr(self._relay.hook, hook)(**facts)
            except Exception as error:
                self._counts[f"{self.name}.failed"] += 1
                log.event(
                    "listener_failed",
                    level=log.WARNING,
                    listener=self.name,
                    hook=hook,
                    error=type(error).__name__,
                )

    def close(self, deadline: float) -> None:
        if self._thread is None or self._pid != os.getpid():
            return
        with_room = max(0.0, deadline - time.monotonic())
        try:
            self._queue.put(None, timeout=with_room)
        except queue.Full:
            self._counts[f"{self.name}.dropped"] += 1
        self._thread.join(max(0.0, deadline - time.monotonic()))
        self._pid, self._thread = 0, None
