"""The postman believes the acknowledgement's whole text, and nothing else."""

from __future__ import annotations

import socket
import threading
from contextlib import closing

import pytest

from paycore.testing.crash.bank import Bank
from paycore.testing.crash.postman import Postman
from paycore.testing.world import Letter
from paycore.testing.worldly import ACK


@pytest.fixture
def bank():
    """Give a bank with one message."""
    with Bank() as bank:
        bank.world.letters.append(Letter("weak", {"kind": "charge", "reference": "c1x"}))
        yield bank


def endpoint(says):
    """Return the port of one that hears a message and says just that."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer():
        with closing(listening), closing(listening.accept()[0]) as line:
            while b"}" not in line.recv(10_000):
                pass
            line.sendall(says)

    threading.Thread(target=answer).start()
    return listening.getsockname()[1]


def head(status, length):
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, length)


@pytest.mark.parametrize(
    ("says", "taken"),
    [
        (head(200, len(ACK)) + ACK, 1),
        (head(200, len(ACK)) + ACK[:-1], 0),
        (head(200, len(ACK)), 0),
        (head(503, len(ACK)) + ACK, 0),
        (head(200, 2) + b"no", 0),
        (b"", 0),
    ],
    ids=["all of it", "cut off", "no body", "refused", "another text", "nothing"],
)
def test_only_the_whole_text_is_an_acknowledgement(bank, says, taken):
    """Half of it comes from one that was killed while it answered."""
    postman = Postman(bank)

    assert postman.collect("weak", 1, "") == 1
    postman.deliver(endpoint(says))
    assert postman.acknowledged["c1x"] == taken
    assert len(bank.letters()) == 1 - taken


def test_nobody_at_home_is_no_acknowledgement(bank):
    """The message waits."""
    postman = Postman(bank)
    postman.collect("weak", 1, "")
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
    postman.deliver(port)

    assert not postman.acknowledged["c1x"]


def test_copies_and_strangers_are_taken_along(bank):
    """The stranger's first; what is forgotten is not delivered."""
    postman = Postman(bank)

    assert postman.collect("weak", 2, "stranger") == 4
    postman.forget()
    postman.deliver(1)
    assert postman.collect("weak", 1, "stranger") == 2
