"""Every fault that is planted: each must be noticed by a test that is named with it.

What guards money is guarded by tests; this list is how we know. A fault that nobody notices is a
test that is missing. Where the code changes, the list follows: `test_mutations.py` tells where.
"""

from __future__ import annotations

from typing import Final

from tests.mutants import (
    asking,
    capturing,
    constraining,
    deciding,
    hearing,
    leaking,
    looping,
    naming,
    returning,
    reviewing,
    ruling,
    sending,
    storing,
    talking,
    telling,
)
from tests.mutants.mutation import Mutation

MUTATIONS: Final[tuple[Mutation, ...]] = (
    *sending.MUTATIONS,
    *talking.MUTATIONS,
    *looping.MUTATIONS,
    *naming.MUTATIONS,
    *ruling.MUTATIONS,
    *reviewing.MUTATIONS,
    *deciding.MUTATIONS,
    *storing.MUTATIONS,
    *constraining.MUTATIONS,
    *asking.MUTATIONS,
    *hearing.MUTATIONS,
    *returning.MUTATIONS,
    *capturing.MUTATIONS,
    *telling.MUTATIONS,
    *leaking.MUTATIONS,
)
