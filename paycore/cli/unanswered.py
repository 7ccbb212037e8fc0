"""What a query could not find out: nobody was asked, or what came back proves nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from paycore.cli.failing import Failure
from paycore.cli.output import clean, shared

_INSTEAD: Final = "this is what the ledger knows"
_ANSWERED: Final = "not found"
"""How the core's log tells of a provider that knows nothing of it: that, too, is an answer."""


@contextmanager
def noted(reference: str) -> Iterator[None]:
    """Tell, on stderr and each thing once, what the questions that are asked meanwhile left open.

    The core asks as well as it can and writes the rest into its log, which is heard here.
    """
    heard, log = _Heard(), logging.getLogger("paycore")
    before = log.level
    log.addHandler(heard)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.setLevel(before)
        log.removeHandler(heard)
    for name, told in heard.found:
        note = Failure(name, f"{reference}: {told}; {_INSTEAD}", None, 0, word="note")
        note.as_json = shared().json
        note.show()


class _Heard(logging.Handler):
    """Keeps what the log says of questions without an answer."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.found: dict[tuple[str, str], None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        event: dict[str, Any] = getattr(record, "paycore", {})
        if event.get("event") == "query_without_account":
            account = clean(event["account"])
            told = f"the settings have no account {account!r}, so nobody can be asked"
            self.found["NoAccount", told] = None
        elif event.get("event") == "query_without_answer" and event["reason"] != _ANSWERED:
            why = clean(event["reason"])
            told = f"the provider did not answer in a way that proves anything ({why})"
            self.found["NoAnswer", told] = None
