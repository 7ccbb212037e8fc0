"""The WSGI application behind paycore's own web server."""

from __future__ import annotations

import io
import sys
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote, urlsplit

from paycore.serving import HOST, Asked, Said, Serving

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


class Server:
    """Listens on loopback while its context lasts; connections are kept alive, and then cut."""

    def __init__(self, app: WSGIApplication, port: int = 0) -> None:
        self._app = app
        self._serving = Serving(self._answered, port=port, name="iotpay-simulator")

    @property
    def url(self) -> str:
        """Where it listens, scheme and host; empty while it does not."""
        return self._serving.url

    def __enter__(self) -> Self:
        """Start to listen.

        Raises:
            OSError: the port is taken.
        """
        self._serving.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Accept no more, cut every connection, and wait until each thread has ended."""
        self._serving.__exit__(kind, error, trace)

    def _answered(self, asked: Asked) -> Said:
        heard: list[Any] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Any:
            heard[:] = [int(status.partition(" ")[0]), headers]

        body = b"".join(self._app(self._environ(asked), start_response))
        status, headers = heard
        kept = {name: value for name, value in headers if name.lower() != "content-length"}
        return Said(HTTPStatus(status), body, kept)

    def _environ(self, asked: Asked) -> WSGIEnvironment:
        """Return a request as WSGI has it, with the connection for whoever wants to break it."""
        headers = {f"HTTP_{n.upper().replace('-', '_')}": v for n, v in asked.headers.items()}
        return {
            **headers,
            "REQUEST_METHOD": asked.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(asked.path, "latin-1"),
            "QUERY_STRING": asked.query,
            "REMOTE_ADDR": asked.peer,
            "SERVER_NAME": HOST,
            "SERVER_PORT": str(urlsplit(self.url).port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": asked.header("content-type"),
            "CONTENT_LENGTH": str(len(asked.body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(asked.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "werkzeug.socket": asked.connection,
        }
