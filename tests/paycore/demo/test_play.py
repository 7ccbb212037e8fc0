"""The play: in order, to its end, whatever fails on the way, and leaving nothing behind."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest

from paycore.demo import play as stage
from paycore.demo.act import Step, Unexpected
from paycore.demo.books import Books
from paycore.demo.casting import cast
from paycore.demo.play import Begun, Scene, Told, play
from paycore.errors import PluginRefused


def good(act):
    return "fine"


def wrong(act):
    raise Unexpected("status", "paid", "unknown")


def breaks(act):
    raise KeyError("4111111111111111")


def complains(act):
    raise ValueError("no such page")


def charges(act):
    act.charge("one", 100, act.page)
    return "asked"


def told(*story, provider="toy"):
    return [event for event in play(cast(provider), story) if isinstance(event, Told)]


def test_events_come_in_order(toy):
    """A provider comes on, each step begins and ends, and the books close."""
    events = list(play(cast("toy"), (Step("a", "It goes", good),)))

    assert [type(event) for event in events] == [Scene, Begun, Told, Books]
    assert events[0].channels == ("TOY",)
    assert events[0].steps == 1
    assert events[2] == Told("toy", "a", "It goes", "ok", "fine", duration_ms=0)


def test_a_step_that_fails_says_what_was_expected_and_what_came(toy):
    """And the play goes on."""
    first, second = told(Step("a", "A", wrong), Step("b", "B", good))

    assert (first.verdict, first.expected, first.got) == ("failed", "paid", "unknown")
    assert second.verdict == "ok"


def test_an_error_fails_its_step_only(toy):
    """Ours are told in full; of a stranger's only the type, for who knows what it quotes."""
    ours, strange = told(Step("a", "A", complains), Step("b", "B", breaks))

    assert ours.got == "ValueError: no such page"
    assert (strange.verdict, strange.got) == ("failed", "KeyError")


def test_a_step_waits_for_those_before_it(toy):
    """What rests on a failed step is left out, and says on which."""
    steps = told(
        Step("a", "A", wrong),
        Step("b", "B", good, after=("a",)),
        Step("c", "C", good, after=("b",)),
    )

    assert [step.verdict for step in steps] == ["failed", "skipped", "skipped"]
    assert steps[1].seen == "needs 'a', which did not happen"


def test_the_books_hold_every_payment(toy, monkeypatch):
    """However many pages the list of payments has."""
    monkeypatch.setattr(stage, "PAGE", 1)
    story = tuple(Step(name, name, charger(name)) for name in "abc")
    books = [event for event in play(cast("toy"), story) if isinstance(event, Books)]

    assert [line.payment for line in books[0].lines] == ["toy-a", "toy-b", "toy-c"]


def charger(name):
    def charge(act):
        act.charge(name, 100, act.page)
        return "asked"

    return charge


def test_a_provider_that_breaks_the_contract_cannot_play(toy, monkeypatch):
    """It is named, and nothing is started."""
    import toy_pay

    monkeypatch.delattr(toy_pay, "query")
    with pytest.raises(PluginRefused, match="toy"):
        list(play(cast("toy")))


def threads():
    return {thread for thread in threading.enumerate() if thread.name != "paycore-watchdog"}


@pytest.mark.parametrize("events", [1, 3, 100])
def test_however_it_ends_nothing_is_left_behind(toy, events):
    """Broken off or played out: no thread stays but the transport's one watchdog."""
    before = threads()
    with closing(play(cast("toy"), (Step("a", "A", good), Step("b", "B", charges)))) as running:
        for _, _ in zip(range(events), running, strict=False):
            pass

    assert threads() <= before
