"""Operations are found by every name that anybody has for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from paycore.ledger.shelf import Shelf
from paycore.money import Money
from paycore.operation import Operation
from paycore.states import Kind, State

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def operation(name="1", state=State.SUBMITTING, **more):
    fields = {
        "id": f"id-{name}",
        "kind": Kind.CHARGE,
        "owner": "o-1",
        "key": f"k-{name}",
        "fingerprint": "f",
        "account": "main",
        "reference": f"w-{name}",
        "method": "hosted_page",
        "amount": Money(1500, "CAD"),
        "created_at": NOW,
        "updated_at": NOW,
        "nonce": f"nonce-{name}",
    }
    return Operation(**{**fields, "state": state, **more})


@pytest.fixture
def shelf():
    return Shelf()


def test_an_operation_is_found_by_all_its_names(shelf):
    """Id, key, wire reference, the provider's own name, and the payer's nonce."""
    put = operation(provider_reference="T-1")
    shelf.put(put)

    found = [
        shelf.get("id-1"),
        shelf.by_key(Kind.CHARGE, "k-1"),
        shelf.by_wire("main", "w-1", ""),
        shelf.by_wire("main", None, "T-1"),
        shelf.by_nonce("nonce-1"),
        *shelf.owned("o-1"),
    ]

    assert found == [put] * 6


def test_a_stranger_s_name_finds_nothing(shelf):
    """Another kind, another account, nothing at all."""
    shelf.put(operation(nonce=""))

    found = [
        shelf.get("id-2"),
        shelf.by_key(Kind.REFUND, "k-1"),
        shelf.by_wire("other", "w-1", "T-1"),
        shelf.by_wire("main", None, ""),
        shelf.by_wire("main", "", ""),
        shelf.by_nonce(""),
    ]

    assert found == [None] * 6
    assert list(shelf.owned("o-2")) == []


def test_our_reference_goes_before_theirs(shelf):
    """Who names both means ours."""
    shelf.put(operation("1", provider_reference="T-1"))
    shelf.put(operation("2", provider_reference="T-2"))

    assert shelf.by_wire("main", "w-1", "T-2").id == "id-1"
    assert shelf.by_wire("main", "w-9", "T-2").id == "id-2"


def test_a_name_learned_later_is_known_from_then_on(shelf):
    """The provider's own comes with its answer; who claims it second does not get it."""
    shelf.put(operation("1"))
    shelf.put(operation("1", provider_reference="T-1"))
    shelf.put(operation("2", provider_reference="T-1"))

    assert shelf.by_wire("main", None, "T-1").id == "id-1"


def test_what_is_changed_takes_its_own_place(shelf):
    """It stands once, as it is now, in the order in which things began."""
    first, second = operation("1"), operation("2")
    for each in (first, second, replace(first, state=State.UNKNOWN)):
        shelf.put(each)

    assert [o.state for o in shelf.owned("o-1")] == [State.UNKNOWN, State.SUBMITTING]


def test_what_is_open_is_listed_until_it_is_not(shelf):
    """And again, where it is tried again."""
    seen = []
    for state in (State.SUBMITTING, State.NOT_SENT, State.SUBMITTING, State.SUCCEEDED):
        put = operation(state=state)
        lease_until = NOW if state is State.SUBMITTING else None
        shelf.put(replace(put, lease_until=lease_until, next_check_at=lease_until))
        seen.append(len(shelf.due(NOW, None, ahead=True)))

    assert seen == [1, 0, 1, 0]


def test_a_reference_is_taken_on_every_account(shelf):
    """Two may be one merchant; and yet each is found by the account that it was told through."""
    shelf.put(operation())
    shelf.put(operation("2", account="other"))

    assert [shelf.taken(name) for name in ("w-1", "w-2", "w-3")] == [True, True, False]
    assert shelf.by_wire("other", "w-1", "") is None
    assert shelf.by_wire("other", "w-2", "").id == "id-2"
