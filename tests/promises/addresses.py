"""Addresses that a browser may read as another host than whoever checks them does."""

from __future__ import annotations

import re
from random import Random
from typing import Final
from urllib.parse import unquote

SCHEMES: Final = (
    "https://", "https://", "https://", "https://", "http://", "HTTPS://", "https:", "https:/",
    "https:\\\\", "https:///", "//", "javascript:", "data:", "ftp://", "", " https://", "\thttps://",
)  # fmt: skip
HOSTS: Final = (
    "{good}", "{good}", "{good}", "evil.example", "{good}.evil.example", "evil.example.{good}",
    "{good}@evil.example", "evil.example@{good}", "evil.example:x@{good}", "evil.example\\@{good}",
    "{good}:443", "{good}:443@evil.example", "{good}:x", "{good}.", "x.{good}", "evil{good}",
    "{good}%2eevil.example", "{good}%00.evil.example", "{good}\t.evil.example", "[::1]",
    "{good}\u3002evil.example", "\u0455hop.example", "evil.example#@{good}", "evil.example?@{good}",
    "evil.example/@{good}", "evil.example;@{good}", "127.0.0.1", "0x7f.1", "localhost", "",
)  # fmt: skip
PATHS: Final = (
    "", "/", "/thanks", "/thanks?order=7", "/?next=//evil.example", "//evil.example",
    "/\\evil.example",
    "/../..//evil.example", "#//evil.example", "?u=https://evil.example", "/%0d%0aLocation:%20x",
    "/\r\nLocation: https://evil.example", "\\evil.example", "@evil.example", ":80", "/é", "/ x",
)  # fmt: skip
_SCHEME: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")


def address(rng: Random, good: str) -> str:
    """Return an address on the host `good`, or one that only looks so to somebody."""
    text = rng.choice(SCHEMES) + rng.choice(HOSTS).format(good=good) + rng.choice(PATHS)
    if rng.random() < 0.2:
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice("/\\@:#?%.\t\n \0\u3002\uff0f\u200b") + text[at:]
    return text


def seen_by_a_browser(url: str) -> tuple[str, str]:
    """Return the scheme and the host where a browser would go, by the rules of the URL standard.

    It takes out tabs and line ends, trims what is no character, reads a backslash as a slash and
    any number of slashes as two; what comes before the last @ is not the host.
    """
    url = re.sub(r"[\t\n\r]", "", url.strip("".join(map(chr, range(33)))))
    match = _SCHEME.match(url)
    if match is None:
        return "", ""
    rest = url[match.end() :].replace("\\", "/").lstrip("/")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    host = unquote(re.sub(r":[0-9]*$", "", authority)).replace("\u3002", ".")
    return match[1].lower(), host.lower()
