"""One thing that the doctor found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "note", "warning", "failed"]


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and what to do about it."""

    check: str
    """`settings`, `ledger`, `plugins`, `accounts`, `secrets`, `addresses`, `tls`, `cache`,
    `clock` or `questions`."""
    verdict: Verdict
    message: str
    advice: str = ""
    """What to do; empty where nothing needs to be done."""
