"""The bench of the ledger: what it fills is what a gateway would have written, and it runs."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from paycore import PaymentStatus, State
from paycore.ledger.durable import open_durable, upgrade
from tests.bench.filling import fill, kind_of
from tests.bench.selling import ACCOUNT, Seller, reference_of, theirs_of
from tests.postgres import postgres  # noqa: F401

pytestmark = pytest.mark.thorough
ROOT = Path(__file__).parents[2]
FEW = 24
STATUSES = {
    "declined": PaymentStatus.FAILED,
    "open": PaymentStatus.AWAITING_PAYER,
    "review": PaymentStatus.AWAITING_PAYER,
    "unknown": PaymentStatus.UNKNOWN,
}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Give the address of a filled ledger."""
    place = f"sqlite:///{tmp_path / 'filled.db'}"
    if request.param == "postgresql":
        place = request.getfixturevalue("postgres").wiped()
    upgrade(place)
    fill(place, FEW)
    return place


def test_a_filled_ledger_is_one_that_a_gateway_wrote(url):
    """Every payment is found by every name that it has, in the state of its kind."""
    with closing(open_durable(url)) as ledger:
        page = ledger.payments(status=None, account=None, limit=100, after="")
        for number in range(FEW):
            kind, reference = kind_of(number), reference_of(number)
            payment = ledger.payment(reference)
            (charge, *rest) = payment.operations
            ours = ledger.by_wire(ACCOUNT, reference, "")
            theirs = ledger.by_wire(ACCOUNT, None, theirs_of(reference))

            assert payment.status is STATUSES.get(kind, PaymentStatus.PAID), kind
            assert (ours, len(rest)) == (charge, kind == "refunded")
            assert theirs in (charge, None)
            assert (theirs is None) is (charge.provider_reference == "")
            assert ledger.evidence(charge.id) or kind == "unknown"

    assert [each.reference for each in page.payments] == [reference_of(n) for n in range(FEW)]


def test_no_two_payments_share_a_name(tmp_path):
    """What is unique in the tables is drawn anew for each copy; times go on."""
    place = tmp_path / "filled.db"
    upgrade(f"sqlite:///{place}")
    fill(f"sqlite:///{place}", FEW)
    with closing(open_durable(f"sqlite:///{place}")) as ledger:
        payments = ledger.payments(status=None, account=None, limit=100, after="").payments
        charges = [payment.operations[0] for payment in payments]

    assert len({charge.id for charge in charges}) == len({charge.key for charge in charges}) == FEW
    nonces = Counter(charge.nonce for charge in charges if charge.nonce)
    assert set(nonces.values()) == {1}
    begun = [charge.created_at for charge in charges]
    assert begun == sorted(set(begun))


def test_a_gateway_goes_on_from_there(url):
    """The ledger is whole: what was left open can be asked about, and ends."""
    with closing(open_durable(url)) as ledger:
        seller = Seller(ledger)
        seller.advance(7200)
        lost = next(n for n in range(FEW) if kind_of(n) == "unknown")
        payment = seller.gateway.query(reference_of(lost))

        assert payment.operations[0].state is State.SUCCEEDED


def test_the_script_runs():
    """A thousand payments against two thousand: a table, and one line of JSON at the end."""
    few = ("--payments", "2000", "--rounds", "1", "--calls", "2")
    command = [sys.executable, "bench/ledger_size.py", *few]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False
    )

    assert done.returncode in (0, 1), done.stderr
    assert '"payments": 2000, "against": 1000' in done.stdout.splitlines()[-1]
    assert done.stdout.count(" x\n") == 14
