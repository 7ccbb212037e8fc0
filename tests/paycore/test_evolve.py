"""A value with some fields changed is what `dataclasses.replace` makes, and as well checked."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import paycore
from paycore.errors import InvalidRequest
from paycore.evolve import evolve
from paycore.money import MAX_MINOR, Money
from paycore.operation import Operation
from paycore.report import Conclusion, Instrument, Report
from paycore.states import Kind, State

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OPERATION = Operation(
    *("id-1", Kind.CHARGE, "order-1", "key-1", "f" * 64, "cards", "order-1", "stored_token"),
    *(Money(1500, "CAD"), State.SUBMITTING, NOW, NOW),
)
changes = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(State),
        "amount": st.none() | st.builds(Money, st.integers(0, MAX_MINOR), st.just("CAD")),
        "review": st.text(max_size=5),
        "checks": st.integers(0, 5),
        "next_check_at": st.none() | st.integers(0, 99).map(lambda s: NOW + timedelta(seconds=s)),
        "instrument": st.none() | st.builds(Instrument, st.just("411111******1111")),
    },
)


def ours():
    """Return every dataclass that paycore itself defines."""
    names = [f"paycore.{m.name}" for m in pkgutil.walk_packages(paycore.__path__)]
    core = [n for n in names if n.count(".") == 1 and not n.endswith("__main__")]
    found = {
        each
        for name in [*core, "paycore.ledger.protocol", "paycore.ledger.mail"]
        for each in vars(importlib.import_module(name)).values()
        if isinstance(each, type)
        and dataclasses.is_dataclass(each)
        and each.__module__.startswith("paycore")
    }
    return sorted(found, key=lambda each: each.__qualname__)


@given(changes, changes)
def test_it_is_what_replace_makes(first, second):
    """Once and again: equal in every field, of the same class, frozen; the first is as it was."""
    before = dataclasses.replace(OPERATION)
    once = evolve(OPERATION, **first)
    twice = evolve(once, **second)

    assert once == dataclasses.replace(OPERATION, **first)
    assert twice == dataclasses.replace(dataclasses.replace(OPERATION, **first), **second)
    assert type(twice) is Operation
    assert repr(twice) == repr(dataclasses.replace(once, **second))
    assert before == OPERATION
    with pytest.raises(dataclasses.FrozenInstanceError):
        twice.state = State.DECLINED


@given(changes)
def test_what_was_changed_shares_nothing_that_can_change(first):
    """Neither knows the other's later changes."""
    once = evolve(OPERATION, **first)

    assert vars(once) is not vars(OPERATION)
    assert vars(evolve(once)) is not vars(once)


def test_what_is_checked_once_is_checked_again():
    """A change cannot make what nobody could have made."""
    with pytest.raises(InvalidRequest):
        evolve(Money(1500, "CAD"), minor=-1)
    with pytest.raises(InvalidRequest):
        evolve(Report("order-1", State.PENDING), state=State.NOT_SENT)
    assert evolve(Instrument("4111111111111111"), masked="4222222222222").masked == "422******2222"


def test_a_class_stays_what_it_is():
    """A conclusion of ours does not become a report of a plugin's, which may say less."""
    concluded = evolve(Conclusion("order-1", State.UNKNOWN), state=State.NOT_SENT)

    assert type(concluded) is Conclusion
    assert concluded == Conclusion("order-1", State.NOT_SENT)


def test_a_field_that_is_not_there_is_named():
    """A slip does not become a new attribute."""
    with pytest.raises(TypeError, match="stat"):
        evolve(OPERATION, stat=State.SUCCEEDED)
    assert not hasattr(OPERATION, "stat")


@pytest.mark.parametrize("cls", ours(), ids=lambda cls: cls.__qualname__)
def test_every_dataclass_of_ours_can_be_evolved(cls):
    """All that it holds are fields that it is given: no slots, nothing made beside them."""
    assert not hasattr(cls, "__slots__")
    assert all(field.init for field in dataclasses.fields(cls))
    assert not any(type(held).__name__ == "cached_property" for held in vars(cls).values())
