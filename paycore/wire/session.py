"""The one session of an account in one process: the room where requests is at home."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import requests
from urllib3.util import Timeout

from paycore.wire.adapter import OriginAdapter
from paycore.wire.hearing import heard
from paycore.wire.quiet import keep_quiet
from paycore.wire.requesting import Requests

if TYPE_CHECKING:
    from ssl import SSLContext

    from requests import PreparedRequest

    from paycore.wire.connection import Connection, Origin
    from paycore.wire.talk import Call, Reply


class Session(requests.Session):
    """A session that believes no environment, repeats nothing and sees no redirect as one."""

    def __init__(self, connection: Connection, origin: Origin, trust: SSLContext | None) -> None:
        super().__init__()
        self.made_in = os.getpid()
        self.trust_env = False
        adapter = OriginAdapter(origin, trust, connection.proxy)
        self.mount("https://", adapter)
        self.mount("http://", adapter)
        self._requests = Requests(origin)
        self._timeout: Any = Timeout(
            connect=connection.connect_timeout_s, read=connection.timeout_s
        )
        keep_quiet()

    def prepared(self, call: Call) -> PreparedRequest:
        """Return what `call` says, ready to leave.

        Raises:
            NotSent: it must not or cannot be said.
        """
        return self._requests.of(call)

    def exchange(self, request: PreparedRequest, name: str) -> Reply:
        """Send a request once and return the whole answer.

        Raises:
            OutcomeUnknown: the answer cannot be believed.
            Exception: whatever requests, urllib3 and the operating system raise.
        """
        response = self.send(
            request, stream=True, timeout=self._timeout, allow_redirects=False, proxies={}
        )
        try:
            return heard(response.raw, name)
        finally:
            response.close()

    def get_redirect_target(self, resp: Any) -> None:
        """Return no target: requests would read the body of a redirect without a bound."""
