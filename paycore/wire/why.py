"""What an error of the network says, in words that quote no payload."""

from __future__ import annotations


def why(error: BaseException, around: BaseException | None = None) -> str:
    """Return what the operating system or TLS said first.

    `around` is what the caller was handling already; it is not to blame.
    """
    while (cause := error.__cause__ or error.__context__) not in (None, around):
        error = cause
    if isinstance(error, TimeoutError):
        return "time is up"
    return str(getattr(error, "strerror", None) or type(error).__name__)
