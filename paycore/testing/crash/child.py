"""The nursery: a process with everything imported, which forks a child for each part of a run.

`python -m paycore.testing.crash.child` takes jobs from its standard input, one JSON object a
line, and says how each child ended; meanwhile the child talks over the same line.
"""

from __future__ import annotations

import logging
import os
import pkgutil
import traceback
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from paycore.ledger.protocol import Ledger
from paycore.testing.crash.cue import Cue, Hands
from paycore.testing.crash.insides import open_up, watch_lines
from paycore.testing.crash.line import Line
from paycore.testing.crash.points import VARIABLE, Points
from paycore.testing.crash.recovery import recover
from paycore.testing.crash.scenes import SCENES
from paycore.testing.crash.teller import desk
from paycore.testing.crash.warm import warm_up


def main() -> None:
    """Do every job that comes, each in a child of its own."""
    line = Line(0, os.dup(1))
    os.dup2(2, 1)  # whatever anybody prints is not for the stage
    logging.disable(logging.CRITICAL)
    warm_up()
    while (job := line.hear()) is not None:
        child = os.fork()
        if child == 0:
            os._exit(_played(job, line))
        status = os.waitpid(child, 0)[1]
        line.tell({"ended": os.waitstatus_to_exitcode(status)})


def play(job: Mapping[str, Any], line: Line, points: Points) -> None:
    """Play one part of a run: the scene, to be killed in it; or what comes after."""
    hands, scene = Hands(job["elapsed_s"]), SCENES[job["scene"]]
    ledger: Ledger = pkgutil.resolve_name(job["opener"])(job["ledger"])
    with closing(ledger):
        open_up(ledger, points)
        made = desk(ledger, job["bank"], hands, points)
        cue = Cue(made, points, line, hands, job["account"], job["run"])
        if job["part"] == "after":
            cue.listen()
            recover(cue, scene)
            return
        scene.before(cue)
        points.forget()
        cue.listen()
        scene.play(cue)
        line.tell({"passed": points.passed})


def _played(job: Mapping[str, Any], line: Line) -> int:
    """Return the exit code of a child; one that is killed returns none."""
    os.environ[VARIABLE] = job["crash_at"]
    points = Points(os.environ[VARIABLE])
    try:
        watch_lines(points)
        play(job, line, points)
    except BaseException:
        line.tell({"failed": traceback.format_exc()})
        return 1
    return 0


if __name__ == "__main__":
    main()
