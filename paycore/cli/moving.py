"""The verbs that move money: asked, judged, shown; nothing makes less of it than it may be."""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console

from paycore.cli.failing import UNKNOWN, Failure
from paycore.cli.opening import opened
from paycore.cli.output import data, shared, spare, write_json
from paycore.cli.progress import progress
from paycore.cli.waking import woken
from paycore.errors import PaycoreError
from paycore.gateway import Gateway

T = TypeVar("T")


def moved(
    reference: str,
    ask: Callable[[Gateway], T],
    judge: Callable[[T], None],
    show: Callable[[Console, T], None],
) -> None:
    """Let `ask` move money, `show` what came of it, and end as `judge` says.

    From the moment the provider may have been asked, only the outcome itself ends it with less
    than "unknown": neither Ctrl-C, nor an output that cannot be written, nor a bug.

    Raises:
        PaycoreError: the gateway refused, or nobody knows the outcome.
        Failure: the outcome is no success, or could not be told to the end.
    """
    asked = False
    with _sigterm_interrupts():
        try:
            with opened() as gateway:
                asked = True
                with woken(), progress("asking the provider"):
                    done, end = _asked(gateway, ask)
                if done is not None:
                    end = _judged(judge, done)  # before anything is written
            if done is not None:
                _tell(done, show)
        except BaseException as error:  # not even a plugin's sys.exit() says that nothing moved
            if not asked:
                raise
            spare(sys.stdout)
            raise _doubt(reference, error) from None
    if end is not None:
        raise end


def query_first(reference: str) -> str:
    """Return what to do about an outcome that nobody knows."""
    return (
        f"money may have moved, so type `paycore query {shlex.quote(reference)}` "
        "or `paycore reconcile` before anything else is tried"
    )


def _asked(gateway: Gateway, ask: Callable[[Gateway], T]) -> tuple[T | None, Exception | None]:
    """Return what was done, or the error in which the gateway says what may have moved."""
    try:
        return ask(gateway), None
    except PaycoreError as error:
        return None, error


def _judged(judge: Callable[[T], None], done: T) -> Exception | None:
    try:
        judge(done)
    except Failure as failure:
        return failure
    return None


def _tell(done: T, show: Callable[[Console, T], None]) -> None:
    if shared().json:
        write_json(done)
    else:
        show(data(), done)


def _doubt(reference: str, error: BaseException) -> Failure:
    """Return what tells of whatever came between the provider's answer and its reader."""
    if isinstance(error, KeyboardInterrupt):
        what = "interrupted, the outcome is unknown"
    else:
        why = error.strerror if isinstance(error, OSError) else None
        why = why or type(error).__name__
        what = f"the provider was asked, and what came of it cannot be told: {why}"
    told = f"{reference}: {what}; {query_first(reference)}"
    return Failure("OutcomeUnknown", told, None, UNKNOWN)


@contextmanager
def _sigterm_interrupts() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
