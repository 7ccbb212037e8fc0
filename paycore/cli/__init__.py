"""The command line: `paycore`, and `python -m paycore`.

Packages that bring commands (entry-point group `paycore.commands`) take `json_option`,
`config_option` and `shared` from here, so that their commands feel like ours.
"""

from paycore.cli.entry import main
from paycore.cli.output import config_option, json_option, shared

__all__ = ["config_option", "json_option", "main", "shared"]
