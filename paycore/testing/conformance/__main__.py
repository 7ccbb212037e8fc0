"""`python -m paycore.testing.conformance`: a report, one line for each promise."""

from __future__ import annotations

import sys

from paycore.testing.conformance.reporting import main

if __name__ == "__main__":
    sys.exit(main())
