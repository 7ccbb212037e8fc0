"""The command line: `paycore`, and `python -m paycore`."""

from __future__ import annotations

from typing import Any

import click

from paycore.cli.front import Front
from paycore.cli.output import config_option, json_option, shared

__all__ = ["config_option", "json_option", "main", "shared"]


@click.group(cls=Front, context_settings={"help_option_names": ["-h", "--help"]})
@json_option
@config_option
@click.version_option(package_name="paycore", prog_name="paycore", message="%(prog)s %(version)s")
def main(**options: Any) -> None:
    """Payments with swappable providers: never charged twice, never a webhook lost."""
    del options
