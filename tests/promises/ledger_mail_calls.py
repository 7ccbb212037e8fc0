"""Random calls on what a ledger keeps of messages and events."""

from __future__ import annotations

from paycore.ledger.protocol import InboxState
from paycore.report import Notification
from tests.promises.ledger_drawing import ACCOUNTS, NAMES, Drawing


class MailCalls(Drawing):
    """Messages that came in, and events that go out."""

    def keep(self) -> object:
        told = Notification(self._report(self._operation()), b"\xff", "text/html", "event-1")
        account, digest = self._pick(ACCOUNTS), self._pick(("d-1", "d-2", "d-3", "d-4"))
        row = self._ledger.keep(account, digest, told, self._now)
        self._messages.append(row)
        return row

    def mark(self) -> object:
        state = self._pick((InboxState.PARKED, InboxState.PARKED, *InboxState))
        failed = self._pick((True, False))
        return self._ledger.mark(self._message(), state, "why", self._now, failed=failed)

    def revive(self) -> object:
        return self._ledger.revive(self._message(), self._now)

    def message(self) -> object:
        return self._ledger.message(self._message())

    def messages(self) -> object:
        state, limit = self._pick((None, None, *InboxState)), self._pick((None, 1, 3))
        return self._ledger.messages(
            state=state, limit=limit, after=self._pick(("", self._message()))
        )

    def due_messages(self) -> object:
        if self._pick((False, True)):  # in no order: as `test_r38_messages_ahead_of_the_plan` says
            waiting = self._ledger.due_messages(self._now, None, ahead=True)
            return sorted(waiting, key=lambda row: row.id)
        return self._ledger.due_messages(self._now, self._pick((None, 1)))

    def messages_about(self) -> object:
        names = self._pick(((), ("o-1", "T-o-1"), ("T-o-2", "o-2", "")))
        return self._ledger.messages_about(self._pick(ACCOUNTS), names)

    def parked(self) -> object:
        return self._ledger.parked(self._pick(ACCOUNTS), self._pick(("o-1", "T-o-1", "")))

    def claim_events(self) -> object:
        owner = self._pick((None, None, *NAMES))
        events = self._ledger.claim_events(self._now, self._pick((1, 2, 9)), 60, owner)
        self._events.extend(events)
        return events

    def hold_event(self) -> object:
        return self._ledger.hold_event(self._event(), self._now, 60)

    def event_told(self) -> object:
        return self._ledger.event_told(self._event(), self._now)

    def event_failed(self) -> object:
        return self._ledger.event_failed(self._event(), self._now)

    def events_of(self) -> object:
        return self._ledger.events_of(self._pick(NAMES))
