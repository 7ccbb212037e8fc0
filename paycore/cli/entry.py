"""The group that every command hangs from."""

from __future__ import annotations

import click

from paycore.cli.front import Front
from paycore.cli.output import config_option, json_option


@click.group(cls=Front, context_settings={"help_option_names": ["-h", "--help"]})
@config_option(envvar="PAYCORE_CONFIG")
@json_option
@click.version_option(package_name="paycore", prog_name="paycore", message="%(prog)s %(version)s")
def main() -> None:
    """Payments with swappable providers: never charged twice, never a webhook lost.

    Exit codes: 0 done, 1 refused or failed, 2 no such usage, 3 outcome unknown, 4 declined, 5 done
    and something needs a person.
    """
