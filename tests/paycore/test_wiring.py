"""Every verb finds its account by name, and a name that nobody gave is refused."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest

from paycore.errors import InvalidRequest
from paycore.ledger.memory import MemoryLedger
from paycore.wiring import Wiring, utc_now
from tests.stage import Stage


def test_no_name_means_the_default_account() -> None:
    """An application with one account never names it; with two, either can be named."""
    wiring = Stage(names=("main", "other")).wiring

    assert wiring.account(None).name == "main"
    assert wiring.account("other").name == "other"


@pytest.mark.parametrize("name", ["", "mian", "MAIN", 5, ["main"], {"main"}])
def test_an_unknown_name_is_refused_with_those_there_are(name: Any) -> None:
    """Whatever is named, an account that is not there is an error of the caller's."""
    wiring = Stage(names=("other", "main")).wiring

    with pytest.raises(InvalidRequest, match="account: the settings have main, other") as refused:
        wiring.account(name)
    assert refused.value.field == "account"


def test_without_accounts_the_refusal_says_none() -> None:
    """Even then there is a sentence to read."""
    wiring = Wiring(accounts={}, ledger=MemoryLedger(), default_account="")

    with pytest.raises(InvalidRequest, match="the settings have none"):
        wiring.account(None)


def test_time_is_utc() -> None:
    """What is stored can be compared with what another machine stores."""
    assert utc_now().tzinfo is UTC
    assert utc_now().utcoffset() == timedelta(0)


def test_what_is_shown_of_it_holds_no_handles() -> None:
    """A debugger's view of the wiring shows neither ledger nor listeners."""
    shown = repr(Stage().wiring)

    assert "ledger" not in shown
    assert "handle" not in shown
    assert "default_account='main'" in shown
