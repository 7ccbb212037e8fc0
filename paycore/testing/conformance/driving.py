"""Both drivers, side by side: what leaves an event loop is what leaves a thread, byte by byte."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from types import TracebackType
from typing import Any, Final, Self

from paycore.errors import PaycoreError
from paycore.testing.conformance.checking import Check, Untried, promise, some
from paycore.testing.conformance.outcome import Play
from paycore.testing.conformance.stage import Stage
from paycore.wire.connection import Connection
from paycore.wire.talk import Reply, converse
from paycore.wire.transport import Transport

_NEEDED: Final = ("aiohttp", "greenlet")


def both_drivers_send_the_same_bytes(stage: Stage) -> None:
    """The same talk, driven by a thread and by an event loop, sends the same requests."""
    if any(find_spec(name) is None for name in _NEEDED):
        raise Untried('both drivers want: pip install "paycore[async]"')
    with _Tap() as tap:
        settings = {**stage.settings, "base_url": tap.base_url, "mode": "sandbox"}
        handle = stage.provider.open_account(settings)
        for play in some(stage.plays, "it makes no calls"):
            drivers = (_in_a_thread, _in_a_thread, _on_a_loop)
            one, again, other = (tap.heard(play, drive, stage, handle) for drive in drivers)
            if one and one == again:  # what is never the same twice is another check's
                promise(one == other, f"{play.label}: the event loop's driver sends something else")


Drive = Callable[[Stage, Any, Play, Connection], object]


def _in_a_thread(stage: Stage, handle: Any, play: Play, to: Connection) -> None:
    transport = Transport(to)
    try:
        converse(stage.provider.talk(play.hook, handle, play.request), transport.send)
    finally:
        transport.close()


def _on_a_loop(stage: Stage, handle: Any, play: Play, to: Connection) -> None:
    from paycore.aio.bridge import walk
    from paycore.aio.sending import Walking
    from paycore.wire.async_transport import AsyncTransport

    async def drive() -> None:
        sender = Walking(AsyncTransport(to))
        talk = stage.provider.talk(play.hook, handle, play.request)
        try:
            await walk(converse, talk, sender.send)
        finally:
            await sender.aclose()

    asyncio.run(drive())


class _Tap:
    """Listens on loopback, writes down what it hears, and answers what it is told to."""

    def __init__(self) -> None:
        heard: list[bytes] = []
        replies: list[Reply] = []
        self._heard, self._replies = heard, replies

        class Guest(StreamRequestHandler):
            def handle(self) -> None:
                while said := _request(self.rfile):
                    heard.append(said)
                    self.wfile.write(_answer(replies.pop(0) if replies else Reply(404, b"{}")))

        self._server = _Server(("127.0.0.1", 0), Guest)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def heard(self, play: Play, drive: Drive, stage: Stage, handle: Any) -> Sequence[bytes]:
        """Return what a driver says, when it is answered as the provider answered that play."""
        self._heard.clear()
        self._replies[:] = play.replies
        with suppress(PaycoreError):  # what becomes of it is for other checks
            drive(stage, handle, play, Connection(self.base_url, sandbox=True))
        return list(self._heard)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def _request(line: Any) -> bytes:
    """Return one whole request, head and body; empty when no more come."""
    said = b""
    while not said.endswith(b"\r\n\r\n"):
        part = line.readline()
        if not part:
            return b""
        said += part
    sizes = [each for each in said.lower().split(b"\r\n") if each.startswith(b"content-length:")]
    return said + bytes(line.read(int(sizes[0].partition(b":")[2]) if sizes else 0))


def _answer(reply: Reply) -> bytes:
    head = f"HTTP/1.1 {reply.status} Told\r\nContent-Length: {len(reply.body)}\r\n\r\n"
    return head.encode() + reply.body


CHECKS: Final[tuple[Check, ...]] = (both_drivers_send_the_same_bytes,)
"""In the order of the report."""
