"""The twenty faults of promise R4 at the transport: what each proves, and that none sends twice."""

from __future__ import annotations

from time import monotonic

import pytest

from paycore.errors import NotSent, OutcomeUnknown
from paycore.states import State
from paycore.wire.talk import Call
from paycore.wire.transport import Transport
from tests.fault_plays import ANSWERS
from tests.faults import FAULTS, MORE, arranged
from tests.looped import OnLoop

ENDS = {State.NOT_SENT: NotSent, State.UNKNOWN: OutcomeUnknown}
GOOD = b'{"amount":1500}'
BOTH = [(fault, tls) for fault in {**FAULTS, **MORE} for tls in {False, fault in ANSWERS}]


@pytest.mark.parametrize("door", [Transport, OnLoop])
@pytest.mark.parametrize(("fault", "tls"), BOTH)
def test_a_fault_proves_no_more_than_it_can(fault, tls, door):
    """NotSent only with not one byte of a request seen, else UNKNOWN; never two requests."""
    expected = {**FAULTS, **MORE}[fault]
    with arranged(fault, GOOD, tls=tls) as site:
        transport = door(site.connection)
        start = monotonic()
        with pytest.raises((NotSent, OutcomeUnknown)) as caught:
            _ = transport.send(Call(f"{site.base_url}/charge", {"amount": 1500})).json
        transport.close()

        assert type(caught.value) is ENDS[expected]
        assert monotonic() - start < 20
        if fault != "proxy_refuses":  # what reaches a proxy is no request
            assert site.requests == (expected is State.UNKNOWN)
            assert bool(site.received) is (expected is State.UNKNOWN)


def test_the_matrix_is_closed():
    """Twenty faults, as promised, and their neighbours beside them."""
    assert len(FAULTS) == 20
    assert not FAULTS.keys() & MORE.keys()
