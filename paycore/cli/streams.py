"""Standard input, output and error, whichever of them a caller closed."""

from __future__ import annotations

import os
import sys
from typing import Final

_STREAMS: Final = (
    ("stdin", os.O_RDONLY, "r"),
    ("stdout", os.O_RDONLY, "w"),  # opened to be read: what is written to it fails
    ("stderr", os.O_WRONLY, "w"),
)


def open_missing() -> None:
    """Put something where a stream is missing (`<&-`, `>&-`).

    Input is at its end, and talk is dropped. Data cannot be written, as on a full disk, for
    nobody would know of it. Their numbers are taken, too: a socket that got one would hear all
    that is said.
    """
    for name, flags, mode in _STREAMS:
        if getattr(sys, name) is None:
            number = os.open(os.devnull, flags)
            os.set_inheritable(number, True)
            setattr(sys, name, open(number, mode, encoding="utf-8"))  # noqa: SIM115
