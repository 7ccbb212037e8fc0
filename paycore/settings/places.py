"""Where a ledger lies whose path is relative: beside the file that the settings were read from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_SQLITE: Final = re.compile(r"(sqlite(?:\+\w+)?:///)(?!:|file:)([^?]+)(.*)", re.DOTALL)
_NO_FOLDERS: Final = ("/dev/", "/proc/")
"""What is read from there, as a pipe is, lies nowhere: whoever types it means where they are."""


def beside(ledger: str, file: Path) -> str:
    """Return a ledger's URL; where it is a relative path of SQLite's, in the folder of `file`.

    So one file of settings means one ledger, wherever a process is started: two ledgers would
    charge twice. The folder is the one that `file` is named in, even if a link stands there: what
    a link leads to changes with each release.
    """
    here, told = file.absolute(), _SQLITE.fullmatch(ledger)
    if told is None or str(here).startswith(_NO_FOLDERS):
        return ledger
    scheme, path, options = told.groups()
    folder = Path(str(here.parent).replace("%", "%25").replace("?", "%3F"))  # as a URL means it
    return f"{scheme}{folder / path}{options}"
