"""The door to the network for an event loop: what `Transport` promises, over aiohttp.

Whatever goes wrong before a connection was handed over is `NotSent`: no byte of the request can
have been written; what goes wrong after that is `OutcomeUnknown`.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar
from yarl import URL

from paycore.errors import NotSent, OutcomeUnknown
from paycore.wire.async_lines import CURRENT, Attempt, Connector
from paycore.wire.hearing import check_head, check_size
from paycore.wire.lines import IDLE_S
from paycore.wire.quiet import keep_quiet
from paycore.wire.requesting import Requests
from paycore.wire.strict import MAX_BYTES
from paycore.wire.talk import Call, Reply
from paycore.wire.tls import trust_in
from paycore.wire.why import why

if TYPE_CHECKING:
    from aiohttp import ClientResponse
    from requests import PreparedRequest

    from paycore.wire.connection import Connection

_NOT_OURS: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""What aiohttp would say by itself, where we say nothing."""
_TURNS: Final = 3
"""How often the loop turns before the sockets of connections that were let go are closed."""


class AsyncTransport:
    """Carries the calls of one account to its one origin, for the tasks of one event loop.

    Raises:
        SettingsError: the certificate authorities of `connection` cannot be read.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._origin = connection.origin
        secure = self._origin is not None and self._origin.scheme == "https"
        self._trust = trust_in(connection.ca_bundle) if secure else None
        self._requests = Requests(self._origin) if self._origin else None
        self._session: ClientSession | None = None
        self._closed = False
        keep_quiet()

    async def send(self, call: Call) -> Reply:
        """Carry one call, once, and return the answer: 2xx or 4xx, whole and plain.

        Raises:
            NotSent: not one byte of the request was written.
            OutcomeUnknown: some may have been, and no answer came that can be believed.
            CancelledError: the task was cancelled; its cause is a NotSent where that is proved.
        """
        session, request = self._ready(call)
        attempt = Attempt(call.name, self._connection.connect_timeout_s)
        token = CURRENT.set(attempt)
        until = monotonic() + self._time_for(call)
        try:
            async with asyncio.timeout(self._time_for(call)):
                reply = await self._exchanged(session, request, attempt)
        except OutcomeUnknown:
            raise
        except asyncio.CancelledError as error:
            verdict = self._verdict(call, attempt, "it was cancelled")
            if _is_cancelled():
                raise error from (None if attempt.begun else verdict)
        except Exception as error:
            out_of_time = isinstance(error, TimeoutError) or late(until)
            verdict = self._verdict(call, attempt, "time is up" if out_of_time else why(error))
        else:
            if attempt.begun:
                return reply
            verdict = OutcomeUnknown(f"{call.name}: the proof of what left us is broken")
        finally:
            CURRENT.reset(token)
        raise verdict

    async def close(self) -> None:
        """Close every connection and send nothing any more; closing twice is fine."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()
            for _ in range(_TURNS):
                await asyncio.sleep(0)

    async def _exchanged(
        self, session: ClientSession, request: PreparedRequest, attempt: Attempt
    ) -> Reply:
        try:
            async with session.request(
                str(request.method),
                URL(str(request.url), encoded=True),
                data=request.body,
                headers=request.headers,
                skip_auto_headers=_NOT_OURS,
                allow_redirects=False,
                proxy=self._connection.proxy or None,
            ) as answer:
                return await _heard(answer, attempt.name)
        except BaseException:  # a cancelled task, too
            attempt.cut()
            raise

    def _ready(self, call: Call) -> tuple[ClientSession, PreparedRequest]:
        if self._requests is None or self._closed:
            problem = "the transport is closed" if self._closed else "there is no base_url"
            raise NotSent(f"{problem}; nothing was sent")
        request = self._requests.of(call)
        if self._session is None:
            self._session = self._opened()
        return self._session, request

    def _opened(self) -> ClientSession:
        """Return the session of this account: no cookies, no environment, no decoding."""
        proof: Any = True if self._trust is None else self._trust
        return ClientSession(
            connector=Connector(limit=0, ssl=proof, keepalive_timeout=IDLE_S),
            timeout=ClientTimeout(),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )

    def _time_for(self, call: Call) -> float:
        ours = self._connection.timeout_s
        return ours if call.timeout_s is None else min(ours, call.timeout_s)

    def _verdict(self, call: Call, attempt: Attempt, reason: str) -> NotSent | OutcomeUnknown:
        """Say what is proved: by whether a connection was handed over, and by nothing else."""
        if attempt.begun:
            return OutcomeUnknown(f"{call.name}: it left us, and no whole answer came: {reason}")
        host = self._origin.host if self._origin else "?"
        return NotSent(f"{call.name}: {host} was not reached, nothing was sent: {reason}")


def _is_cancelled() -> bool:
    """Return whether somebody wants this task to end; not only something that it waited for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def late(until: float) -> bool:
    """Return whether a deadline has passed."""
    return monotonic() >= until


async def _heard(answer: ClientResponse, name: str) -> Reply:
    """Return an answer, read to its end.

    Raises:
        OutcomeUnknown: neither 2xx nor 4xx, encoded, without a declared end, or over 256 KiB.
        ClientError: it broke off.
    """
    heads = answer.headers
    lengths = heads.getall("content-length", ())
    check_head(
        name,
        answer.status,
        heads.get("content-encoding", ""),
        has_end=answer.status == HTTPStatus.NO_CONTENT
        or bool(lengths)
        or heads.get("transfer-encoding", "").lower() == "chunked",
    )
    body = bytearray()
    while not answer.content.at_eof() and len(body) <= MAX_BYTES:
        body += await answer.content.read(MAX_BYTES + 1 - len(body))
    check_size(name, answer.status, len(body))
    told = {each.lower(): ", ".join(heads.getall(each)) for each in heads}
    return Reply(answer.status, bytes(body), told)
