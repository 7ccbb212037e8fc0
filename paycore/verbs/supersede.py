"""A new page for an abandoned one: the old one stays watched, as a payer may still pay it."""

from __future__ import annotations

from paycore import checks
from paycore.errors import Conflict
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Report
from paycore.states import State
from paycore.verbs.ask import asked
from paycore.verbs.charge import Wish, charge
from paycore.verbs.give_back import known_payment
from paycore.wiring import Wiring


def supersede(wiring: Wiring, wish: Wish) -> Payment:
    """Ask about the open page, let it give way, and charge anew; return the payment then.

    The same key gives the stored result. A page that was paid meanwhile is not replaced.

    Raises:
        Conflict: the provider does not say that it only waits for the payer.
    """
    payment = known_payment(wiring, wish.reference)
    page = payment.open_charge
    key = checks.name(wish.reference if wish.key is None else wish.key, "key")
    if page is not None and page.key != key:
        _give_way(wiring, page)
    return charge(wiring, wish)


def _give_way(wiring: Wiring, page: Operation) -> None:
    """Mark a page as superseded, once the provider said that nobody paid it.

    One whose address never reached the caller is one that nobody can pay, whatever is said.
    """
    told = asked(wiring, page)
    page = told.operation
    if not page.state.is_open:
        return  # what became of it decides whether another attempt may follow
    waits = isinstance(told.answer, Report) and told.answer.state is State.PENDING
    if page.state is State.PENDING and not waits:
        raise Conflict(f"{page.owner}: the provider does not say that its page is unpaid")
    wiring.ledger.supersede(page.id, page.version, wiring.now())
