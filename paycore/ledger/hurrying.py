"""What a change makes due at once; the same for every ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paycore.operation import Operation
from paycore.payment import Payment
from paycore.states import Kind, State

_PROVES: Final[Mapping[Kind, State]] = {
    Kind.CAPTURE: State.SUCCEEDED,
    Kind.RELEASE: State.EXPIRED,
}
"""What a charge is, once a capture or a release of it succeeded."""


def hurried(before: Operation, after: Operation, payment: Payment | None) -> Operation | None:
    """Return the charge to ask about at once, as its capture or release has just succeeded.

    Whoever records that tells the charge next, and may die before: by its own plan the charge
    would be asked about a week later, and nobody would hear meanwhile that it is paid.
    """
    proves = _PROVES.get(after.kind)
    if payment is None or proves is None or after.state is not State.SUCCEEDED:
        return None
    charge = next((o for o in payment.operations if o.id == after.charge), None)
    if charge is None or charge.state is proves or before.state is after.state:
        return None
    return charge
