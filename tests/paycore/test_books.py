"""The books: what operators see is all there is, and what they settle is believed, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import paycore
from paycore import State
from paycore.books import Books
from paycore.ledger.by_hand import SETTLED
from paycore.ledger.protocol import InboxState, Source
from tests.stage import PAGE, Stage, message

DAY = timedelta(days=1)


@pytest.fixture
def stage():
    return Stage()


@pytest.fixture
def books(stage):
    return Books(stage.wiring)


def lost(stage, reference="o-1", **more):
    """Return a charge whose answer got lost."""
    stage.till.next("lost_after")
    (operation,) = stage.charge(reference, **more).operations
    return operation


def test_operations_are_listed_oldest_first_and_page_by_page(stage, books):
    """`after` goes on behind an operation; nothing is shown twice or left out."""
    for number in range(5):
        stage.paid(f"o-{number}")
    first = books.operations(limit=3)
    rest = books.operations(limit=3, after=first[-1].id)

    assert [o.owner for o in (*first, *rest)] == ["o-0", "o-1", "o-2", "o-3", "o-4"]


def test_operations_are_found_by_state_and_by_review(stage, books):
    """What is open, and what a person should look at."""
    stage.paid("o-1")
    lost(stage, "o-2")
    stage.till.next("pending")
    stage.charge("o-3")
    disputed = stage.ledger.record(
        stage.find("o-3").operations[0].id,
        paycore.Report("o-3", State.SUCCEEDED, amount=paycore.Money(1, "CAD")),
        Source.QUERY,
        stage.clock(),
    )

    assert [o.owner for o in books.operations(state=State.UNKNOWN)] == ["o-2"]
    assert [o.owner for o in books.operations(review=True)] == ["o-3"]
    assert books.operation(disputed.id) == disputed


@pytest.mark.parametrize("limit", [0, -1, 1001, True, 2.0, "5"])
def test_a_limit_is_a_number_that_makes_sense(books, limit):
    """For operations, messages and purges alike."""
    for ask in (books.operations, books.messages):
        with pytest.raises(paycore.InvalidRequest, match="limit"):
            ask(limit=limit)
    with pytest.raises(paycore.InvalidRequest, match="limit"):
        books.purge(datetime(2026, 1, 1, tzinfo=UTC), limit=limit)


def test_a_history_is_everything_in_the_order_of_time(stage, books):
    """What was asked, what was said, what was kept and what was told, of one payment only."""
    stage.charge(method=PAGE)
    stage.paid("o-2")
    stage.clock.advance(60)
    stage.till.settle("o-1")
    stage.tell(reference="o-1")
    stage.clock.advance(60)
    stage.gateway.refund("o-1", paycore.Money(500, "CAD"), key="r-1")
    history = books.history("o-1")
    told = [each.what for each in history.moments]

    assert history.payment == stage.find("o-1")
    assert [each.at for each in history.moments] == sorted(each.at for each in history.moments)
    assert told[0] == "operation"
    assert told.count("operation") == 2
    assert told.count("message") == 1
    assert told.count("event") == len(stage.ledger.events_of("o-1")) > 1
    evidence = [o for each in history.payment.operations for o in stage.ledger.evidence(each.id)]
    assert told.count("evidence") == len(evidence) > 2
    assert not any("o-2" in str(each) for each in history.moments)


def test_a_message_that_names_both_is_told_once(stage, books):
    """By our reference and by the provider's."""
    payment = stage.paid()
    theirs = payment.operations[0].provider_reference
    stage.tell(reference="o-1", theirs=theirs)
    told = [each.what for each in books.history("o-1").moments]

    assert theirs
    assert told.count("message") == 1


def test_a_stored_card_has_a_history_without_a_payment(stage, books):
    """Its own name is enough."""
    stage.gateway.tokenize("card-7", PAGE)
    history = books.history("card-7")

    assert history.payment is None
    assert [each.of.kind for each in history.moments if each.what == "operation"] == [
        paycore.Kind.TOKEN
    ]


