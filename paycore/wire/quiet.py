"""What urllib3 may write into the logs while it carries our calls: never a query, never a body.

Its debug lines quote the whole path, and a GET carries its payload there. A filter on its three
loggers takes the queries out of the records of our own calls; everybody else's pass untouched,
and no level and no handler is changed.
"""

from __future__ import annotations

import logging
from typing import Final

from paycore.wire.attempt import CURRENT

LOGGERS: Final = ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry")


def keep_quiet() -> None:
    """Install the filter; a second time changes nothing."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_without_secrets)


def _without_secrets(record: logging.LogRecord) -> bool:
    if CURRENT.get() is not None:
        record.exc_info = None
        if isinstance(record.args, tuple):
            record.args = tuple(_bare(value) for value in record.args)
    return True


def _bare(value: object) -> object:
    """Numbers stay, texts lose their query, and of anything else only the type is told."""
    if value is None or isinstance(value, int):
        return value
    return value.partition("?")[0] if isinstance(value, str) else type(value).__name__
