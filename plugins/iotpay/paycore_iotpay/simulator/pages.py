"""The hosted page: an HTML form that works without JavaScript, and its files."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from paycore_iotpay.simulator import form
from paycore_iotpay.simulator.book import Book
from paycore_iotpay.simulator.cards import TEST_CARDS, presented
from paycore_iotpay.simulator.members import Refused, checked
from paycore_iotpay.simulator.records import Session

MODES: Final = ("purchase", "addcard")
ASSETS: Final = {"iotpaycc.js": "text/javascript", "simulator.css": "text/css"}
_HERE: Final = Path(__file__).parent / "assets"
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_CHANNELS: Final = {"PF_CC": "Credit and debit cards", "UPI_EX": "UnionPay cards"}
_BEHAVIOURS: Final = {
    "success": "succeeds",
    "decline": "is declined",
    "late": "succeeds after 60 s",
}
_PROBLEMS: Final = {
    "cardNum": "The card number is missing or not complete.",
    "holder": "The name on the card is missing.",
    "expiryDate": "The expiry date is month and year, four digits.",
    "cvv": "The security code is three or four digits.",
}
"""What is written into the form, and what is said where it is missing or odd."""
_OVER: Final = {
    "secureId error": ("This page does not exist", 404),
    "secureId is used": ("This page has been used", 410),
    "secureId is expired": ("This page has expired", 410),
}


def asset(name: str) -> Response:
    """Return the page's style sheet, or the stand-in for IOTPay's script."""
    return Response((_HERE / name).read_bytes(), content_type=f"{ASSETS[name]};charset=UTF-8")


def respond(book: Book, mode: str, request: Request) -> Response:
    """Show the page of `?key=`; once it is filled in, send the browser back to the merchant."""
    key = request.args.get("key", "")
    try:
        with book.changing():
            page = form.session(book, key, mode)
            if request.method == "POST":
                return _submitted(book, page, request)
            return _form(book, page)
    except Refused as refused:
        used = book.records.sessions.get(key)
        return _over(str(refused), used.location if used else "")


def _submitted(book: Book, page: Session, request: Request) -> Response:
    written = {name: request.form.get(name, "").strip() for name in _PROBLEMS}
    numbers = {name: re.sub(r"[ /-]", "", written[name]) for name in ("cardNum", "expiryDate")}
    try:
        said = {"secureId": page.secure_id, **written, **numbers}
        card = presented(checked("cc_pfpurchase", said), page.channel)
        location = form.submitted(book, page, card)
    except Refused as refused:
        return _form(book, page, problem=str(refused), holder=written["holder"])
    return Response(b"", 303, headers={**_HEADERS, "Location": location})


def _form(book: Book, page: Session, problem: str = "", holder: str = "") -> Response:
    """Return the page to fill in; with what was wrong, where it was filled in before."""
    order = form.payment(book, page) if page.mode == "purchase" else None
    price = f"{order.amount // 100}.{order.amount % 100:02d} {order.currency}" if order else ""
    text = _template("page.html").substitute(
        heading=f"Pay {price}" if order else "Store a card",
        about=escape(page.title or ("Payment" if order else "For later payments")),
        number=escape(order.number if order else page.subject),
        merchant=escape(book.merchant.merchant_id),
        channel=escape(_CHANNELS[page.channel]),
        problem=f'<p class="problem" role="alert">{escape(_sentence(problem))}</p>' * bool(problem),
        holder=escape(holder),
        button=f"Pay {price}" if order else "Store this card",
        cards="".join(_row(*card) for card in TEST_CARDS if card[1] == page.channel),
    )
    return _html(text, 400 if problem else 200, _origin(page.return_url))


def _over(problem: str, location: str) -> Response:
    back = f'<p><a class="button" href="{escape(location)}">Back to the shop</a></p>'
    heading, status = _OVER[problem]
    text = _template("over.html").substitute(heading=heading, back=back * bool(location))
    return _html(text, status)


def _row(number: str, channel: str, behaviour: str) -> str:
    grouped = " ".join(re.findall(".{1,4}", number))
    return f"<tr><td><code>{grouped}</code></td><td>{_BEHAVIOURS[behaviour]}</td></tr>"


def _sentence(problem: str) -> str:
    return _PROBLEMS.get(problem.rpartition(" ")[2], problem[:1].upper() + problem[1:] + ".")


def _template(name: str) -> Template:
    return Template((_HERE / name).read_text(encoding="utf-8"))


def _html(text: str, status: int, origin: str = "") -> Response:
    """Return a page that may load its style and go back to the merchant, and nothing else."""
    policy = {"Content-Security-Policy": f"{_POLICY}; form-action 'self' {origin}".rstrip()}
    headers = {**_HEADERS, **policy}
    return Response(text, status, headers=headers, content_type="text/html;charset=UTF-8")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
