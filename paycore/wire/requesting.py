"""A `Call` becomes a request: prepared once for each address and header set, filled each time."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

from requests import Request

from paycore.errors import NotSent
from paycore.wire.connection import Origin, origin_of
from paycore.wire.encoding import FORM_TYPE, JSON_TYPE, as_form, as_json

if TYPE_CHECKING:
    from requests import PreparedRequest

    from paycore.wire.talk import Call

OURS: Final = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
"""Headers that decide who is spoken to and where a message ends: no plugin sets them."""
_KEPT: Final = 256
"""How many templates are kept: a provider that puts references into its paths has no end."""

Headers = tuple[tuple[str, str], ...]


class Requests:
    """Makes the requests of one account, to its one origin."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._template = lru_cache(maxsize=_KEPT)(self._prepared)

    def of(self, call: Call) -> PreparedRequest:
        """Return what `call` says, ready to leave.

        Raises:
            NotSent: it goes to another origin, sets a header of ours, or cannot be said.
        """
        try:
            return self._filled(call)
        except NotSent:
            raise
        except Exception as error:
            problem = f"{call.name}: cannot be said ({type(error).__name__}); nothing was sent"
        raise NotSent(problem)

    def _filled(self, call: Call) -> PreparedRequest:
        headers = tuple(call.headers.items())
        request = self._template(call.method, call.url, call.encoding, headers).copy()
        if call.method == "POST":
            form = call.encoding == "form"
            request.body = as_form(call.payload).encode() if form else as_json(call.payload)
            request.prepare_content_length(request.body)
        elif call.payload:
            separator = "&" if "?" in str(request.url) else "?"
            request.url = f"{request.url}{separator}{as_form(call.payload)}"
        return request

    def _prepared(self, method: str, url: str, encoding: str, headers: Headers) -> PreparedRequest:
        """Judge an address and its headers, and prepare all but the payload."""
        origin = origin_of(url)
        if origin != self._origin:
            host = origin.host if origin else "an address in doubt"
            raise NotSent(f"{host}: not where this account's provider lives; nothing was sent")
        for name, _ in headers:
            if name.lower() in OURS:
                raise NotSent(f"{name}: a header that plugins do not set; nothing was sent")
        said = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if method == "POST":
            said["Content-Type"] = FORM_TYPE if encoding == "form" else JSON_TYPE
        return Request(method, url, {**said, "User-Agent": user_agent(), **dict(headers)}).prepare()


@lru_cache(maxsize=1)
def user_agent() -> str:
    """Return how we introduce ourselves: our name and version, and nothing of the machine."""
    try:
        return f"paycore/{version('paycore')}"
    except PackageNotFoundError:
        return "paycore/0"
