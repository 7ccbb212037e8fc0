"""The WSGI application: which address is whose."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from threading import Event
from typing import TYPE_CHECKING, Final

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from paycore_iotpay.simulator import api, breaking, control, pages, seen
from paycore_iotpay.simulator.book import moment
from paycore_iotpay.simulator.desk import Desk
from paycore_iotpay.simulator.faults import BEFORE, FORM_ENDPOINTS, KINDS, MERCHANT_ENDPOINTS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CONTROL: Final = "/_simulator/"
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Content-Type",
}
"""For the embedded form alone: it runs in a page of the merchant's."""

RULES: Final = (
    *(Rule(f"/v3/{name}", endpoint=name, methods=["POST"]) for name in MERCHANT_ENDPOINTS),
    *(
        Rule(f"/{'cc' if name == 'queryorder' else 'v3'}/{name}", endpoint=name, methods=[method])
        for name in FORM_ENDPOINTS
        for method in ("POST", "OPTIONS")
    ),
    *(
        Rule(f"/cc/{mode}", endpoint=f"page {mode}", methods=[method])
        for mode in ("purchase", "addcard")
        for method in ("GET", "POST")
    ),
    *(Rule(f"/cc/{name}", endpoint=f"asset {name}", methods=["GET"]) for name in pages.ASSETS),
    *(
        Rule(f"{CONTROL}{name}", endpoint=f"control {name}", methods=[method])
        for name, method in control.METHODS.items()
    ),
)
"""Every address that the simulator answers; `openapi.json` describes them all."""


class Application:
    """Answers each request from the book, and remembers it there."""

    def __init__(self, desk: Desk, stopping: Event) -> None:
        self.desk = desk
        self.stopping = stopping
        self.urls = Map(RULES, merge_slashes=False)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request.

        Raises:
            HungUp: a fault dealt with the connection; nothing is to be written.
        """
        request = Request(environ)
        return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Response:
        try:
            endpoint, _ = self.urls.bind_to_environ(request.environ).match()
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
        if name in FORM_ENDPOINTS:
            response.headers.update(_CORS)
        return response

    def _called(self, request: Request, endpoint: str) -> Response:
        """Do what is asked, or let a fault have its way before or after that."""
        book, raw = self.desk.book, request.get_data()
        kind = book.faults.take(endpoint)
        said = seen.shown(raw)
        self._remember(request, endpoint, said, kind)
        before = kind and KINDS[kind][0] == BEFORE
        answer = {} if before else api.answer(book, endpoint, raw)
        if not kind:
            return breaking.plain(answer)
        line = breaking.Line(
            connection=request.environ["werkzeug.socket"],
            path=request.path,
            amount=_whole(said.get("amount") or said.get("refundAmount")),
            strokes=book.faults.struck[kind],
            stopping=self.stopping,
        )
        return breaking.broken(kind, line, answer)