@pytest.mark.parametrize("reference", ["o-9", "", " ", "é"])
def test_what_nobody_knows_has_no_history(books, reference):
    """And what is no reference neither."""
    with pytest.raises(paycore.InvalidRequest):
        books.history(reference)


@pytest.mark.parametrize("state", SETTLED)
def test_a_person_settles_what_nobody_knows(stage, books, state):
    """The reason is evidence, listeners hear of it, and the flag is down."""
    operation = lost(stage)
    after = books.settle(operation.id, state, "the console says so", operation.version)
    last = stage.ledger.evidence(operation.id)[-1]

    assert (after.state, after.review) == (state, "")
    assert (last.source, last.reported) == (Source.OPERATOR, state.value)
    assert "the console says so" in last.fields.values()
    assert stage.ear.finished("o-1")[-1] is state
    assert stage.till.count("query") == 0


def test_what_is_confirmed_by_hand_is_no_news(stage, books):
    """The flag is taken down; nobody hears of an end that was told before."""
    operation = stage.paid().operations[0]
    heard = stage.ear.finished("o-1")
    after = books.settle(operation.id, State.SUCCEEDED, "looked at", operation.version)

    assert after.state is State.SUCCEEDED
    assert stage.ear.finished("o-1") == heard


def test_what_changed_meanwhile_is_not_settled(stage, books):
    """The person looked at something else; nothing is changed."""
    operation = lost(stage)
    odd = paycore.Report("o-1", State.SUCCEEDED, amount=paycore.Money(1, "CAD"))
    before = stage.ledger.record(operation.id, odd, Source.QUERY, stage.clock())
    with pytest.raises(paycore.Conflict):
        books.settle(operation.id, State.NOT_EXECUTED, "it seemed so", operation.version)

    assert (before.state, before.review) == (
        State.UNKNOWN,
        "another amount or currency was reported",
    )
    assert books.operation(operation.id) == before


@pytest.mark.parametrize(
    ("state", "reason", "field"),
    [
        (State.PENDING, "so", "state"),
        (State.EXPIRED, "so", "state"),
        ("succeeded ", "so", "state"),
        (State.SUCCEEDED, "", "reason"),
        (State.SUCCEEDED, " ", "reason"),
        (State.SUCCEEDED, None, "reason"),
        (State.SUCCEEDED, "x" * 1001, "reason"),
        (State.SUCCEEDED, "a\nb", "reason"),
        (State.SUCCEEDED, "paid with 4111 1111 1111 1111", "reason"),
    ],
)
def test_a_verdict_has_a_state_and_a_reason_without_card_data(stage, books, state, reason, field):
    """Anything else is refused, and changes nothing."""
    operation = lost(stage)
    with pytest.raises(paycore.InvalidRequest) as refused:
        books.settle(operation.id, state, reason, operation.version)

    assert refused.value.field == field
    assert books.operation(operation.id) == operation


def test_an_operation_that_is_not_there_is_told(books):
    """By the ledger's own error."""
    for ask in (books.operation, lambda o: books.settle(o, State.SUCCEEDED, "so", 1)):
        with pytest.raises(paycore.LedgerError):
            ask("nobody")


@pytest.mark.parametrize("state", [InboxState.DEAD, InboxState.QUARANTINED])
def test_a_message_that_was_given_up_is_applied_once_it_can_be(stage, books, state):
    """It came too early, and somebody lost patience; now its payment is there."""
    stage.tell(reference="o-1")
    (row,) = books.messages()
    stage.ledger.mark(row.id, state, "tired", stage.clock())
    stage.charge(method=PAGE)
    stage.till.settle("o-1")
    after = books.replay(row.id)

    assert (after.id, after.state, after.reason) == (row.id, InboxState.APPLIED, "")
    assert stage.find().paid
    assert books.messages() == (after,)


def test_a_replay_makes_no_success_of_its_own(stage, books):
    """Where messages are no proof the provider is asked, and it says no."""
    stage.charge(method=PAGE)
    stage.till.settle("o-1", "declined")
    stage.tell(reference="o-1")
    (row,) = books.messages()

    assert books.replay(row.id).state is not InboxState.APPLIED
    assert not stage.find().paid


