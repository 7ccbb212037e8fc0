"""The door to the network: a `Call` goes out, a `Reply` comes back, or an error that says enough.

`NotSent` means that not one byte of the request was written; whatever else goes wrong is
`OutcomeUnknown`. Nothing is repeated, no redirect is followed, and no error quotes a payload.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from paycore.errors import NotSent, OutcomeUnknown
from paycore.wire.attempt import Attempt
from paycore.wire.connection import Connection
from paycore.wire.guard import in_transaction
from paycore.wire.talk import Call, Reply
from paycore.wire.tls import trust_in
from paycore.wire.why import why

if TYPE_CHECKING:
    from paycore.wire.session import Session


class Transport:
    """Carries the calls of one account to its one origin; safe in threads and across a fork.

    Raises:
        SettingsError: the certificate authorities of `connection` cannot be read.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        origin = connection.origin
        secure = origin is not None and origin.scheme == "https"
        self._trust = trust_in(connection.ca_bundle) if secure else None
        self._session: Session | None = None
        self._closed = False

    def send(self, call: Call) -> Reply:
        """Carry one call, once, and return the answer: 2xx or 4xx, whole and plain.

        Raises:
            NotSent: not one byte of the request was written.
            OutcomeUnknown: some may have been, and no answer came that can be believed.
        """
        if in_transaction.get():
            raise NotSent(f"{call.name}: a ledger transaction is open; nothing was sent")
        session = self._here()
        request = session.prepared(call)
        attempt = Attempt(self._time_for(call), self._connection.connect_timeout_s)
        around = sys.exception()
        try:
            with attempt:
                reply = session.exchange(request, call.name)
        except OutcomeUnknown:
            raise
        except Exception as error:
            verdict = self._verdict(call, attempt, why(error, around))
        else:
            if attempt.begun and not attempt.expired:
                return reply
            attempt.begun = True  # an answer came: should urllib3 ever write past us, it shows here
            verdict = self._verdict(call, attempt, "the proof of what left us is broken")
        raise verdict

    def close(self) -> None:
        """Close what is kept open and send nothing any more; calls under way end by themselves."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _time_for(self, call: Call) -> float:
        ours = self._connection.timeout_s
        return ours if call.timeout_s is None else min(ours, call.timeout_s)

    def _here(self) -> Session:
        """Return this process's session: connections inherited by a fork belong to the parent."""
        session = self._session
        if session is None or session.made_in != os.getpid():
            session = self._session = self._opened()
        return session

    def _opened(self) -> Session:
        from paycore.wire.session import Session  # a tenth of a second: not before a first call

        origin = self._connection.origin
        if origin is None or self._closed:
            why = "the transport is closed" if self._closed else "there is no base_url"
            raise NotSent(f"{why}; nothing was sent")
        return Session(self._connection, origin, self._trust)

    def _verdict(self, call: Call, attempt: Attempt, reason: str) -> NotSent | OutcomeUnknown:
        """Say what is proved: by what was written, and not by the type of an exception."""
        reason = "time is up" if attempt.expired else reason
        if attempt.begun:
            return OutcomeUnknown(f"{call.name}: it left us, and no whole answer came: {reason}")
        origin = self._connection.origin
        host = origin.host if origin else "?"
        return NotSent(f"{call.name}: {host} was not reached, nothing was sent: {reason}")
