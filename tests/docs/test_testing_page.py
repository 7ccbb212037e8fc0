"""docs/testing.md: what the fake provider does with which amount."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import paycore
from paycore import fake
from tests.docs.pages import page, rows, section


def amounts() -> Iterator[tuple[int, bool, str, str]]:
    for digits, direct, direct_then, page_, page_then in rows(
        section(page("testing.md"), "## What the amount chooses")
    ):
        minor = 500 + (0 if digits == "any other" else int(digits.strip("`")))
        yield minor, False, direct, direct_then
        yield minor, True, page_, page_then


@pytest.mark.parametrize(("minor", "by_page", "first", "then"), [*amounts()])
def test_the_fake_provider_does_what_its_table_says(minor, by_page, first, then):
    """The last two digits choose what `charge` returns, and what a query finds."""
    method = paycore.HostedPage("https://shop.example/") if by_page else paycore.StoredToken("t")
    given = {"ledger": "memory://", "return_hosts": ["shop.example"]}
    given["accounts"] = {"cards": {"provider": "fake"}}
    with paycore.open_gateway(given) as gateway:
        try:
            told = gateway.charge("order-1", paycore.Money(minor, "CAD"), method).status
        except paycore.NotSent:
            told = gateway.find("order-1").status

        assert told.value == first
        assert gateway.query("order-1").status.value == then


@pytest.mark.parametrize(("minor", "by_page"), [(1500, True), (1502, False), (1503, False)])
def test_another_gateway_finds_nothing_out(tmp_path, minor, by_page):
    """What is open when its gateway closes stays open: the next `fake` has never heard of it."""
    method = paycore.HostedPage("https://shop.example/") if by_page else paycore.StoredToken("t")
    given = {"ledger": f"sqlite:///{tmp_path / 'kept.db'}", "return_hosts": ["shop.example"]}
    given["accounts"] = {"cards": {"provider": "fake"}}
    with paycore.open_gateway(given) as gateway:
        told = gateway.charge("order-1", paycore.Money(minor, "CAD"), method).status
    with paycore.open_gateway(given) as gateway:
        assert gateway.query("order-1").status is told


def test_the_fake_provider_is_what_the_table_of_amounts_is_about():
    """Its own docstring names the same amounts."""
    table = rows(section(page("testing.md"), "## What the amount chooses"))

    assert all(row[0].strip("`") in fake.__doc__ for row in table if row[0] != "any other")
