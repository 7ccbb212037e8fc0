"""Real processes for tests: the command line as it is typed, and a provider that never answers."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

SETTINGS = """
ledger = "sqlite:///{folder}/shop.db"
return_hosts = ["shop.example"]
[accounts.cards]
provider = "iotpay"
mode = "sandbox"
base_url = "{base_url}"
merchant_id = "10000701"
merchant_key = "0123456789abcdef0123456789abcdef"
login_name = "jack123"
"""


def typed(*words: str, cwd: Path, **more: object) -> subprocess.CompletedProcess[str]:
    """Return what a command that is typed in the folder `cwd` does."""
    command = [sys.executable, "-m", "paycore", *words]
    said = {"capture_output": True, "text": True, "timeout": 60, **more}
    return subprocess.run(command, check=False, cwd=cwd, env=_environment(), **said)


def started(*words: str, cwd: Path) -> subprocess.Popen[str]:
    """Return a command under way."""
    return subprocess.Popen(
        [sys.executable, "-m", "paycore", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=_environment(),
    )


@contextmanager
def simulator(cwd: Path, *words: str):
    """Yield a simulator of IOTPay in a process of its own: its settings, cards and control."""
    with started("simulate", "iotpay", "--json", *words, cwd=cwd) as process:
        try:
            where, what = (json.loads(process.stdout.readline()) for _ in range(2))
            yield Remote(where["control_url"], what["accounts"]["iotpay"], what["cards"]["iotpay"])
        finally:
            process.terminate()


class Remote:
    """A simulator, seen through its control interface."""

    def __init__(self, control_url: str, settings: dict[str, object], cards: dict[str, str]):
        self._control_url, self.settings, self.cards = control_url, settings, cards

    def ask(self, act: str, **said: object) -> dict[str, object]:
        """Return what the simulator answers."""
        body = json.dumps(said).encode() if said else None
        with urlopen(Request(f"{self._control_url}/{act}", body), timeout=20) as answer:
            return json.load(answer)


class Silent:
    """A server that takes requests whole and never answers them."""

    def __enter__(self) -> Silent:
        self.asked = threading.Event()
        self.requests = 0
        self._held: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
                self._held.append(line)
                heard = b""
                while not heard.endswith(b"}"):
                    heard += line.recv(65536)
            except OSError:
                return
            self.requests += 1
            self.asked.set()

    def __exit__(self, *failure: object) -> None:
        for line in (self._listener, *self._held):
            line.close()


def _environment() -> dict[str, str]:
    """Return the environment without settings of whoever runs the tests, of Python's output too."""
    left_out = ("PAYCORE_", "PYTHONUNBUFFERED")
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
