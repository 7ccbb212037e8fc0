"""What is typed at a verb: a method of payment, an amount, a day."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from paycore.checks import WALLETS
from paycore.errors import InvalidRequest
from paycore.methods import EmbeddedForm, HostedPage, Method, StoredToken, Wallet
from paycore.money import Money

_PAGES: Final[Mapping[str, type[HostedPage] | type[EmbeddedForm]]] = {
    "hosted": HostedPage,
    "embedded": EmbeddedForm,
}
_METHODS: Final = "hosted|embedded|token:ID|wallet:KIND:FILE"
_LARGEST: Final = 64 * 1024
"""How many bytes a wallet's token may have."""


class Key(click.types.StringParamType):
    """An idempotency key that must be told; where it is missing, `such` shows what to type."""

    def __init__(self, such: str) -> None:
        self.such = such

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return what to type."""
        return f"Add a name that is used for nothing else, such as --key {self.such}"


def moment(context: click.Context, option: click.Parameter, text: str) -> datetime:
    """Return the moment that an option names, in UTC: ISO 8601, in UTC where it does not say.

    A day is its beginning.

    Raises:
        click.BadParameter: it is none.
    """
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # UTC has neither the year 0 nor 10000
        wanted = "want a date such as 2026-01-31, or 2026-01-31T12:00:00Z"
        raise click.BadParameter(wanted, context, option) from None


def method(text: str, return_url: str | None) -> Method:
    """Return the method of payment that `--method` and `--return-url` name.

    Raises:
        click.BadParameter: there is no such method, or it lacks what it needs.
    """
    kind, _, rest = text.partition(":")
    if text in _PAGES:
        if not return_url:
            raise _bad("return_url", f"where does the payer come back to? {text} needs it")
        return _PAGES[text](return_url)
    if return_url and kind in ("token", "wallet"):
        raise _bad("return_url", f"no browser comes back from {kind}")
    if kind == "token" and rest:
        return StoredToken(rest)
    wallet, _, file = rest.partition(":")
    if kind == "wallet" and wallet in WALLETS and file:
        return Wallet(wallet, _contents(file))
    if kind == "wallet":
        raise _bad("method", f"want wallet:KIND:FILE, KIND one of {', '.join(sorted(WALLETS))}")
    raise _bad("method", f"want {_METHODS}")


def amount(number: str, currency: str) -> Money:
    """Return the amount that two words write: `15.00` `CAD`.

    Raises:
        click.BadParameter: they write none, exactly.
    """
    try:
        return Money.parse(number, currency)
    except InvalidRequest as error:
        raise _bad(error.field or "amount", str(error).partition(": ")[2]) from None


def maybe_amount(number: str | None, currency: str | None) -> Money | None:
    """Return the amount, or None where nothing was typed.

    Raises:
        click.BadParameter: it is no amount, or lacks its currency.
    """
    if number is None:
        return None
    if currency is None:
        raise _bad("currency", f"{number} of what? Type it as {number} CAD")
    return amount(number, currency)


def _contents(file: str) -> str:
    """Return what a wallet handed over; `-` is standard input. It is never quoted."""
    try:
        if file == "-":
            raw = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with Path(file).open("rb") as opened:
                raw = opened.read(_LARGEST + 1)
        text = raw.decode("utf-8").strip() if len(raw) <= _LARGEST else ""
    except OSError as error:
        raise _bad("method", f"the wallet's file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise _bad("method", "the wallet's file holds no text of up to 64 KiB")
    return text


def _bad(name: str, problem: str) -> click.BadParameter:
    """Return a usage error about a parameter of the command that runs."""
    context = click.get_current_context(silent=True)
    found = next((p for p in context.command.params if p.name == name), None) if context else None
    hint = None if isinstance(found, click.Option) else f"'{name.upper()}'"
    return click.BadParameter(problem, context, found, param_hint=hint)
