"""One thing that the doctor found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "note", "warning", "failed"]
Check = Literal[
    "settings",
    "secrets",
    "ledger",
    "engine",
    "listeners",
    "plugins",
    "accounts",
    "addresses",
    "questions",
    "tls",
    "cache",
    "clock",
]
"""What is looked at; docs/cli.md says what of it fails and what is doubtful."""


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and what to do about it."""

    check: Check
    verdict: Verdict
    message: str
    advice: str = ""
    """What to do; empty where nothing needs to be done."""
