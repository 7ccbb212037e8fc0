"""How the command line fails: one line on stderr that says what to do next, and an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import click

from paycore.cli.output import clean, shared, spare
from paycore.cli.whereabouts import ledger_name
from paycore.errors import (
    Conflict,
    InvalidRequest,
    LedgerError,
    NotSent,
    NotSupported,
    PaycoreError,
    PluginRefused,
    SettingsError,
)
from paycore.settings import read

REFUSED: Final = 1
"""Exit code: refused, or failed; surely nothing moved."""
UNKNOWN: Final = 3
"""Exit code: money may have moved. 2 is click's, for a command line that makes no sense."""
DECLINED: Final = 4
"""Exit code: the provider said no, or the payer came too late; nothing moved."""
REVIEW: Final = 5
"""Exit code: done, and something needs a person."""

_NEXT: Final[Mapping[type[PaycoreError], str]] = {
    PluginRefused: "`paycore plugins` shows what is installed",
    SettingsError: "`paycore doctor` checks the settings",
    InvalidRequest: "nothing was sent, mend the call",
    NotSupported: "nothing was sent; `paycore plugins` shows who can",
    Conflict: "nothing was sent, look at what stands in the way",
    NotSent: "nothing was sent, try again",
    LedgerError: "`paycore doctor` looks at the ledger",
}
_UNKNOWN_NEXT: Final = (
    "money may have moved, so type `paycore reconcile` or `paycore query` "
    "before anything else is tried"
)
_NOBODY: Final = ": no such payment"
"""How the gateway's refusal ends where its ledger does not know a payment."""
_HELP: Final[tuple[type[click.ClickException], ...]] = tuple(
    filter(None, [getattr(click.exceptions, "NoArgsIsHelpError", None)])
)
"""How click 8.2 says help where a command was forgotten."""


class Failure(click.ClickException):
    """An error as it is told: one line, or one JSON object.

    What is no error, and still no success, has another `word` than that before it.
    """

    def __init__(
        self, name: str, message: str, field: str | None, code: int, *, word: str = "error"
    ) -> None:
        super().__init__(message)
        self.name, self.field, self.word = name, field, word
        self.exit_code = code  # type: ignore[misc]  # click's is the class's; ours differ
        self.as_json = False

    def show(self, file: Any = None) -> None:
        """Write it to stderr; where that cannot be written, the exit code says it alone."""
        told = {"error": {"type": self.name, "message": self.message, "field": self.field}}
        line = json.dumps(told) if self.as_json else f"{self.word}: {clean(self.message)}"
        with suppress(OSError):
            click.echo(line, file, err=True)
        spare(sys.stderr)


def absent(what: str, where: str, field: str) -> Failure:
    """Return what tells that the ledger of the settings knows no such thing; `where` to look."""
    return Failure("NotFound", f"{what}; {where}; {_looked()}", field, REFUSED)


def told(error: click.ClickException | PaycoreError, *, as_json: bool) -> click.ClickException:
    """Return `error` as the one that click shows before it exits."""
    if isinstance(error, _HELP):
        return error
    failure = error if isinstance(error, Failure) else _failure(error)
    failure.as_json = failure.as_json or as_json
    return failure


def _failure(error: click.ClickException | PaycoreError) -> Failure:
    if isinstance(error, PaycoreError):
        message, following = str(error).rstrip("."), _following(error)
        code = UNKNOWN if error.money_may_have_moved else REFUSED
        message = f"{message}; {following}" if following else message
        return Failure(type(error).__name__, message, error.field, code)
    message = " ".join(error.format_message().split())
    if not isinstance(error, click.UsageError):
        return Failure("Failed", message, None, error.exit_code)
    path = error.ctx.command_path if error.ctx else "paycore"
    return Failure("Usage", f"{message.rstrip('.')}; see {path} -h", _named(error), error.exit_code)


def _following(error: PaycoreError) -> str:
    """Return what to do next, where the message does not say it."""
    if error.money_may_have_moved:
        return _UNKNOWN_NEXT
    if str(error).endswith(_NOBODY):
        return f"{_looked()}, and nothing was sent"
    if "pip install" in str(error) or "needs none" in str(error):
        return ""
    return next((_NEXT[kind] for kind in type(error).__mro__ if kind in _NEXT), "")


def _looked() -> str:
    """Return which ledger was looked into: in another folder it may be another one."""
    return f"looked into {ledger_name(read(shared().config).ledger)}"


def _named(error: click.UsageError) -> str | None:
    """Return the option or argument that a usage error is about."""
    if isinstance(error, click.NoSuchOption):
        return error.option_name
    parameter = getattr(error, "param", None)
    return parameter.name if isinstance(parameter, click.Parameter) else None
