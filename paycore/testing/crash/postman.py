"""Delivers the bank's messages over real HTTP, and notes whose acknowledgement arrived."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Final

from paycore.testing.crash.bank import Bank
from paycore.testing.world import Letter
from paycore.testing.worldly import ACK, SEAL

TIMEOUT_S: Final = 30


class Postman:
    """Believes the acknowledgement's text, read to its end, and nothing else."""

    def __init__(self, bank: Bank) -> None:
        self.acknowledged: Counter[str] = Counter()
        """How often the messages about a reference were acknowledged."""
        self._bank = bank
        self._bag: list[Letter] = []

    def forget(self) -> None:
        """Begin anew."""
        self.acknowledged.clear()
        self._bag.clear()

    def collect(self, account: str, copies: int, stranger: str) -> int:
        """Take along what was never acknowledged, each so often; return how many that are.

        A stranger, if one is named, is the first: a message about what nobody here knows.
        """
        if stranger:
            self._bank.invent(account, stranger)
        self._bag = [letter for letter in self._bank.letters() for _ in range(copies)]
        return len(self._bag)

    def deliver(self, port: int) -> None:
        """Bring each message to the endpoint at `port`, whether it answers or is dead."""
        for letter in self._bag:
            if _is_acknowledged(port, letter):
                letter.acknowledged += 1
                self.acknowledged[letter.fields["reference"]] += 1


def _is_acknowledged(port: int, letter: Letter) -> bool:
    body = json.dumps(dict(letter.fields)).encode()
    try:
        with closing(HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)) as line:
            line.request("POST", f"/{letter.account}", body, {"Seal": SEAL})
            answer = line.getresponse()
            return answer.status == 200 and answer.read() == ACK
    except (OSError, HTTPException):
        return False
