"""R42: a secret is masked wherever it is shown, and refused wherever it would be copied."""

from __future__ import annotations

import copy
import copyreg
import inspect
import io
import json
import logging
import pickle
import pprint
import traceback
import urllib.parse
from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass
from typing import Any

import pytest

from paycore.secret import MASK, Secret
from tests.promises.proof import Proof

CANARY = "canary-4d1f0c-key"


@dataclass
class Holder:
    name: str
    key: Secret


def secret() -> Secret:
    return Secret(CANARY)


def printed(show: Callable[[io.StringIO], object]) -> str:
    """Return what `show` writes when given a stream."""
    stream = io.StringIO()
    show(stream)
    return stream.getvalue()


def traced(hidden: Secret) -> str:
    """Return a traceback with the local variables of its frames."""
    try:
        raise RuntimeError(hidden)
    except RuntimeError as error:
        lines = traceback.TracebackException.from_exception(error, capture_locals=True)
        return "".join(lines.format())


def logged(hidden: Secret) -> str:
    """Return what a logger makes of it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    log = logging.Logger("leak")
    log.addHandler(handler)
    log.warning("key %s %r", hidden, hidden, extra={"key": hidden})
    return stream.getvalue()


SHOWN = {
    "repr": repr,
    "str": str,
    "format": format,
    "format with a width": lambda s: format(s, ">40"),
    "format with a precision": lambda s: f"{s:.3}",
    "percent": lambda s: "%s %r %a" % (s, s, s),  # noqa: UP031
    "str.format": lambda s: "{} {!r} {!s} {!a}".format(s, s, s, s),  # noqa: UP032
    "f-string": lambda s: f"{s} {s!r} {s!s} {s!a} {s=}",
    "ascii": ascii,
    "print": lambda s: printed(lambda stream: print(s, file=stream)),
    "pprint": lambda s: pprint.pformat({"key": s, "keys": [s] * 20}),
    "json with a default": lambda s: json.dumps({"key": s}, default=str),
    "logging": logged,
    "traceback with locals": traced,
    "exception": lambda s: repr(KeyError(s)) + str(ValueError(s)),
    "dataclass repr": lambda s: repr(Holder("a", s)),
    "dataclass asdict": lambda s: repr(asdict(Holder("a", s))),
    "dataclass astuple": lambda s: repr(astuple(Holder("a", s))),
    "vars of its holder": lambda s: repr(vars(Holder("a", s))),
    "copy": lambda s: repr(copy.copy(s)),
    "deepcopy": lambda s: repr(copy.deepcopy([s])),
    "dir": lambda s: repr(dir(s)),
    "every attribute": lambda s: repr([getattr(s, name) for name in dir(s)]),
    "inspect": lambda s: repr(inspect.getmembers(s)),
    "type": lambda s: repr(type(s)),
}

REFUSED = {
    "hash": hash,
    "dict key": lambda s: {s: 1},
    "set": lambda s: {s},
    "vars": vars,
    "__dict__": lambda s: s.__dict__,
    "json": json.dumps,
    "bytes": bytes,
    "iteration": list,
    "unpacking": lambda s: [*s],
    "index": lambda s: s[0],
    "slice": lambda s: s[:4],
    "contains": lambda s: "c" in s,
    "sorted": lambda s: sorted([s, s]),
    "less than a text": lambda s: s < "z",
    "adding": lambda s: s + "",
    "joining": lambda s: "".join([s]),
    "%d": lambda s: "%d" % s,  # noqa: UP031
    "__getstate__": lambda s: s.__getstate__(),
    "__reduce__": lambda s: s.__reduce__(),
    "copyreg": lambda s: copyreg.__reduce_ex__(s, 2),
    "quoting": urllib.parse.quote,
    "setting": lambda s: setattr(s, "text", ""),
    **{
        f"pickle {n}": lambda s, n=n: pickle.dumps(s, n) for n in range(pickle.HIGHEST_PROTOCOL + 1)
    },
    **{f"__reduce_ex__ {n}": lambda s, n=n: s.__reduce_ex__(n) for n in range(6)},
}


PATHS = [*((name, SHOWN[name], True) for name in SHOWN), *((n, REFUSED[n], False) for n in REFUSED)]
"""Every way out of it: its name, how it is gone, and whether something is shown there."""


def paths(first: int, count: int) -> None:
    """Try so many ways to get at a secret."""
    for number in range(first, first + count):
        name, way, shows = PATHS[number % len(PATHS)]
        out = shown(way) if shows else refused(way)

        assert out is not None, f"{name}: it was neither masked nor refused"
        assert "canary" not in out, f"{name}: {out}"
        assert not shows or MASK in out or name in NAMELESS, f"{name}: nothing was shown: {out}"


NAMELESS = ("dir", "every attribute", "inspect", "type", "format with a precision")
"""What says something of it, but not what it is."""


def shown(way: Callable[[Secret], Any]) -> str | None:
    return str(way(secret()))


def refused(way: Callable[[Secret], Any]) -> str | None:
    """Return the error with which a way is closed, and its traceback; None if it is open."""
    try:
        way(secret())
    except (TypeError, AttributeError) as error:
        return "".join(traceback.format_exception(error))
    return None


PROOFS = (Proof("r42", "ways out", len(PATHS), len(PATHS), paths, batch=len(PATHS)),)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r42_every_way_out_is_masked_or_closed(proof):
    """20 of 20, and those that were thought of later."""
    assert len(PATHS) >= 20

    proof.check()


def test_r42_a_text_would_not_pass():
    """The same ways lead to whatever is no secret."""
    leaking = [name for name in SHOWN if "canary" in str(SHOWN[name](CANARY))]
    closed = [name for name in REFUSED if refused_text(REFUSED[name])]

    assert len(leaking) > len(SHOWN) * 2 // 3
    assert len(closed) < len(REFUSED) // 3


def refused_text(way: Callable[[Any], Any]) -> bool:
    """Return whether a way is closed to a plain text, too."""
    try:
        way(CANARY)
    except Exception:
        return True
    return False
