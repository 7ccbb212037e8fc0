"""Alarms of simulated runs are not heard."""

from __future__ import annotations

import pytest

from paycore import log
from paycore.testing.quiet import quiet


def test_it_is_silent_meanwhile_only(caplog):
    """And loud again afterwards, whatever happened."""

    def broken():
        with quiet():
            log.event("inside", level=log.ERROR)
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    log.event("outside", level=log.ERROR)

    assert [record.message.split()[0] for record in caplog.records] == ["outside"]
