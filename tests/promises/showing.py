"""The ways in which people and programs show values and errors to each other."""

from __future__ import annotations

import copy
import json
import pickle
import pprint
import traceback
from pathlib import Path

from paycore.plain import plain

TESTS = str(Path(__file__).resolve().parents[1])


def shown(value: object) -> str:
    """Return `value` in every way in which people show values to each other."""
    ways = [repr(value), str(value), f"{value}", pprint.pformat(value)]
    ways += [json.dumps(plain(value), default=str), repr(getattr(value, "__dict__", ""))]
    for way in (pickle.dumps, copy.deepcopy):
        try:
            ways.append(repr(way(value)))
        except (TypeError, AttributeError, pickle.PicklingError) as refused:
            ways.append(str(refused))
    return "\n".join(ways)


def told(error: BaseException) -> str:
    """Return the traceback of an error, and of whatever caused it, with all local variables.

    What the tests' own frames hold is left out.
    """
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    waiting, seen = [whole], []
    while waiting:
        trace = waiting.pop()
        seen.append(trace)
        waiting += [other for other in (trace.__cause__, trace.__context__) if other is not None]
    for trace in seen:
        kept = [frame for frame in trace.stack if not frame.filename.startswith(TESTS)]
        trace.stack = traceback.StackSummary.from_list(kept)
    return "\n".join("".join(trace.format(chain=False)) for trace in seen)
