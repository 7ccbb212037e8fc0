"""`paycore capture`: take what a charge holds."""

from __future__ import annotations

import click

from paycore.cli import wishes
from paycore.cli.moving import moved
from paycore.cli.outcomes import judge_capture
from paycore.cli.output import config_option, json_option
from paycore.cli.values import show_payment


@click.command(
    short_help="Take what a charge holds.",
    epilog="""\b
Examples:
  paycore capture order-1 --key shipped-17
  paycore capture order-1 5.00 CAD --key shipped-17
""",
)
@click.argument("reference")
@click.argument("amount", metavar="[AMOUNT", required=False)
@click.argument("currency", metavar="CURRENCY]", required=False)
@click.option(
    "--key",
    required=True,
    type=wishes.Key("shipped-17"),
    help="The idempotency key: the same one never takes twice.",
)
@config_option()
@json_option
def capture(reference: str, amount: str | None, currency: str | None, key: str) -> None:
    """Take AMOUNT CURRENCY of what a payment holds, or all of it; the rest is given up.

    For what `paycore charge --no-capture` authorized; `paycore void` gives it up instead. Exit 0 if
    it is taken, 3 if the outcome is not known yet, 4 if it was declined.
    """
    money = wishes.maybe_amount(amount, currency)
    moved(
        reference,
        lambda gateway: gateway.capture(reference, money, key=key),
        lambda payment: judge_capture(payment, key),
        show_payment,
    )