def test_what_was_applied_is_not_applied_again(stage, books):
    """A replay of it changes nothing."""
    stage.charge(method=PAGE)
    stage.till.settle("o-1")
    stage.tell(reference="o-1")
    (row,) = books.messages(state=InboxState.APPLIED)
    before = stage.find()
    books.replay(row.id)

    assert stage.find() == before
    assert books.messages() == (row,)


def test_a_message_that_cannot_be_replayed_is_told(stage, books):
    """There is none with this id, or its account is gone."""
    stage.tell(reference="o-9")
    (row,) = books.messages()
    del stage.accounts["main"]
    for message_id, field in (("nobody", "message"), (row.id, "account")):
        with pytest.raises(paycore.InvalidRequest) as refused:
            books.replay(message_id)
        assert refused.value.field == field
    assert books.messages() == (row,)


def test_messages_are_listed_page_by_page(stage, books):
    """Oldest first."""
    for number in range(3):
        stage.tell(reference=f"o-{number}")
        stage.clock.advance(1)
    first = books.messages(limit=2)
    rest = books.messages(limit=2, after=first[-1].id)
    told = [row.notification.report.reference for row in (*first, *rest)]

    assert told == ["o-0", "o-1", "o-2"]


def test_a_message_is_verified_and_nothing_else_happens(stage, books):
    """Nothing is kept, nobody is asked, nothing changes."""
    stage.charge(method=PAGE)
    before, calls = stage.find(), len(stage.till.calls)
    heard = books.verified("main", message(reference="o-1"))

    assert (heard.report.reference, heard.report.state) == ("o-1", State.SUCCEEDED)
    assert (stage.find(), len(stage.till.calls), books.messages()) == (before, calls, ())


def test_what_is_not_genuine_is_rejected(books):
    """Forged, or far too large to be read."""
    huge = paycore.WebhookMessage("POST", {"Seal": "genuine"}, "", b"x" * (256 * 1024 + 1))
    for bad in (message({"Seal": "forged"}), huge):
        with pytest.raises(paycore.WebhookRejected):
            books.verified("main", bad)


def test_an_export_is_all_that_was_begun_or_changed_since(stage, books):
    """Also what is older and was settled late; oldest first."""
    old, _ = lost(stage, "o-1"), stage.paid("o-2")
    stage.clock.advance(DAY.total_seconds())
    since = stage.clock()
    stage.paid("o-3")
    books.settle(old.id, State.DECLINED, "the bank says so", old.version)

    assert [o.owner for o in books.export(since)] == ["o-1", "o-3"]
    assert [o.owner for o in books.export(since - DAY)] == ["o-1", "o-2", "o-3"]
    assert list(books.export(since + DAY)) == []


def test_an_export_goes_through_every_page(stage, books, monkeypatch):
    """However few a page holds."""
    monkeypatch.setattr("paycore.books._PAGE", 2)
    for number in range(5):
        stage.paid(f"o-{number}")

    assert [o.owner for o in books.export(stage.clock())] == [f"o-{n}" for n in range(5)]


def test_a_purge_forgets_what_is_finished_and_leaves_the_rest(stage, books):
    """What is open stays whole; what moved stays known, and its key stays used."""
    stage.paid("o-1", metadata={"name": "Ada"})
    lost(stage, "o-2", metadata={"name": "Bob"})
    stage.clock.advance(400 * DAY.total_seconds())
    before = stage.clock() - DAY

    assert books.purge(before) == 1
    assert books.purge(before) == 0
    assert stage.find("o-1").paid
    assert dict(stage.find("o-1").metadata) == {}
    assert dict(stage.find("o-2").metadata) == {"name": "Bob"}
    assert stage.charge("o-1") == stage.find("o-1")


def test_a_moment_has_a_zone(books):
    """Nobody should guess which one was meant."""
    naive = datetime(2026, 1, 1)
    for ask, field in ((books.export, "since"), (books.purge, "before")):
        with pytest.raises(paycore.InvalidRequest) as refused:
            ask(naive)
        assert refused.value.field == field
