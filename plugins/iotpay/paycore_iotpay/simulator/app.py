"""The WSGI application: which address is whose."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from paycore_iotpay.simulator import api, breaking, control, openapi, pages, seen
from paycore_iotpay.simulator.book import moment
from paycore_iotpay.simulator.desk import Desk
from paycore_iotpay.simulator.faults import BEFORE, FORM_PATHS, KINDS, MERCHANT_ENDPOINTS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CONTROL: Final = "/_simulator/"
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Content-Type",
}
"""For the embedded form alone: it runs in a page of the merchant's."""

URLS: Final = Map(
    [
        *(Rule(f"/v3/{name}", endpoint=name, methods=["POST"]) for name in MERCHANT_ENDPOINTS),
        *(Rule(path, endpoint=n, methods=["POST", "OPTIONS"]) for n, path in FORM_PATHS.items()),
        *(Rule(f"/cc/{m}", endpoint=f"page {m}", methods=["GET", "POST"]) for m in pages.MODES),
        *(Rule(f"/cc/{n}", endpoint=f"asset {n}", methods=["GET"]) for n in pages.ASSETS),
        *(
            Rule(f"{CONTROL}{name}", endpoint=f"control {name}", methods=[act.method])
            for name, act in openapi.CONTROL.items()
        ),
    ],
    merge_slashes=False,
)
"""Every address that the simulator answers; `openapi.json` describes them all."""


class Application:
    """Answers each request from the book, and remembers it there."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request.

        Raises:
            HungUp: a fault dealt with the connection; nothing is to be written.
        """
        request = Request(environ)
        return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Response:
        try:
            endpoint, _ = URLS.bind_to_environ(request.environ).match()
        except HTTPException as error:
            return _lost(request, error)
        kind, _, name = endpoint.rpartition(" ")
        if kind == "control":
            return control.respond(self.desk, name, request)
        if kind == "asset":
            return pages.asset(name)
        if request.method == "OPTIONS":
            return Response(b"", headers=_CORS)
        if kind == "page":
            self._remember(request, name, seen.scrubbed(request.form))
            return pages.respond(self.desk.book, name, request)
        response = self._called(request, name)
        if name in FORM_PATHS:
            response.headers.update(_CORS)
        return response

    def _called(self, request: Request, endpoint: str) -> Response:
        """Do what is asked; a fault has its way before or after that."""
        book, raw = self.desk.book, request.get_data()
        kind, said = book.faults.take(endpoint), seen.shown(raw)
        self._remember(request, endpoint, said, kind)
        spared = kind != "" and KINDS[kind][0] == BEFORE
        answer = {} if spared else api.answer(book, endpoint, raw, request.mimetype)
        if not kind:
            return breaking.plain(answer)
        amount = said.get("amount")
        line = breaking.Line(
            connection=request.environ["werkzeug.socket"],
            path=request.path,
            amount=amount if isinstance(amount, int) else 0,
            strokes=book.faults.struck[kind],
        )
        return breaking.broken(kind, line, answer)

    def _remember(
        self, request: Request, endpoint: str, fields: dict[str, Any], fault: str = ""
    ) -> None:
        book = self.desk.book
        with book.changed:
            book.requests.append(
                {
                    "at": moment(book.now_ms()).isoformat(),
                    "method": request.method,
                    "path": request.path,
                    "endpoint": endpoint,
                    "fields": fields,
                    "fault": fault,
                }
            )


def _lost(request: Request, error: HTTPException) -> Response:
    """Answer for an address that is nobody's: in JSON where a program asks."""
    response = Response(status=error.code, headers=error.get_headers(request.environ))
    if request.path.startswith(CONTROL):
        response.set_data(json.dumps({"error": f"{error.name.lower()}: {request.path}"}))
        response.content_type = "application/json"
    else:
        response.set_data(f"{error.name}\n")
        response.content_type = "text/plain"
    return response
