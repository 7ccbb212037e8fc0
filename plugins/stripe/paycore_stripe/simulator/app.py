"""Which address is whose: calls, pages, and the control interface."""

from __future__ import annotations

from typing import Final

from paycore.serving import Asked, Said
from paycore_stripe.simulator import api, breaking, calls, control, keys, pages, seen
from paycore_stripe.simulator.book import iso
from paycore_stripe.simulator.desk import Desk
from paycore_stripe.simulator.faults import BEFORE, KINDS
from paycore_stripe.simulator.refusing import Refused
from paycore_stripe.simulator.sessions import PAGE

NOTHING: Final = api.Answer(200, {})


class Application:
    """Answers each request from the book, and remembers it there."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def __call__(self, asked: Asked) -> Said:
        """Answer one request.

        Raises:
            HungUp: a fault dealt with the connection; nothing is to be written.
        """
        if asked.path.startswith(control.PREFIX):
            return control.respond(self.desk, asked)
        if asked.path == pages.STYLE:
            return pages.style()
        if asked.path.startswith(PAGE):
            self._remember(asked, "page")
            return pages.respond(self.desk.book, asked)
        return self._called(asked)

    def _called(self, asked: Asked) -> Said:
        """Do what is asked; a fault has its way before or after that.

        The idempotency key is held until the answer is known, and as long as a fault delays that.
        """
        book, to = self.desk.book, calls.route(asked.method, asked.path)
        kind = book.faults.take(to.name) if to else ""
        self._remember(asked, to.name if to else "", kind)
        line = breaking.Line(asked, book.faults.struck[kind])
        key = asked.header("idempotency-key") if asked.method == "POST" else ""
        try:
            with keys.under_way(book, key):
                if kind and KINDS[kind][0] == BEFORE:
                    return breaking.broken(kind, line, NOTHING)
                answer = api.answer(book, to, asked)
        except Refused as refused:
            return breaking.plain(api.Answer(refused.status, refused.body))
        return breaking.broken(kind, line, answer) if kind else breaking.plain(answer)

    def _remember(self, asked: Asked, endpoint: str, fault: str = "") -> None:
        book = self.desk.book
        with book.changed:
            book.requests.append(seen.entry(asked, endpoint, iso(book.now_ms()), fault))
