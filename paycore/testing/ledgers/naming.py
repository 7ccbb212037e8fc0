"""A wire reference is used once in a ledger: two accounts may be one merchant at the provider."""

from __future__ import annotations

from typing import Final

from paycore.ledger.protocol import Ledger
from paycore.operation import Operation
from paycore.states import Kind, State
from paycore.testing.ledgers.racing import at_once
from paycore.testing.ledgers.scene import (
    NAMING,
    Check,
    OpenLedger,
    after_s,
    captured,
    intent,
    recorded,
    reserved,
)

_RIVALS: Final = (
    ("a", Kind.REFUND, "", 1),
    ("b", Kind.CHARGE, "-r1", 1),
    ("c", Kind.TOKEN, "-r1", None),
)
"""An account, a kind, what follows an order's name, an amount: all three would be `ORDER-r1`."""


def no_name_is_used_twice(open_ledger: OpenLedger) -> None:
    """Readable while it is free and allowed; one namespace for all kinds and all accounts."""
    ledger = open_ledger()
    captured(ledger, "o-1")
    taken = [
        "o-1",
        reserved(ledger, intent(Kind.REFUND, "r-1", 1)).reference,
        reserved(ledger, intent(Kind.REFUND, "r-2", 1)).reference,
        reserved(ledger, intent(Kind.TOKEN, "t-1", None, owner="o-1-r1")).reference,
        reserved(ledger, intent(owner="o-1-r2", key="c-2")).reference,
        reserved(ledger, intent(owner="a name too long", key="c-3")).reference,
        reserved(ledger, intent(owner="o-1-r1", key="c-4", account="b")).reference,
    ]

    assert taken[:3] == ["o-1", "o-1-r1", "o-1-r2"]
    assert len(set(taken)) == len(taken)
    assert all(NAMING.allows(name) for name in taken)
    assert reserved(ledger, intent(owner="o-9", key="c-5", account="b")).reference == "o-9"


def accounts_share_one_list_of_names(open_ledger: OpenLedger) -> None:
    """The second try at order 1 through one account, and the first at order 1-2 by another."""
    ledger = open_ledger()
    for kind, minor, end in (
        (Kind.CHARGE, 1500, State.DECLINED),
        (Kind.TOKEN, None, State.EXPIRED),
    ):
        order = f"{kind.value}-1"
        first = reserved(ledger, intent(kind, f"{order} 1", minor, owner=order, account="a"))
        recorded(ledger, first, end)
        second = reserved(ledger, intent(kind, f"{order} 2", minor, owner=order, account="b"))
        wanted = intent(kind, f"{order}-2 1", minor, owner=f"{order}-2", account="a")
        other = reserved(ledger, wanted)

        assert second.reference == f"{order}-2"
        assert other.reference != second.reference
        assert _heard_of(ledger, "a", second) is None
        assert _heard_of(ledger, "b", second) == second
        assert _heard_of(ledger, "a", other) == other


def a_purge_gives_no_name_back(open_ledger: OpenLedger) -> None:
    """The provider still knows what it was told, and answers a repeat with the old money."""
    ledger = open_ledger()
    recorded(ledger, reserved(ledger, intent(account="a")), State.DECLINED)
    second = recorded(ledger, reserved(ledger, intent(key="k-2", account="b")))
    purged = ledger.purge(after_s(1), 9)
    taken = reserved(ledger, intent(owner=second.reference, key="k-3", account="a"))

    assert (purged, second.reference) == (1, "o-1-2")
    assert taken.reference != second.reference


def a_race_for_a_name_has_no_loser(open_ledger: OpenLedger) -> None:
    """Nothing that both lock stands between two accounts: each gets a name, none the same."""
    ledger = open_ledger()
    for order in range(8):
        captured(ledger, f"o-{order}", account="a")

    def reserve(number: int) -> Operation:
        account, kind, after, minor = _RIVALS[number % 3]
        owner = f"o-{number // 3}{after}"
        return reserved(ledger, intent(kind, f"{number}", minor, owner=owner, account=account))

    made = at_once(reserve)
    names = [operation.reference for operation in made]

    assert len(set(names)) == len(names)
    assert {f"o-{order}-r1" for order in range(8)} <= set(names)
    assert all(_heard_of(ledger, o.account, o) == o for o in made)


def _heard_of(ledger: Ledger, account: str, operation: Operation) -> Operation | None:
    """Return what a message to that account is about that has the operation's reference."""
    return ledger.by_wire(account, operation.reference, "")


CHECKS: Final[tuple[Check, ...]] = (
    no_name_is_used_twice,
    accounts_share_one_list_of_names,
    a_purge_gives_no_name_back,
    a_race_for_a_name_has_no_loser,
)
