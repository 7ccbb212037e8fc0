"""The hosted page: an HTML form that works without JavaScript, and its style."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from paycore.serving import Asked, Said
from paycore.wire.strict import JsonObject
from paycore_stripe.simulator import cards, sessions
from paycore_stripe.simulator.book import Book
from paycore_stripe.simulator.refusing import Refused
from paycore_stripe.simulator.ripening import ripen

STYLE: Final = "/c/simulator.css"
_HERE: Final = Path(__file__).parent / "assets"
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Type": "text/html;charset=UTF-8",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_DOES: Final = {
    cards.SUCCESS: "succeeds",
    cards.DECLINE: "is declined",
    cards.CHALLENGE: "asks the payer back, and succeeds",
    cards.LATE: "a bank account; succeeds after 3 minutes",
    cards.LATE_FAILURE: "a bank account; fails after 3 minutes",
    cards.REFUND_LATE: "succeeds; a refund takes a minute",
    cards.REFUND_FAILS: "succeeds; a refund fails after a minute",
}
_FIELDS: Final = {
    "number": (r"[0-9]{12,19}", "The card number is missing or not complete."),
    "expiry": (r"(0[1-9]|1[0-2])[0-9]{2}", "The expiry date is month and year, four digits."),
    "cvc": (r"[0-9]{3,4}", "The security code is three or four digits."),
    "name": (r"[^\x00-\x1f\x7f]{1,100}", "The name on the card is missing."),
}


def style() -> Said:
    """Return the page's style sheet."""
    text = (_HERE / "simulator.css").read_bytes()
    return Said(200, text, {"Content-Type": "text/css;charset=UTF-8"})


def respond(book: Book, asked: Asked) -> Said:
    """Show a page; once it is filled in, send the browser back to the merchant."""
    name = asked.path.removeprefix(sessions.PAGE)
    try:
        with book.changing():
            ripen(book)
            session = sessions.opened(book, name)
            if asked.method == "POST":
                return _submitted(book, session, asked)
            return _form(book, session)
    except Refused as refused:
        return _over(book.records.things.get(name), refused)


def _submitted(book: Book, session: JsonObject, asked: Asked) -> Said:
    said = dict(parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True))
    written = {name: said.get(name, "").strip() for name in _FIELDS}
    for name in ("number", "expiry"):
        written[name] = re.sub(r"[ /-]", "", written[name])
    for name, (shape, problem) in _FIELDS.items():
        if not re.fullmatch(shape, written[name]):
            return _form(book, session, problem, written["name"])
    try:
        location = sessions.filled(book, session, cards.presented(written["number"]))
    except Refused as refused:
        return _form(book, session, f"{refused}.", written["name"])
    session = book.records.things[session["id"]]
    if session["status"] == "open":
        return _form(book, session, "The card was declined: try another one.", written["name"])
    return Said(303, b"", {**_HEADERS, "Location": location})


def _form(book: Book, session: JsonObject, problem: str = "", holder: str = "") -> Said:
    """Return the page to fill in; with what was wrong, where it was filled in before."""
    paying = session["mode"] == "payment"
    price = f"{session['amount_total']} {session['currency'].upper()}, in minor units"
    back = session["cancel_url"]
    text = _template("page.html").substitute(
        heading="Pay" if paying else "Store a card",
        price=f"<p class='price'>{escape(price)}</p>" * paying,
        about=escape(session["_title"] or "For later payments"),
        number=escape(session["client_reference_id"] or session["id"]),
        problem=f'<p class="problem" role="alert">{escape(problem)}</p>' * bool(problem),
        holder=escape(holder),
        button="Pay" if paying else "Store this card",
        cancel=f'<p><a href="{escape(back)}">Back to the shop</a></p>' if back else "",
        cards="".join(_row(card) for card in cards.TEST_CARDS),
    )
    origin = urlsplit(session["success_url"])
    return _html(text, 400 if problem else 200, f" {origin.scheme}://{origin.netloc}")


def _over(session: JsonObject | None, refused: Refused) -> Said:
    back = session.get("_location") if session else ""
    link = f'<p><a class="button" href="{escape(back)}">Back to the shop</a></p>' if back else ""
    heading = "This page does not exist" if refused.status == 404 else str(refused)
    text = _template("over.html").substitute(heading=escape(heading), back=link)
    return _html(text, 404 if refused.status == 404 else 410)


def _row(card: cards.TestCard) -> str:
    grouped = " ".join(re.findall(".{1,4}", card.number))
    why = f" ({(card.decline_code or card.code).replace('_', ' ')})"
    does = _DOES[card.does] + why * (card.does == cards.DECLINE)
    return f"<tr><td><code>{grouped}</code></td><td>{does}</td></tr>"


def _template(name: str) -> Template:
    return Template((_HERE / name).read_text(encoding="utf-8"))


def _html(text: str, status: int, origin: str = "") -> Said:
    """Return a page that may load its style and go back to the merchant, and nothing else."""
    policy = {"Content-Security-Policy": f"{_POLICY}; form-action 'self'{origin}"}
    return Said(status, text.encode(), {**_HEADERS, **policy})
