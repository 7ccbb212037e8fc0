"""What every provider promises, as checks for whoever writes a plugin: offline, no credentials.

```python
CASE = Case(provider="maplepay", settings={"api_key": "maple-api-key-0001"}, answers=Maple)
test_conformance = conformance_tests(CASE)
```

`python -m paycore.testing.conformance --provider NAME` prints the same as a report. Names are
loaded when they are first asked for: the pytest plugin next door must cost its importer nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paycore.testing.conformance.case import Case as Case
    from paycore.testing.conformance.checking import Untried as Untried
    from paycore.testing.conformance.faults import FAULTS as FAULTS
    from paycore.testing.conformance.running import (
        CHECKS as CHECKS,
    )
    from paycore.testing.conformance.running import (
        Result as Result,
    )
    from paycore.testing.conformance.running import (
        Verdict as Verdict,
    )
    from paycore.testing.conformance.running import (
        judged as judged,
    )
    from paycore.testing.conformance.running import (
        results as results,
    )
    from paycore.testing.conformance.testing import conformance_tests as conformance_tests

_HOMES = {
    "Case": "case",
    "Untried": "checking",
    "FAULTS": "faults",
    "CHECKS": "running",
    "Result": "running",
    "Verdict": "running",
    "judged": "running",
    "results": "running",
    "conformance_tests": "testing",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load a name from its module when it is first asked for."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
