"""`paycore refund` and `paycore void`: give money back."""

from __future__ import annotations

import click

from paycore.cli import wishes
from paycore.cli.opening import moving, opened
from paycore.cli.outcomes import judge_given_back
from paycore.cli.output import config_option, data, json_option, shared, write_json
from paycore.cli.values import show_given_back
from paycore.results import Refund

_KEY = click.option(
    "--key", required=True, help="The idempotency key: the same one never gives back twice."
)


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
@_KEY
@config_option()
@json_option
def refund(reference: str, amount: str | None, currency: str | None, key: str) -> None:
    """Give AMOUNT CURRENCY of a payment back, or all that is left of it.

    Exit 0 if it surely goes back, 3 if the outcome is not known yet, 4 if it was declined.
    """
    money = wishes.maybe_amount(amount, currency)
    with opened() as gateway, moving(reference):
        done = gateway.refund(reference, money, key=key)
    _tell("refund", done)


@click.command(
    short_help="Cancel a whole charge before it settles.",
    epilog="""\b
Example:
  paycore void order-1 --key cancel-17
""",
)
@click.argument("reference")
@_KEY
@config_option()
@json_option
def void(reference: str, key: str) -> None:
    """Cancel the whole charge of a payment before it settles.

    Exit 0 if it is cancelled, 3 if the outcome is not known yet, 4 if it was declined.
    """
    with opened() as gateway, moving(reference):
        done = gateway.void(reference, key=key)
    _tell("void", done)


def _tell(kind: str, done: Refund) -> None:
    if shared().json:
        write_json(done)
    else:
        show_given_back(data(), kind, done)
    judge_given_back(kind, done)
