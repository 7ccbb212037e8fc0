"""The edges of the rules, where one word more or less would let money go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from paycore.errors import Conflict, InvalidRequest
from paycore.ledger.admission import admitted, dispatched
from paycore.ledger.protocol import Source
from paycore.ledger.rules import concluded, overtaken
from paycore.money import Money
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Conclusion, Report
from paycore.states import LATE, Kind, State
from paycore.testing.ledgers.scene import NOW, after_s, cad, intent

FULL = cad(1500)
OPENED = sorted({State.PENDING, State.UNKNOWN})


def operation(name="c-1", kind=Kind.CHARGE, state=State.SUCCEEDED, amount=FULL, **more):
    return Operation(
        **{
            **{"id": name, "kind": kind, "owner": "o-1", "key": name, "fingerprint": "f"},
            **{"account": "main", "reference": name, "method": "", "amount": amount},
            **{"state": state, "created_at": NOW, "updated_at": NOW},
            **{"charge": "c-1" if kind.gives_back else "", **more},
        }
    )


def payment(*operations):
    return Payment("o-1", FULL, operations, NOW)


def told(about, state=State.SUCCEEDED, **more):
    return Report(about.reference, state, about.amount, **more)


CHARGED = operation()
REFUND = operation("r-1", Kind.REFUND, State.DECLINED)


@pytest.mark.parametrize(
    ("wanted", "known", "books", "error", "field"),
    [
        (intent(), CHARGED, None, Conflict, "key"),
        (intent(minor=1), None, payment(), Conflict, "amount"),
        (intent(Kind.REFUND), None, None, InvalidRequest, "reference"),
        (intent(Kind.REFUND), None, payment(), InvalidRequest, "reference"),
        (intent(Kind.REFUND, minor=1501), None, payment(CHARGED), InvalidRequest, "amount"),
    ],
)
def test_a_refusal_names_the_field_and_the_payment(wanted, known, books, error, field):
    """Callers mend what is named; nobody has to read the sentence."""
    with pytest.raises(error, match=r"^o-1: ") as refused:
        admitted(wanted, known, books, ())

    assert refused.value.field == field


def test_nothing_left_names_the_payment():
    """It is no fault of the amount that was asked for."""
    with pytest.raises(Conflict, match=r"^o-1: nothing is left"):
        admitted(
            intent(Kind.REFUND),
            None,
            payment(CHARGED, replace(REFUND, state=State.SUCCEEDED)),
            (),
        )


@pytest.mark.parametrize("again", [False, True])
def test_what_is_sent_again_is_another_version(again):
    """Who looked at it before it was sent again settles nothing; a charge gives back of none."""
    sent = dispatched(CHARGED, intent(), payment(), after_s(5), again=again)

    assert (sent.version, sent.fence, sent.sends) == (1 + again,) * 3
    assert (sent.sent_at, sent.updated_at, sent.charge) == (after_s(5), after_s(5), "")
    assert sent.lease_until == sent.next_check_at == after_s(5) + timedelta(seconds=60)


@pytest.mark.parametrize("first", ["another amount was reported", "succeeded after expired"])
def test_no_reason_hides_another(first):
    """What is wrong now stands before what was wrong first; said again, it stands there once."""
    wrong = told(CHARGED, refundable=cad(1))
    before = replace(CHARGED, review=first)
    after = concluded(before, wrong, Source.QUERY, payment(before))

    assert after.review.startswith("what the provider says is left to refund differs")
    assert after.review.endswith(f"; {first}")
    assert concluded(after, wrong, Source.QUERY, payment(after)) == after


def test_a_second_capture_is_named_before_what_else_was_wrong():
    """R9: both, and the reason that stood there already."""
    second = operation("c-2", state=State.UNKNOWN, review="another amount was reported")
    after = concluded(second, told(second), Source.QUERY, payment(CHARGED, second))

    assert after.review == "captured twice: c-1 and c-2; another amount was reported"


@pytest.mark.parametrize("kind", [Kind.CHARGE, Kind.REFUND])
def test_only_money_that_was_just_taken_is_taken_twice(kind):
    """Neither what a person has looked into, nor a refund beside its charge, nor a decline."""
    settled = operation("c-2", kind, amount=cad(700))
    declined = operation("c-3", state=State.PENDING)
    books = payment(CHARGED, settled, declined)

    assert concluded(settled, told(settled), Source.QUERY, books).review == ""
    assert concluded(declined, told(declined, State.DECLINED), Source.QUERY, books).review == ""


@pytest.mark.parametrize("before", sorted(LATE))
@pytest.mark.parametrize("said", [*OPENED, State.DECLINED])
def test_a_dispatcher_that_was_given_up_says_nothing_new_but_a_success(before, said):
    """R39: only what took or holds money, and what no query would find, calls a person."""
    row = operation(state=before)

    assert overtaken(row, told(row, said)) == row
    assert overtaken(row, told(row, State.AUTHORIZED)).review.startswith("authorized, says a")
    assert overtaken(row, told(row)) == replace(
        row, review="succeeded, says a dispatcher that was given up"
    )
    assert overtaken(replace(row, review="first"), told(row)).review.endswith("given up; first")


@pytest.mark.parametrize("before", sorted({*OPENED, State.SUCCEEDED}))
def test_a_success_that_is_known_or_will_be_asked_for_is_no_alarm(before):
    """The query finds it."""
    row = operation(state=before)

    assert overtaken(row, told(row)) == overtaken(row, told(row, State.AUTHORIZED)) == row


@pytest.mark.parametrize("before", sorted(LATE))
@pytest.mark.parametrize("source", Source)
def test_what_is_held_after_its_end_is_believed_of_a_query_only(before, source):
    """R14: no state moves; a message is a reason to ask, and what was never held is a mismatch."""
    row = operation(state=before, hold_only=True)
    held = told(row, State.AUTHORIZED)
    after = concluded(row, held, source, payment(row))
    taking = replace(row, hold_only=False)
    wrong = concluded(taking, told(row, State.AUTHORIZED), Source.QUERY, payment(taking))

    assert after.state is before
    assert (after.review == f"held after {before.value}") == (source is Source.QUERY)
    assert wrong.review == "held, though it was to be taken"


@pytest.mark.parametrize("state", [*OPENED, State.AUTHORIZED])
def test_a_hold_that_is_not_over_is_held(state):
    """As was asked for."""
    row = operation(state=state, hold_only=True)
    held = concluded(row, told(row, State.AUTHORIZED), Source.QUERY, payment(row))

    assert (held.state, held.review) == (State.AUTHORIZED, "")


@pytest.mark.parametrize("release", State)
def test_what_our_release_gave_up_is_held_by_an_old_answer_only(release):
    """And by the provider, where the release failed, or nobody knows."""
    row = operation(state=State.EXPIRED, hold_only=True)
    end = operation("x-1", Kind.RELEASE, release, charge=row.id)
    after = concluded(row, told(row, State.AUTHORIZED), Source.QUERY, payment(row, end))

    assert bool(after.review) == (release is not State.SUCCEEDED)


@pytest.mark.parametrize(("moved_s", "calls"), [(-1, True), (0, True), (1, False)])
def test_an_answer_older_than_the_end_is_no_alarm(moved_s, calls):
    """It was asked for before the charge was over; the next one tells."""
    row = operation(state=State.EXPIRED, hold_only=True, checked_at=NOW)
    row = replace(row, updated_at=NOW + timedelta(seconds=moved_s))
    after = concluded(row, told(row, State.AUTHORIZED), Source.QUERY, payment(row))

    assert bool(after.review) == calls


@pytest.mark.parametrize("state", OPENED)
def test_a_flag_of_the_core_gives_way_to_what_was_told_meanwhile(state):
    """It was about another state."""
    row = operation(state=State.EXPIRED)
    flag = Conclusion(row.reference, state, reason="so long", review="so long")

    assert concluded(row, flag, Source.CORE, payment(row)) == row


@pytest.mark.parametrize("state", OPENED)
def test_the_core_raises_a_flag_and_nothing_else(state):
    """R48: what is open stays so; a reason that stands there already stays behind it."""
    row = operation(state=state)
    used_up = Conclusion(row.reference, state, reason="so long", review="so long")
    flagged = replace(row, review="first")

    assert concluded(row, used_up, Source.CORE, payment(row)) == replace(row, review="so long")
    assert concluded(flagged, used_up, Source.CORE, payment(flagged)) == replace(
        row, review="so long; first"
    )


@pytest.mark.parametrize("state", OPENED)
def test_a_message_in_time_is_not_late(state):
    """Where messages are proof, they are believed of what is open."""
    row = operation(state=state)

    assert concluded(row, told(row), Source.NOTIFICATION, payment(row)) == row.after(told(row))


@pytest.mark.parametrize("said", [State.PENDING, State.DECLINED])
def test_old_news_of_what_is_over_is_no_late_success(said):
    """It is judged as any other report."""
    row = operation(state=State.EXPIRED)
    news = told(row, said)

    assert concluded(row, news, Source.NOTIFICATION, payment(row)) == row.after(news)


def test_a_charge_that_succeeds_late_needs_no_cover():
    """It takes money; only what gives back needs some that is left."""
    row = operation(state=State.DECLINED)
    after = concluded(row, told(row), Source.RESPONSE, payment(row))

    assert (after.state, after.late) == (State.SUCCEEDED, True)


@pytest.mark.parametrize(("left", "may"), [(700, True), (699, False)])
def test_a_late_refund_takes_what_is_left_to_the_cent(left, may):
    """R32: all of it, and not one more."""
    gone = operation("r-2", Kind.REFUND, amount=Money(1500 - left, "CAD"))
    late = replace(REFUND, amount=cad(700))
    after = concluded(late, told(late), Source.QUERY, payment(CHARGED, gone, late))

    assert (after.state is State.SUCCEEDED) == may
    assert bool(after.review)


def test_a_late_refund_of_another_charge_takes_nothing_of_this_one():
    """R32: the money that is left is another charge's; or nothing was captured at all."""
    of_another = replace(REFUND, charge="c-0")
    for books in (payment(CHARGED, of_another), payment(of_another)):
        after = concluded(of_another, told(of_another), Source.QUERY, books)

        assert after.state is State.DECLINED
        assert "more than was left" in after.review
