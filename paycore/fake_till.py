"""What becomes of a charge of the fake provider: captured, released, voided or refunded."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from paycore.errors import NotSent, OutcomeUnknown, ProviderRefused
from paycore.hookspecs import hookimpl
from paycore.intents import CaptureRequest, RefundRequest, VoidRequest
from paycore.money import Money
from paycore.report import Decline, DeclineCode, Report
from paycore.states import Kind, State
from paycore.wire.talk import Talk


@dataclass
class FakeAccount:
    """What the fake provider remembers: one report for each reference."""

    known: dict[str, Report] = field(default_factory=dict)


@hookimpl
def capture(account: FakeAccount, request: CaptureRequest) -> Talk[Report]:
    """Take it, as the last two digits of the amount say."""
    case = request.amount.minor % 100
    done = _done(request.reference, request.amount, Kind.CAPTURE)
    if case == 4:
        raise NotSent("the fake provider is out of reach")
    held = account.known.get(request.charge_reference)
    if case == 1 or (held is not None and held.state is not State.AUTHORIZED):
        declined = Decline(DeclineCode.REFUSED, "01")
        account.known[request.reference] = replace(done, state=State.DECLINED, decline=declined)
        raise ProviderRefused("declined", provider_code="01")
    if held is not None:  # a charge of another process is not known here
        taken = replace(held, state=State.SUCCEEDED, amount=request.amount)
        account.known[request.charge_reference] = taken
    account.known[request.reference] = done
    if case == 2:
        raise OutcomeUnknown("the fake provider lost its answer")
    return replace(done, state=State.PENDING) if case == 3 else done
    yield


@hookimpl
def refund(account: FakeAccount, request: RefundRequest) -> Talk[Report]:
    """Give it back."""
    done = account.known[request.reference] = _done(request.reference, request.amount, Kind.REFUND)
    return done
    yield


@hookimpl
def void(account: FakeAccount, request: VoidRequest) -> Talk[Report]:
    """Cancel it, or give up what is held."""
    held = account.known.get(request.charge_reference)
    if held is not None and held.state is State.AUTHORIZED:
        account.known[request.charge_reference] = replace(held, state=State.EXPIRED)
    done = account.known[request.reference] = _done(request.reference, request.amount, Kind.VOID)
    return done
    yield


def _done(reference: str, amount: Money, kind: Kind) -> Report:
    theirs = f"fake-{reference}"
    return Report(reference, State.SUCCEEDED, amount=amount, kind=kind, provider_reference=theirs)
