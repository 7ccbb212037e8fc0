"""localstripe, a Stripe that others wrote, as a process of the tests' own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import pytest
import requests

IN_MEMORY = """
from localstripe import resources
resources.Store.dump_to_disk = lambda store: None  # else it writes a file of a fixed name
from localstripe.server import start
start()
"""
PATIENCE_S = 60


@contextmanager
def started() -> Iterator[str]:
    """Run localstripe on a free port, and yield where it is; it ends with the context."""
    if find_spec("localstripe") is None:
        pytest.skip("localstripe is not installed: it is for tests only")
    port = _free_port()
    command = [sys.executable, "-c", IN_MEMORY, "--from-scratch", "--port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet) as process:
        try:
            yield _answering(process, f"http://127.0.0.1:{port}")
        finally:
            process.kill()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def _answering(process: subprocess.Popen[bytes], url: str) -> str:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            requests.get(f"{url}/v1/balance", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return url
    raise AssertionError(f"localstripe did not start: exit {process.poll()}")
