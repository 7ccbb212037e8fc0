"""The door to the network: a `Call` goes out, a `Reply` comes back, or an error that says enough.

`NotSent` means that not one byte of the request was written; whatever else goes wrong is
`OutcomeUnknown`. Nothing is repeated, no redirect is followed, and no error quotes a payload.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import requests
from urllib3.util import Timeout

from paycore.errors import NotSent, OutcomeUnknown, PaycoreError
from paycore.wire.adapter import OriginAdapter, trust_in
from paycore.wire.attempt import Attempt
from paycore.wire.connection import Connection, origin_of
from paycore.wire.guard import in_transaction
from paycore.wire.hearing import heard
from paycore.wire.quiet import keep_quiet
from paycore.wire.requesting import Requests
from paycore.wire.talk import Call, Reply


class Transport:
    """Carries the calls of one account to its one origin; safe in threads and across a fork.

    Raises:
        SettingsError: the certificate authorities of `connection` cannot be read.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        origin = origin_of(connection.base_url)
        self._requests = Requests(origin)
        self._trust = None
        if origin is not None and origin.scheme == "https":
            self._trust = trust_in(connection.ca_bundle)
        self._timeout: Any = Timeout(
            connect=connection.connect_timeout_s, read=connection.timeout_s
        )
        self._session: _Session | None = None
        self._closed = False
        keep_quiet()

    def send(self, call: Call) -> Reply:
        """Carry one call, once, and return the answer: 2xx or 4xx, whole and plain.

        Raises:
            NotSent: not one byte of the request was written.
            OutcomeUnknown: some may have been, and no answer came that can be believed.
        """
        if in_transaction.get():
            raise NotSent(f"{call.name}: a ledger transaction is open; nothing was sent")
        request = self._requests.of(call)
        attempt = Attempt(self._time_for(call), self._connection.connect_timeout_s)
        around = sys.exception()
        try:
            with attempt:
                return self._exchange(request, call, attempt)
        except PaycoreError:
            raise
        except Exception as error:
            verdict = _verdict(call, attempt, _why(error, around))
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

    def _exchange(self, request: requests.PreparedRequest, call: Call, attempt: Attempt) -> Reply:
        response = self._here().send(
            request, stream=True, timeout=self._timeout, allow_redirects=False, proxies={}
        )
        try:
            reply = heard(response.raw, call.name)
        finally:
            response.close()
        if attempt.expired:  # it was cut, so what looks like an end may be ours
            raise TimeoutError
        return reply

    def _here(self) -> _Session:
        """Return this process's session: connections inherited by a fork belong to the parent."""
        if self._closed:
            raise NotSent("the transport is closed; nothing was sent")
        session = self._session
        if session is None or session.made_in != os.getpid():
            session = self._session = _Session(OriginAdapter(self._connection, self._trust))
        return session


class _Session(requests.Session):
    """A session that believes no environment, and sees no redirect as one."""

    def __init__(self, adapter: OriginAdapter) -> None:
        super().__init__()
        self.made_in = os.getpid()
        self.trust_env = False
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def get_redirect_target(self, resp: Any) -> None:
        """Return no target: requests would read the body of a redirect without a bound."""


def _verdict(call: Call, attempt: Attempt, why: str) -> NotSent | OutcomeUnknown:
    """Say what is proved: by what was written, and not by the type of an exception."""
    why = "time is up" if attempt.expired else why
    if attempt.begun:
        return OutcomeUnknown(f"{call.name}: the request left us, and no whole answer came: {why}")
    origin = origin_of(call.url)
    host = origin.host if origin else "?"
    return NotSent(f"{call.name}: {host} was not reached, and nothing was sent: {why}")


def _why(error: BaseException, around: BaseException | None) -> str:
    """Return what the operating system or TLS said first, in words that quote no payload.

    `around` is what the caller was handling already; it is not to blame.
    """
    while (cause := error.__cause__ or error.__context__) not in (None, around):
        error = cause
    return str(getattr(error, "strerror", None) or type(error).__name__)
