"""An operation, a payment and a time are the same after a stay in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from paycore.ledger.durable import rows
from paycore.payment import Payment
from paycore.testing.strategies import EPOCH, money, names, operations


@given(operations())
def test_an_operation_is_its_row(operation):
    """Every field, in the order of the columns."""
    assert rows.operation_of(tuple(rows.operation_values(operation).values())) == operation


@given(names(), money(least=1), st.dictionaries(st.text(), st.text(), max_size=3))
def test_a_payment_is_its_row(reference, amount, metadata):
    """Its sums apart, which its operations say."""
    payment = Payment(reference, amount, (), EPOCH, metadata)

    assert rows.payment_of(tuple(rows.payment_values(payment).values()), ()) == payment


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_is_kept_to_the_microsecond(at):
    """Without any rounding on the way."""
    assert rows.time_of(rows.micros(at)) == at


def test_a_time_of_any_zone_is_the_same_moment():
    """What comes back is UTC."""
    east = datetime(2026, 1, 1, 9, tzinfo=timezone(timedelta(hours=9)))

    assert rows.time_of(rows.micros(east)) == east
    assert rows.time_of(rows.micros(east)).tzinfo is UTC
