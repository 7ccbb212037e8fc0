"""Every ledger of ours keeps the protocol's promises, and the checks notice a broken one."""

from __future__ import annotations

from contextlib import closing
from functools import partial

import pytest

from paycore.ledger.durable import open_durable
from paycore.ledger.memory import MemoryLedger
from paycore.states import Kind, State
from paycore.testing.ledgers import CHECKS
from paycore.testing.ledgers.racing import (
    one_message_is_one_row,
    refunds_never_exceed_what_there_is,
)
from paycore.testing.ledgers.recording import (
    evidence_and_state_go_together,
    who_holds_an_older_fence_leaves_evidence_only,
)
from paycore.testing.ledgers.reserving import (
    a_key_never_sent_is_dispatched_again,
    later_attempts_carry_their_number,
    one_charge_at_a_time,
)
from tests.postgres import postgres  # noqa: F401


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def open_ledger(request, tmp_path):
    """Give what opens a ledger of one of the three kinds, empty."""
    if request.param == "memory":
        opened = MemoryLedger()
    elif request.param == "sqlite":
        opened = open_durable(f"sqlite:///{tmp_path / 'paycore.db'}")
    else:
        opened = open_durable(request.getfixturevalue("postgres").wiped())
    with closing(opened) as ledger:
        yield lambda: ledger


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_ledger_keeps_its_promises(check, open_ledger):
    """R38: memory, SQLite and PostgreSQL behave alike."""
    check(open_ledger)


def test_every_check_is_listed_once_and_says_what_it_promises():
    """A name that two had would hide one of them."""
    names = [check.__name__ for check in CHECKS]

    assert len(set(names)) == len(names) > 40
    assert all(check.__doc__ for check in CHECKS)


class Forgetful(MemoryLedger):
    """Breaks a promise that `broken` names."""

    def __init__(self, broken):
        super().__init__()
        self.broken = broken

    def record(self, operation, report, source, now, fence=None):
        fence = None if self.broken == "fence" else fence
        return super().record(operation, report, source, now, fence)

    def evidence(self, operation):
        return () if self.broken == "evidence" else super().evidence(operation)

    def keep(self, account, digest, notification, now):
        digest = digest + str(len(self.messages())) if self.broken == "copies" else digest
        return super().keep(account, digest, notification, now)

    def payment(self, reference):
        found = super().payment(reference)
        if found is None or self.broken not in ("refunds", "charges"):
            return found
        kind = Kind.REFUND if self.broken == "refunds" else Kind.CHARGE
        seen = [o for o in found.operations if o.kind is not kind or o.state is State.SUCCEEDED]
        return type(found)(found.reference, found.amount, tuple(seen), found.created_at)


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        ("fence", who_holds_an_older_fence_leaves_evidence_only),
        ("evidence", evidence_and_state_go_together),
        ("copies", one_message_is_one_row),
        ("refunds", refunds_never_exceed_what_there_is),
        ("charges", one_charge_at_a_time),
    ],
)
def test_a_broken_promise_is_noticed(broken, check):
    """Each check fails on a ledger that breaks the one thing it is about."""
    with pytest.raises(AssertionError):
        check(partial(Forgetful, broken))


@pytest.mark.parametrize(
    "check", [later_attempts_carry_their_number, a_key_never_sent_is_dispatched_again]
)
def test_a_sound_ledger_in_the_same_clothes_passes(check):
    """What breaks nothing is not blamed."""
    check(partial(Forgetful, ""))
