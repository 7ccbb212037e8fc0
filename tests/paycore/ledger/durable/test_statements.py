"""Each statement is compiled once, says the same to both, and finds its rows by an index."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import Insert, Select, Update
from sqlalchemy.dialects import sqlite

from paycore.ledger.durable import mail_statements, open_durable, statements
from paycore.ledger.durable.mail_statements import MESSAGE_KEPT
from paycore.ledger.durable.session import Session, Texts
from paycore.ledger.durable.words import compiled
from paycore.ledger.protocol import Source
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import NOW, captured, intent, recorded, reserved

NAMED = sqlite.dialect(paramstyle="named")
STATEMENTS = {
    name: value
    for name, value in {**vars(statements), **vars(mail_statements)}.items()
    if name[0].isalpha() and isinstance(value, (Select, Update, Insert))
} | {f"LISTED {which} {review}": value for (which, review), value in statements.LISTED.items()}

WHOLE = {"PURGEABLE"}
"""What goes through everything there is, when an operator says so."""


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    path = tmp_path_factory.mktemp("plans") / "a.db"
    open_durable(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as opened:
        yield opened


def plan(connection, statement):
    text, _ = compiled(statement, NAMED)
    names = dict.fromkeys(statement.compile(dialect=NAMED).params, 1)
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", names)]


@pytest.mark.parametrize("name", sorted(STATEMENTS.keys() - WHOLE))
def test_no_statement_reads_a_whole_table(connection, name):
    """What a charge costs does not grow with the number of payments: every step is a search."""
    steps = plan(connection, STATEMENTS[name])

    assert not [step for step in steps if step.startswith("SCAN") and "INDEX" not in step]


@pytest.mark.parametrize(
    "name",
    [
        *("DUE", "PAGE", "OWNED", "EVIDENCE", "BY_THEIRS", "LISTED unusual False"),
        *("MESSAGES", "MESSAGES_IN", "MESSAGES_DUE", "EVENTS_DUE", "EVENTS_OF"),
    ],
)
def test_no_statement_sorts_what_an_index_has_in_order(connection, name):
    """What is open, and the next page, come in their order."""
    assert not [step for step in plan(connection, STATEMENTS[name]) if "B-TREE" in step]


def test_due_reads_only_what_is_open(connection):
    """By the partial index."""
    assert any("ix_paycore_operation_due" in step for step in plan(connection, STATEMENTS["DUE"]))


def test_both_keep_a_message_in_the_same_words():
    """The one statement that each dialect has in a class of its own."""
    assert set(MESSAGE_KEPT) == {"sqlite", "postgresql"}


def test_a_statement_is_compiled_once():
    """Building it on every call cost thirty times what running it costs."""
    texts = Texts(NAMED)

    assert texts[statements.PAYMENT] is texts[statements.PAYMENT]


def test_the_number_of_statements_of_a_charge_does_not_grow(tmp_path, monkeypatch):
    """The hundredth costs what the first does."""
    seen = []
    real = Session._run
    monkeypatch.setattr(
        Session, "_run", lambda self, *said: seen.append(said[0]) or real(self, *said)
    )
    counts = set()
    with closing(open_durable(f"sqlite:///{tmp_path / 'a.db'}")) as ledger:
        for number in range(5):
            seen.clear()
            captured(ledger, f"o-{number}")
            counts.add(len(seen))
        token = reserved(ledger, intent(Kind.TOKEN, "t", None))
        recorded(ledger, token, State.DECLINED, Source.QUERY, NOW)

    assert len(counts) == 1
    assert counts.pop() < 14
