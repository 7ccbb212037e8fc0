"""Shut doors, and values held still for comparison: what shows that a plugin only translates."""

from __future__ import annotations

import builtins
import io
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields, is_dataclass
from types import ModuleType
from typing import Any, Final
from unittest import mock

DOORS: Final[tuple[tuple[Any, str], ...]] = (
    (socket.socket, "connect"),
    (socket.socket, "connect_ex"),
    (socket.socket, "bind"),
    (socket.socket, "sendto"),
    (socket, "getaddrinfo"),
    (socket, "gethostbyname"),
    (socket, "create_connection"),
    (builtins, "open"),
    (io, "open"),
    (os, "open"),
    (os, "system"),
    (subprocess.Popen, "__init__"),
    (threading.Thread, "start"),
    (time, "sleep"),
)
"""What a plugin leaves alone: the network, files, processes, threads and waiting."""


@contextmanager
def shut() -> Iterator[list[str]]:
    """Shut every door for this thread, and note which were tried; others go on."""
    tried: list[str] = []
    mine = threading.get_ident()
    with ExitStack() as stack:
        for owner, name in DOORS:
            label = f"{getattr(owner, '__name__', owner)}.{name}"
            real = getattr(owner, name)
            door = _door(label, real, mine, tried)
            stack.enter_context(mock.patch.object(owner, name, door))
        yield tried


def _door(label: str, real: Any, mine: int, tried: list[str]) -> Any:
    def door(*args: Any, **options: Any) -> Any:
        if threading.get_ident() != mine:
            return real(*args, **options)
        tried.append(label)
        raise OSError(f"{label}: shut while a plugin runs")

    return door


def frozen(value: Any, depth: int = 6) -> Any:
    """Return what a value holds, for comparison; what is no container stands for itself."""
    if depth == 0 or isinstance(value, (type, ModuleType)):
        return id(value)
    if isinstance(value, dict):
        return {repr(name): frozen(item, depth - 1) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [frozen(item, depth - 1) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(repr, value))
    if isinstance(value, (str, bytes, int, float, bytearray)) or value is None:
        return repr(value)
    if is_dataclass(value):
        return {f.name: frozen(getattr(value, f.name), depth - 1) for f in fields(value)}
    return id(value)
