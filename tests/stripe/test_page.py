"""docs/providers/stripe.md: its tables are what the plugin knows."""

from __future__ import annotations

import re

import pytest

import paycore
from paycore import Kind, State
from paycore.money import exponent
from paycore.wire.fields import SettingsSchema
from paycore_stripe import amounts, hooks, schemas
from paycore_stripe.account import AccountSchema
from paycore_stripe.signing import TOLERANCE_S
from tests.docs.pages import first_column, page, rows, section
from tests.stripe.messages import told
from tests.stripe.scripted import marks

PAGE = page("providers/stripe.md")


def words(text: str) -> set[str]:
    """Return what stands in code marks."""
    return set(re.findall(r"`([^`]+)`", text))


def test_every_setting_is_told():
    """Those that are ours; what every account has stands elsewhere."""
    told_of = first_column(section(PAGE, "## Settings"))

    assert set(told_of) == {*AccountSchema().fields} - {*SettingsSchema().fields}


def test_the_refusals_are_those_that_are_listed():
    """Each code of each operation, and no other."""
    listed: dict[str, set[str]] = {}
    for operation, codes, *_ in rows(section(PAGE, "## Refusals")):
        listed.setdefault(operation.partition(",")[0], set()).update(words(codes))

    assert listed == {kind.value: {*codes} for kind, codes in schemas.SURE.items()}


@pytest.mark.parametrize(
    ("column", "kind"), [(1, Kind.CHARGE), (2, Kind.CAPTURE), (3, Kind.RELEASE)]
)
def test_the_statuses_mean_what_they_are_said_to_mean(column, kind):
    """The first word of a cell is the state; what is not listed is UNKNOWN."""
    known = {}
    for row in rows(section(PAGE, "## Answers")):
        state = State(re.split("[;, ]", row[column])[0].lower())
        known |= dict.fromkeys(words(row[0]), state)

    everything = {*schemas.STATES[Kind.CHARGE]}
    assert known == {s: schemas.STATES[kind].get(s, State.UNKNOWN) for s in everything}


def test_the_amounts_are_as_they_are_said():
    """Five of each, in Stripe's units."""
    for row in rows(section(PAGE, "## Amounts")):
        codes = re.findall(r"\b[A-Z]{3}\b", row[0].replace("ISO", "")) or ["CAD"]
        for code in codes:
            five = paycore.Money(5 * 10 ** exponent(code), code)
            assert str(amounts.said(five)) in words(row[1]), code


def test_every_message_that_is_worth_sending_is_read():
    """Each type of the list says something of a thing that carries our reference."""
    text = section(PAGE, "## Messages").partition("worth sending")[2]
    types = {word for word in words(text) if "." in word}
    settings = {"base_url": "https://api.stripe.com", "mode": "sandbox"}
    keys = {"secret_key": "sk_test_0123456789", "webhook_secret": "whsec_0123456789"}
    account = hooks.open_account({**settings, **keys})
    for what in types:
        thing = {"id": "x_1", "object": what.rpartition(".")[0], "metadata": marks("o-1", "page")}
        message = told(what, thing, keys["webhook_secret"])
        assert hooks.verify_webhook(account=account, message=message).report.reference == "o-1"

    assert len(types) == 14


def test_what_else_the_page_counts_is_so():
    """Currencies, version, tolerance, and how many pages are looked through."""
    assert f"in {len(amounts.CURRENCIES)} currencies" in PAGE
    assert f"version `{hooks.API_VERSION}`" in PAGE
    assert f"within {TOLERANCE_S} seconds" in PAGE
    assert "the 20 newest pages" in PAGE
    assert hooks._NEWEST == {"limit": 20}
