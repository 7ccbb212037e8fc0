"""Money is whole minor units of one currency: exact, or refused (promise R31)."""

from __future__ import annotations

import copy
import pickle
import tracemalloc
from dataclasses import FrozenInstanceError, replace
from decimal import Decimal, localcontext
from enum import Enum, IntEnum
from fractions import Fraction

import iso4217
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.errors import InvalidRequest
from paycore.money import MAX_MINOR, Money, exponent
from paycore.testing.strategies import currencies, money

LISTED = {currency.code: currency.exponent for currency in iso4217.Currency}


class Price(IntEnum):
    LOW = 1500


class Cents(int):
    pass


class Code(str, Enum):
    CAD = "CAD"


def refused(make, *arguments):
    """Return the field that a refusal names."""
    with pytest.raises(InvalidRequest) as caught:
        make(*arguments)
    return caught.value.field


# What it holds


@pytest.mark.parametrize(
    "minor",
    [15.0, 19.99, True, False, "1500", None, Decimal(1500), Fraction(1500), 1500j, b"1500",
     Price.LOW, Cents(1500), [1500]],
    ids=repr,
)  # fmt: skip
def test_minor_units_are_an_int_and_nothing_like_one(minor):
    """Floats, bools, texts, decimals, and subclasses of int are refused, by name of the field."""
    assert refused(Money, minor, "CAD") == "amount"


@pytest.mark.parametrize("minor", [-1, -(2**63), 2**63, 2**64])
def test_minor_units_fit_signed_64_bits_and_are_not_negative(minor):
    """Below zero and above 2**63 - 1 is refused, however large."""
    assert refused(Money, minor, "CAD") == "amount"


@pytest.mark.parametrize("minor", [0, 1, 1500, MAX_MINOR])
def test_the_whole_range_is_held(minor):
    """From nothing at all to 2**63 - 1."""
    assert Money(minor, "CAD").minor == minor


@pytest.mark.parametrize(
    "currency",
    ["cad", "Cad", "CA", "CADD", "", " CAD", "CAD ", "CAD\n", "ZZZ", "ＣＡＤ", "C\u00c4D", "123",
     None, 124, b"CAD", ["CAD"], {"CAD": 1}, Code.CAD, *(c for c in LISTED if LISTED[c] is None)],
    ids=repr,
)  # fmt: skip
def test_a_currency_is_an_upper_case_iso_code_with_a_minor_unit(currency):
    """Metals, test codes, other spellings and other types are refused, whatever the type."""
    assert refused(Money, 1500, currency) == "currency"


@pytest.mark.parametrize(
    ("currency", "places"), [("JPY", 0), ("CAD", 2), ("KWD", 3), ("CLF", 4), ("ISK", 0), ("MGA", 2)]
)
def test_exponents_that_people_get_wrong(currency, places):
    """The table of the standard is used, not a habit of two decimals."""
    assert exponent(currency) == places


def test_a_refusal_never_quotes_what_it_refused():
    """What stands in the wrong place may be a secret."""
    for wrong in (lambda: Money("4111111111111111", "CAD"), lambda: Money.parse("4111x", "CAD")):
        with pytest.raises(InvalidRequest) as caught:
            wrong()

        assert "4111" not in str(caught.value)


# What is read and written


@given(money())
def test_what_is_written_is_read_back(amount):
    """Whatever the amount and currency."""
    assert Money.parse(str(amount)) == amount


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (Money(1500, "CAD"), "15.00 CAD"),
        (Money(5, "CAD"), "0.05 CAD"),
        (Money(1500, "JPY"), "1500 JPY"),
        (Money(7500, "KWD"), "7.500 KWD"),
        (Money(1, "CLF"), "0.0001 CLF"),
        (Money(0, "JPY"), "0 JPY"),
    ],
)
def test_an_amount_is_written_with_its_decimals(amount, written):
    """With as many decimals as the currency has, and its code."""
    assert str(amount) == written


@pytest.mark.parametrize("text", ["15.5", "15.50", "15.500"])
def test_missing_decimals_are_zeros_at_the_end(text):
    """Half a dollar is fifty cents, not five."""
    assert Money.parse(text, "CAD") == Money(1550, "CAD")
    assert Money.of(Decimal(text), "CAD") == Money(1550, "CAD")


@pytest.mark.parametrize("text", ["15", "15.0", "15.00", "15.000", "15.00000000"])
def test_decimals_that_say_nothing_may_be_left_out_or_added(text):
    """15 dollars are 15 dollars."""
    assert Money.parse(text, "CAD") == Money(1500, "CAD")


@pytest.mark.parametrize(
    "text",
    ["１５.00", "١٥.00", "1５.00", "15.０0", "15.0０",
     "15.00\n", " 15.00", "15.00 ", "+15.00", "-15.00", "1e3", "0x10", "1_000",
     "1,000.00", "15,00", "015.00", "00", ".50", "15.", "15..0", "", " ", "nan", "inf", "15.00CAD",
     "15\u00a000", "99999999999999999999", "15.00 CAD", "9" * 5000, "0." + "0" * 40],
    ids=lambda text: repr(text)[:24],
)  # fmt: skip
def test_an_amount_is_a_plain_decimal_number(text):
    """Signs, blanks, exponents, separators and other scripts' digits are refused."""
    assert refused(Money.parse, text, "CAD") == "amount"


@pytest.mark.parametrize(
    "text", [1500, 15.0, None, b"15.00", Decimal("15.00"), ["15.00"]], ids=repr
)
def test_only_text_is_parsed(text):
    """Anything else is refused, with an example of what is wanted."""
    assert refused(Money.parse, text, "CAD") == "amount"


