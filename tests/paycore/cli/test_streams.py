"""A stream that the caller closed is told as one that is full or at its end; never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial

import pytest

from paycore import Money, StoredToken, open_gateway
from tests.paycore.cli.processes import typed

TOKEN = ("--method", "token:any-card")
CHARGE = ("charge", "o-1", "15.00", "CAD", *TOKEN)
IN, OUT, ERR = 0, 1, 2
ASKED = [
    (("verify", "cards"), 1, "not genuine"),
    (("charge", "o-1", "1.00", "CAD", "--method", "wallet:apple_pay:-"), 2, "holds no text"),
    (("purge", "--before", "2020-01-01"), 1, "nobody answered, and nothing was changed"),
]
"""Commands that read, what they exit with where there is nothing to read, and what they say."""
TOLD = [
    (("export", "--since", "2020-01-01", "--csv"), 1),
    (("find", "paid", "--json"), 1),
    (("--version",), 1),
    (("-h",), 1),
    ((*CHARGE, "--json"), 3),
]
"""Commands that write, and what they exit with where nobody can be told."""
NUMBERS = """
import os, socket
from paycore.cli.streams import open_missing
open_missing()
with socket.socket() as line:
    assert line.fileno() > 2, line.fileno()
assert [os.get_inheritable(number) for number in range(3)] == [True] * 3
"""


@pytest.fixture
def paid(shop):
    """Charge one that is paid."""
    with open_gateway("paycore.toml") as gateway:
        return gateway.charge("paid", Money(1500, "CAD"), StoredToken("any-card")).charge.id


def without(*numbers):
    """Return what lets a process be started without these descriptors."""

    def close():
        for number in numbers:
            os.close(number)

    return {"preexec_fn": close}


@pytest.mark.parametrize(("words", "code", "said"), ASKED, ids=lambda each: str(each)[:20])
def test_without_an_input_there_is_nothing_to_read(shop, words, code, said):
    """As if it had ended at once."""
    done = typed(*words, cwd=shop, **without(IN))

    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_question_that_nobody_can_answer_changes_nothing(paid, shop):
    """`settle` and `purge` ask; `--yes` does it without."""
    words = ("settle", paid, "--as", "declined", "--reason", "x")
    done = typed(*words, cwd=shop, **without(IN))

    assert done.returncode == 1
    assert "nobody answered, and nothing was changed; --yes" in done.stderr


@pytest.mark.parametrize(("words", "code"), TOLD, ids=lambda each: str(each)[:20])
def test_without_an_output_nobody_can_be_told(paid, shop, words, code):
    """Exit code 3 where money may have moved, and 1 elsewhere; one line says why."""
    done = typed(*words, cwd=shop, **without(OUT))

    assert done.returncode == code, done.stderr
    assert "Bad file descriptor" in done.stderr
    assert done.stderr.count("\n") == 1
    assert code != 3 or "`paycore query o-1`" in done.stderr
    assert "--json" not in words or json.loads(done.stderr)["error"]["message"]


@pytest.mark.parametrize(("closed", "code"), [((ERR,), 0), ((IN, OUT, ERR), 3)], ids=str)
def test_without_talk_the_exit_code_says_it(shop, closed, code):
    """What is dropped is only what no script reads."""
    done = typed(*CHARGE, cwd=shop, **without(*closed))

    assert (done.returncode, done.stderr) == (code, "")
    assert ("paid" in done.stdout) is (OUT not in closed)


@pytest.mark.parametrize("words", [("--version",), ("charge", "-h"), ("--json", "-h")])
def test_help_on_a_full_disk_is_one_line(shop, words):
    """Exit code 1."""
    with open("/dev/full", "w") as full:
        more = {"capture_output": False, "stdout": full, "stderr": subprocess.PIPE}
        done = typed(*words, cwd=shop, **more)

    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith('{"error"' if "--json" in words else "error: ")


@pytest.mark.parametrize("closed", [(OUT,), (IN, OUT, ERR)], ids=str)
def test_no_socket_gets_the_number_of_a_stream(closed):
    """It would hear whatever is said."""
    run = partial(subprocess.run, [sys.executable, "-c", NUMBERS], check=False, timeout=60)

    assert run(**without(*closed)).returncode == 0
