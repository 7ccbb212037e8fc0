"""A new page for an abandoned one: the old one stays watched, as a payer may still pay it."""

from __future__ import annotations

from paycore.errors import Conflict
from paycore.evolve import evolve
from paycore.ledger.admission import admitted
from paycore.ledger.protocol import Intent
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Report
from paycore.states import Kind, State
from paycore.verbs.ask import asked
from paycore.verbs.charge import Wish, charged, prepared
from paycore.verbs.give_back import known_payment
from paycore.verbs.giving_up import is_under_way
from paycore.wiring import Wiring


def supersede(wiring: Wiring, wish: Wish) -> Payment:
    """Ask about the open page, let it give way, and charge anew; return the payment then.

    The same key gives the stored result. A page that was paid meanwhile is not replaced. What is
    refused, of the new charge as well, is refused before anything gives way.

    Raises:
        Conflict: the provider does not say that it only waits for the payer; or the new charge
            cannot follow.
    """
    payment = known_payment(wiring, wish.reference)
    ready = prepared(wiring, wish)
    page = payment.open_charge
    known = wiring.ledger.by_key(Kind.CHARGE, ready.intent.key)
    answered = known is not None and known.state is not State.NOT_SENT
    if page is not None and not answered:
        _check_successor(wiring, payment, page, ready.intent)
        _give_way(wiring, page)
    return charged(wiring, ready)


def _give_way(wiring: Wiring, page: Operation) -> None:
    """Mark a page as superseded, once the provider said that nobody paid it.

    One whose address never reached the caller is one that nobody can pay, whatever is said.
    """
    told = asked(wiring, page)
    page = told.operation
    if not page.state.is_open:
        return  # what became of it decides whether another attempt may follow
    pending = isinstance(told.answer, Report) and told.answer.state is State.PENDING
    waits = pending and not is_under_way(told.answer)
    if page.state is State.PENDING and not waits:
        raise Conflict(f"{page.owner}: the provider does not say that its page is unpaid")
    wiring.ledger.supersede(page.id, page.version, wiring.now())


def _check_successor(wiring: Wiring, payment: Payment, page: Operation, intent: Intent) -> None:
    """Refuse a charge that the ledger would refuse even if the page waited, and had given way.

    Raises:
        Conflict: another amount, a key that means something else, another attempt.
    """
    gone = evolve(page, state=State.PENDING, superseded=True)
    operations = tuple(gone if o.id == page.id else o for o in payment.operations)
    siblings = wiring.ledger.operations(page.owner, Kind.CHARGE)
    known = wiring.ledger.by_key(Kind.CHARGE, intent.key)
    admitted(intent, known, evolve(payment, operations=operations), siblings)
