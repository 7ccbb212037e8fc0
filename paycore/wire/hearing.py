"""What came back, before anyone believes it: a status that may be heard, a body that is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from paycore.errors import OutcomeUnknown
from paycore.wire.strict import MAX_BYTES
from paycore.wire.talk import Reply

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

_PLAIN: Final = ("", "identity")


def heard(raw: BaseHTTPResponse, name: str) -> Reply:
    """Return the answer to the call `name`, read to its end.

    Raises:
        OutcomeUnknown: neither 2xx nor 4xx, encoded, without a declared end, or over 256 KiB.
        HTTPError: it broke off (urllib3's).
    """
    has_end = raw.length_remaining is not None or _in_chunks(raw)
    check_head(name, raw.status, raw.headers.get("content-encoding", ""), has_end=has_end)
    body = _read(raw)
    check_size(name, raw.status, len(body))
    return Reply(raw.status, body, {name.lower(): raw.headers[name] for name in raw.headers})


def check_head(name: str, status: int, encoding: str, *, has_end: bool) -> None:
    """Refuse an answer that need not be read.

    Raises:
        OutcomeUnknown: neither 2xx nor 4xx, encoded, or without a declared end.
    """
    if not (200 <= status < 300 or 400 <= status < 500):
        raise OutcomeUnknown(f"{name}: answered with status {status}")
    if encoding.strip().lower() not in _PLAIN:
        raise OutcomeUnknown(f"{name}: answered {status} in an encoding that was not asked for")
    if not has_end:
        raise OutcomeUnknown(f"{name}: answered {status} without saying where the answer ends")


def check_size(name: str, status: int, size: int) -> None:
    """Refuse an answer of over 256 KiB.

    Raises:
        OutcomeUnknown: it is larger.
    """
    if size > MAX_BYTES:
        raise OutcomeUnknown(f"{name}: answered {status} with over {MAX_BYTES} bytes")


def _in_chunks(raw: BaseHTTPResponse) -> bool:
    """Return whether `http.client`, which reads the body, takes it apart by chunks."""
    return raw.headers.get("transfer-encoding", "").lower() == "chunked"


def _read(raw: BaseHTTPResponse) -> bytes:
    """Read to the end, or one byte past what is allowed."""
    body = bytearray()
    while part := raw.read(MAX_BYTES + 1 - len(body), decode_content=False):
        body += part
    return bytes(body)
