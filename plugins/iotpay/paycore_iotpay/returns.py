"""What the payer's browser brings back: unsigned, a reason to query and nothing more."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs


class ReturnParameters(NamedTuple):
    """What the browser claims, each empty where it claims nothing or two things."""

    code: str
    message: str
    status: str


def parse_return(query: str) -> ReturnParameters:
    """Return what a query string claims; over 8 KiB, nothing. No text of it makes this fail."""
    try:
        said = parse_qs(query if len(query) <= 8192 else "", errors="replace", max_num_fields=100)
    except ValueError:
        said = {}
    once = [said.get(name, []) for name in ("retCode", "retMsg", "status")]
    return ReturnParameters(*(texts[0] if len(texts) == 1 else "" for texts in once))
