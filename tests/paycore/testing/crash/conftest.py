"""A stage without a nursery: the parts of a run are played in this process, and die politely."""

from __future__ import annotations

import threading

import pytest

from paycore.testing.crash import child
from paycore.testing.crash.points import Points
from paycore.testing.crash.stage import OPENER, Stage


class Killed(BaseException):
    """What is raised here where a process would be killed."""


class Mortal(Points):
    """Dies politely, and stays dead: whoever handles its death gets no further."""

    dead = False

    def reach(self, name):
        if self.dead:
            raise Killed
        super().reach(name)

    def killed(self):
        self.dead = True
        raise Killed


class Wire:
    """The line between a child and the stage, without any process between them."""

    def __init__(self, stage):
        self.stage = stage
        self.said = []

    def tell(self, said):
        self.said.append(said)
        if "serve" in said:  # whoever answers is this very thread
            threading.Thread(target=self.stage._answer, args=(said,)).start()
        else:
            self.stage._answer(said)

    def ask(self, what, **more):
        return self.stage._answer({"ask": what, **more})


class Rehearsal:
    """One run in this process."""

    def __init__(self, stage, url):
        self.wire = Wire(stage)
        self.url = url

    def play(self, scene, account="strong", part="scene", crash_at="", run="c1x"):
        """Play one part; return the points that it passed, up to where it was killed."""
        bank = self.wire.stage._bank
        job = {"scene": scene, "account": account, "part": part, "run": run, "opener": OPENER}
        job |= {"ledger": self.url, "bank": bank.url, "elapsed_s": bank.clock.elapsed}
        points = Mortal(crash_at)
        points.die = points.killed
        try:
            child.play(job, self.wire, points)
        except Killed:
            assert points.passed[-1] == crash_at
        return points.passed


@pytest.fixture
def rehearsal(tmp_path):
    """Give a stage on which nobody is forked."""
    stage = Stage()
    with stage._bank:
        yield Rehearsal(stage, f"sqlite:///{tmp_path / 'crash.db'}")
