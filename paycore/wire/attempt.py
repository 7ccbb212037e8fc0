"""One try to carry a call: what of it may have left us, and how long it may still take."""

from __future__ import annotations

import socket
from contextlib import suppress
from contextvars import ContextVar, Token
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Final

from paycore.wire.watchdog import watch


class Attempt:
    """A deadline and a proof: while `begun` is false, not one byte of the request was written.

    As a context it is the thread's current one, and the watchdog keeps its deadline.
    """

    __slots__ = ("_line", "_token", "_watch", "begun", "connect_timeout_s", "deadline", "expired")

    def __init__(self, timeout_s: float, connect_timeout_s: float) -> None:
        self.deadline = monotonic() + timeout_s
        self.connect_timeout_s = connect_timeout_s
        self.begun = False
        self.expired = False
        self._line: Line | None = None

    def __enter__(self) -> Attempt:
        self._watch = watch(self.deadline, self.expire)
        self._token: Token[Attempt | None] = CURRENT.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._watch.cancel()
        CURRENT.reset(self._token)
        if self._line is not None:
            self._line.leave(self)

    def hold(self, line: Line) -> None:
        """Let the deadline cut `line`; one that has passed cuts it at once."""
        line.take(self)
        self._line = line
        if self.expired:
            line.cut(self)

    def begin(self, line: Line | None) -> None:
        """Say that the next byte belongs to the request; refuse it where time is up.

        Raises:
            TimeoutError: the deadline has passed, so the request must not begin any more.
            ConnectionError: there is no line, so no deadline could be enforced.
        """
        if self.begun:
            return
        if line is None:
            raise ConnectionError("no line")
        self.hold(line)
        if self.expired or monotonic() >= self.deadline:
            raise TimeoutError("no time left")
        self.begun = True

    def expire(self) -> None:
        """Time is up: cut the line, so that whoever waits on it wakes up."""
        self.expired = True
        if self._line is not None:
            self._line.cut(self)


CURRENT: Final[ContextVar[Attempt | None]] = ContextVar("paycore_attempt", default=None)
"""The attempt that this thread is making."""


class Line:
    """A second handle on a connected socket, to cut it from another thread.

    TLS takes the first handle over, and `http.client` lets go of it while an answer is still
    being read; this one stays until both the connection and its attempt have left it. A line
    is cut only for the attempt that holds it: its next user never pays for the last one.
    """

    def __init__(self, connected: socket.socket) -> None:
        self._lock = Lock()
        self._socket = connected.dup()
        self._holder: Attempt | None = None
        self._kept = True

    def take(self, attempt: Attempt) -> None:
        """Hold the line for `attempt`, whoever held it before."""
        with self._lock:
            self._holder = attempt

    def cut(self, attempt: Attempt) -> None:
        """Shut the connection down, if `attempt` still holds it."""
        with self._lock:
            if self._holder is attempt:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def leave(self, attempt: Attempt) -> None:
        """Let `attempt` go; the last one to go closes the handle."""
        with self._lock:
            if self._holder is attempt:
                self._holder = None
                self._close_if_left()

    def drop(self) -> None:
        """Let the connection go; the last one to go closes the handle."""
        with self._lock:
            self._kept = False
            self._close_if_left()

    def _close_if_left(self) -> None:
        if not self._kept and self._holder is None:
            self._socket.close()