@pytest.mark.parametrize("text", ["15.00", "15.00 ", "15.00  CAD", "15.00 CAD ", "15.00 cad"])
def test_a_text_names_its_currency_exactly(text):
    """One blank, then the code; there is no currency by default."""
    assert refused(Money.parse, text) == "currency"


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("19.999", "CAD"),
        ("1500.50", "JPY"),
        ("7.5001", "KWD"),
        ("0.00001", "CLF"),
        ("0.001", "CAD"),
    ],
)
def test_nothing_is_ever_rounded(amount, currency):
    """More decimals than the currency has are refused, in text and as Decimal."""
    assert refused(Money.parse, amount, currency) == "amount"
    assert refused(Money.of, Decimal(amount), currency) == "amount"


def test_whole_units_become_minor_units():
    """An int counts whole units of the currency, whatever its exponent."""
    assert Money.of(15, "CAD") == Money(1500, "CAD")
    assert Money.of(15, "JPY") == Money(15, "JPY")
    assert Money.of(15, "KWD") == Money(15_000, "KWD")
    assert Money.of(0, "CAD") == Money(0, "CAD")
    assert Money.of(Decimal("1E+2"), "CAD") == Money(10_000, "CAD")


@pytest.mark.parametrize(
    "amount",
    [15.0, True, "15.00", None, Fraction(15), Price.LOW, Decimal("NaN"), Decimal("sNaN"),
     Decimal("Infinity"), Decimal("-Infinity"), Decimal("-0.01"), Decimal("-0"), -1,
     MAX_MINOR, Decimal("99999999999999999.99")],
    ids=lambda amount: repr(amount)[:24],
)  # fmt: skip
def test_units_are_a_decimal_or_an_int_that_fits(amount):
    """Floats, bools, texts, negative, infinite and absurd amounts are refused."""
    assert refused(Money.of, amount, "CAD") == "amount"


@pytest.mark.parametrize(
    "text", ["1E+1000000", "1E-1000000", "0E+1000000", "0E-1000000", "1E+999999999999999999"]
)
def test_a_huge_exponent_costs_nothing(text):
    """A Decimal that would fill the memory when written out is refused at once."""
    tracemalloc.start()
    field = refused(Money.of, Decimal(text), "CAD")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert field == "amount"
    assert peak < 100_000


def test_an_int_too_long_to_be_written_out_is_refused():
    """Python itself refuses to write 10**5000; the caller must not meet that."""
    assert refused(Money, 10**5000, "CAD") == "amount"
    assert refused(Money, -(10**5000), "CAD") == "amount"
    assert refused(Money.of, 10**5000, "CAD") == "amount"
    assert refused(Money.of, Decimal("9" * 5000), "CAD") == "amount"


@given(money("CAD"), st.integers(1, 6))
def test_the_callers_decimal_context_changes_nothing(amount, precision):
    """However coarsely the caller's thread rounds, an amount is exact."""
    exact = Decimal(str(amount).split()[0])
    with localcontext() as context:
        context.prec = precision

        assert Money.of(exact, "CAD") == amount


# What it does


@given(currencies(), st.integers(0, MAX_MINOR // 2), st.integers(0, MAX_MINOR // 2))
def test_sums_and_comparisons_are_those_of_integers(currency, one, other):
    """Adding, taking away and comparing minor units."""
    few, many = (Money(minor, currency) for minor in sorted((one, other)))

    assert (few + many).minor == one + other
    assert (many - few).minor == abs(one - other)
    assert (few < many, few > many) == (few.minor < many.minor, False)
    assert few <= many
    assert many >= few
    same = Money(few.minor, currency)
    assert (few <= same, few >= same, few < same, few > same) == (True, True, False, False)
    assert (few >= many) == (few.minor == many.minor) == (many <= few)


def test_what_would_leave_the_range_is_refused():
    """Neither a debt nor an overflow comes out of arithmetic."""
    assert refused(lambda: Money(1, "CAD") - Money(2, "CAD")) == "amount"
    assert refused(lambda: Money(MAX_MINOR, "CAD") + Money(1, "CAD")) == "amount"


OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_currencies_do_not_mix(operation):
    """Dollars and yen are neither added nor compared."""
    assert refused(operation, Money(1, "CAD"), Money(1, "USD")) == "currency"


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_money_and_numbers_do_not_mix(operation):
    """A bare number has no currency."""
    with pytest.raises(TypeError):
        operation(Money(1, "CAD"), 1)


def test_equal_amounts_are_one_value():
    """Same minor units and currency: equal, with one hash; anything else is not."""
    assert Money(1500, "CAD") == Money(1500, "CAD")
    assert len({Money(1500, "CAD"), Money(1500, "CAD"), Money(1500, "USD")}) == 2
    assert Money(1500, "CAD") != 1500


def test_nothing_at_all_is_false():
    """Zero of a currency is false, anything above is true."""
    assert not Money(0, "CAD")
    assert Money(1, "CAD")


@given(money())
def test_copies_and_pickles_are_equal(amount):
    """An amount survives pickle in every protocol, copy and deepcopy."""
    pickles = [pickle.dumps(amount, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]

    assert all(pickle.loads(pickled) == amount for pickled in pickles)
    assert copy.copy(amount) == copy.deepcopy(amount) == amount


def test_an_amount_never_changes():
    """It is frozen, and what is made from it is checked again."""
    amount = Money(1500, "CAD")

    with pytest.raises(FrozenInstanceError):
        amount.minor = 1
    assert refused(lambda: replace(amount, minor=-1)) == "amount"
