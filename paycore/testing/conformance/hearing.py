"""How a check hears a message: through the plugin itself, and with no third thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from paycore.errors import WebhookRejected
from paycore.operation import Operation
from paycore.report import Notification, Report, WebhookMessage
from paycore.states import Kind, State
from paycore.testing.conformance.checking import Untried, promise, some
from paycore.testing.conformance.outcome import NOW
from paycore.testing.conformance.stage import Stage

NO_MESSAGES: Final = "the case has no genuine messages"
REFUSALS: Final = (400, 401, 413)


def genuine(stage: Stage) -> Sequence[WebhookMessage]:
    """Return the genuine messages; Untried where there are none."""
    can_hear(stage)
    return some(stage.messages, NO_MESSAGES)


def can_hear(stage: Stage) -> None:
    """Go on only where the provider has messages; Untried where it has none."""
    if "verify_webhook" not in stage.provider.hooks:
        raise Untried("it has no messages")


def sealed_by(stage: Stage) -> Callable[[bytes], WebhookMessage]:
    """Return what signs a body as the provider would; Untried where the case has no such thing."""
    can_hear(stage)
    if stage.case.sealed is None:
        raise Untried("`sealed` does not say how messages are signed")
    return stage.case.sealed


def read(stage: Stage, message: WebhookMessage) -> Notification | None:
    """Return what a message says, None where it is rejected, and accept no third thing."""
    try:
        heard = stage.heard(message)
    except WebhookRejected as rejected:
        promise(rejected.status in REFUSALS, f"rejected with the status {rejected.status}")
        return None
    except Exception as error:
        raise AssertionError(f"a message ends in {type(error).__name__}") from None
    is_one = isinstance(heard, Notification) and isinstance(heard.report, Report | None)
    promise(is_one, f"a message ends in a {type(heard).__name__}")
    return heard if isinstance(heard, Notification) else None


def believed(stage: Stage, message: WebhookMessage) -> Notification | None:
    """Return what is believed of a message; a third thing is none, and another check's."""
    try:
        return read(stage, message)
    except AssertionError:
        return None


def operation_of(report: Report, *, holds: bool = False) -> Operation:
    """Return the operation that a report is about, as it stands while it is awaited."""
    kind = report.kind or Kind.CHARGE
    return Operation(
        id="1",
        kind=kind,
        owner="conformance",
        key="conformance",
        fingerprint="",
        account="conformance",
        reference=report.reference or "",
        method="",
        amount=report.amount,
        state=State.UNKNOWN,
        created_at=NOW,
        updated_at=NOW,
        hold_only=holds or report.state is State.AUTHORIZED,
    )
