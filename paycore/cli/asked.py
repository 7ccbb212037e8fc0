"""Questions to the person at the terminal, before what cannot be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from paycore.cli.failing import REFUSED, Failure

_Command = TypeVar("_Command", bound=Callable[..., Any])


def yes_option(command: _Command) -> _Command:
    """Let a command take `--yes`."""
    return click.option("--yes", is_flag=True, help="Do not ask, do it.")(command)


def sure(question: str, *, yes: bool) -> None:
    """Return if the person agrees, or said so before.

    Raises:
        Failure: they do not, or nobody is there to answer; nothing was changed.
    """
    if yes:
        return
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort:
        told = "nobody answered, and nothing was changed; --yes does it without asking"
        raise Failure("NotAgreed", told, "yes", REFUSED) from None
    if not agreed:
        raise Failure("NotAgreed", "nothing was changed", None, REFUSED)
