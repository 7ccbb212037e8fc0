"""`paycore reconcile`: ask providers about all that is open, once or again and again."""

from __future__ import annotations

import errno
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Final

import click

from paycore.cli.failing import REFUSED, REVIEW, Failure, told
from paycore.cli.opening import opened
from paycore.cli.output import config_option, json_option, say, shared, write_json
from paycore.cli.progress import Tell, progress
from paycore.errors import LedgerError, PaycoreError
from paycore.gateway import Gateway
from paycore.reconcile import Reconciliation
from paycore.reconcile import reconcile as one_round

_STEP: Final = 20
"""How many are asked about before the progress is shown anew."""


@click.command(
    short_help="Ask providers about all that is open.",
    epilog="""\b
Examples:
  paycore reconcile --ahead
  paycore reconcile --watch --every 30
""",
)
@click.option("--limit", type=click.IntRange(1), help="How many operations to ask about at most.")
@click.option("--ahead", is_flag=True, help="Ask about all that is open, due or not.")
@click.option("--watch", is_flag=True, help="Go on until Ctrl-C or SIGTERM.")
@click.option(
    "--every",
    type=click.FloatRange(0.1),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait between two rounds, with --watch.",
)
@config_option()
@json_option
def reconcile(limit: int | None, ahead: bool, watch: bool, every: float) -> None:
    """Ask providers about all that is due, and finish the messages that were kept.

    Nothing else resolves an unknown outcome. May run anywhere, any number of times at once. Exit 0
    when done or told to end, 5 if a person should look at something, 1 if the ledger fails. With
    --watch a round that fails is told, and the next one tries again.
    """
    review = 0
    with opened(logs=True) as gateway, _ending():
        while True:
            try:
                for done in _round(gateway, limit, ahead=ahead, idle=not watch):
                    review = done.needs_review
                _check_asked(done)
            except PaycoreError as error:
                if not watch:
                    raise
                told(error, as_json=shared().json).show()  # the next round tries again
            except OSError as error:
                if not watch or error.errno == errno.EPIPE:  # nobody reads it, and nobody will
                    raise
                untold = f"what this round did cannot be told: {error.strerror}"
                note = Failure("Untold", untold, None, REFUSED, word="note")
                told(note, as_json=shared().json).show()
            if not watch:
                break
            threading.Event().wait(every)
    if review:
        many = f"{review} to be looked at by a person; `paycore operations --review` shows them"
        raise Failure("NeedsReview", many, None, REVIEW, word="note")


def _round(
    gateway: Gateway, limit: int | None, *, ahead: bool, idle: bool
) -> Iterator[Reconciliation]:
    """Yield what one round did so far, and tell it in the end: even of one that is cut off.

    One that had nothing to do is told where somebody waits for it, `idle` or not.
    """
    done: Reconciliation | None = None
    try:
        with progress("reconciling") as tell:
            if ahead:
                done = gateway.reconcile(limit, ahead=True)
                yield done
                return
            for done in _steps(gateway, limit, tell):
                yield done
    finally:
        if done is not None:
            _tell(done, idle=idle)


def _steps(gateway: Gateway, limit: int | None, tell: Tell) -> Iterator[Reconciliation]:
    """Yield the sum of what was done so far, step by step, until nothing more is due.

    What nobody could be asked about is due still, and is not tried again.
    """
    failed: set[str] = set()
    total: Reconciliation | None = None
    left = limit
    while left is None or left > 0:
        step = _STEP if left is None else min(_STEP, left)
        done = one_round(gateway._wiring, step, failed=failed)
        total = done if total is None else _sum(total, done)
        tell(f"{total.asked} asked, {total.settled} settled")
        yield total
        tried = done.asked + done.not_asked
        left = None if left is None else left - tried
        if tried < step or not done.asked:  # nothing more is due, or the ledger fails
            break
    if left != 0 and total is not None:  # messages and events may be more than a step
        yield _sum(total, one_round(gateway._wiring, left, failed=failed))


def _check_asked(done: Reconciliation) -> None:
    """Refuse to call a round done in which the ledger noted no question.

    Raises:
        LedgerError: with how many could not be asked about.
    """
    if many := done.not_asked:
        what = f"{many} operation{'' if many == 1 else 's'} could not be asked about"
        raise LedgerError(f"ledger: {what}: it did not take the note that comes first")


def _sum(total: Reconciliation, done: Reconciliation) -> Reconciliation:
    """Return both together; how many need review is what the last one says."""
    both = {f.name: getattr(total, f.name) + getattr(done, f.name) for f in fields(done)}
    return Reconciliation(**{**both, "needs_review": done.needs_review})


def _tell(done: Reconciliation, *, idle: bool) -> None:
    if shared().json:
        write_json(done, indent=None)
        return
    words = [f"{done.asked} asked", f"{done.settled} settled", f"{done.still_open} still open"]
    words += [f"{done.not_asked} not asked about"] if done.not_asked else []
    words += [f"{done.messages} messages finished"] if done.messages else []
    words += [f"{done.events} events told"] if done.events else []
    if done.asked or len(words) > 3:
        click.echo(", ".join(words))
    elif idle:
        click.echo("nothing is due; --ahead asks about all that is open")


@contextmanager
def _ending() -> Iterator[None]:
    """Let SIGTERM end it as Ctrl-C does: whatever is cut off is found by the next round."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        say("ended")
    finally:
        signal.signal(signal.SIGTERM, before)
