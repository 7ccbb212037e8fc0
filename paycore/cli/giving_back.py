"""`paycore refund` and `paycore void`: give money back."""

from __future__ import annotations

from collections.abc import Callable

import click

from paycore.cli import wishes
from paycore.cli.moving import moved
from paycore.cli.outcomes import judge_given_back
from paycore.cli.output import config_option, json_option
from paycore.cli.values import show_given_back
from paycore.gateway import Gateway
from paycore.results import Refund

_KEY_HELP = "The idempotency key: the same one never gives back twice."


@click.command(
    short_help="Give money of a payment back.",
    epilog="""\b
Examples:
  paycore refund order-1 5.00 CAD --key return-17
  paycore refund order-1 --key return-18
""",
)
@click.argument("reference")
@click.argument("amount", metavar="[AMOUNT", required=False)
@click.argument("currency", metavar="CURRENCY]", required=False)
@click.option("--key", required=True, type=wishes.Key("return-17"), help=_KEY_HELP)
@config_option()
@json_option
def refund(reference: str, amount: str | None, currency: str | None, key: str) -> None:
    """Give AMOUNT CURRENCY of a payment back, or all that is left of it.

    Exit 0 if it surely goes back, 3 if the outcome is not known yet, 4 if it was declined.
    """
    money = wishes.maybe_amount(amount, currency)
    _give_back("refund", reference, lambda gateway: gateway.refund(reference, money, key=key))


@click.command(
    short_help="Cancel a whole charge before it settles.",
    epilog="""\b
Example:
  paycore void order-1 --key cancel-17
""",
)
@click.argument("reference")
@click.option("--key", required=True, type=wishes.Key("cancel-17"), help=_KEY_HELP)
@config_option()
@json_option
def void(reference: str, key: str) -> None:
    """Cancel the whole charge of a payment before it settles.

    Exit 0 if it is cancelled, 3 if the outcome is not known yet, 4 if it was declined.
    """
    _give_back("void", reference, lambda gateway: gateway.void(reference, key=key))


def _give_back(kind: str, reference: str, ask: Callable[[Gateway], Refund]) -> None:
    moved(
        reference,
        ask,
        lambda done: judge_given_back(kind, done),
        lambda console, done: show_given_back(console, kind, done),
    )
