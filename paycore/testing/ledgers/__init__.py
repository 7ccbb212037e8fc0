"""What every ledger promises, as checks: plain functions, each given what opens a fresh ledger.

```python
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_my_ledger_keeps_its_promises(check, tmp_path):
    with closing(MyLedger(tmp_path)) as ledger:
        check(lambda: ledger)
```

A check calls the factory once, uses that ledger from one thread or from many, and raises
AssertionError where a promise is broken. Closing the ledger is the caller's.
"""

from __future__ import annotations

from typing import Final

from paycore.testing.ledgers import (
    attempts,
    capturing,
    deciding,
    doubting,
    finding,
    forgetting,
    holding,
    hurrying,
    messages,
    naming,
    racing,
    recording,
    reserving,
    returning,
    reviewing,
    telling,
)
from paycore.testing.ledgers.scene import Check, OpenLedger

CHECKS: Final[tuple[Check, ...]] = (
    *reserving.CHECKS,
    *returning.CHECKS,
    *holding.CHECKS,
    *capturing.CHECKS,
    *doubting.CHECKS,
    *reviewing.CHECKS,
    *attempts.CHECKS,
    *recording.CHECKS,
    *finding.CHECKS,
    *messages.CHECKS,
    *telling.CHECKS,
    *deciding.CHECKS,
    *hurrying.CHECKS,
    *forgetting.CHECKS,
    *racing.CHECKS,
    *naming.CHECKS,
)
"""Every check; the racing ones start threads."""

__all__ = ["CHECKS", "Check", "OpenLedger"]
