"""docs/events.md names every event, for listeners and in the logs."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

from paycore import listeners, log
from paycore.events import EventType
from tests.docs.pages import ROOT, first_column, headings, page, rows, section, signature


def loggings() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield name, level and fields of every event that the code logs."""
    for path in (ROOT / "paycore").rglob("*.py"):
        nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        for call in (each for each in calls if ast.unparse(each.func) == "log.event"):
            level, fields = _given(call)
            if isinstance(call.args[0], ast.Constant):
                yield call.args[0].value, level, fields
                continue
            shared = next(
                n for n in nodes if isinstance(n, ast.FunctionDef) and call in ast.walk(n)
            )
            for user in (each for each in calls if ast.unparse(each.func) == f"self.{shared.name}"):
                yield ast.literal_eval(user.args[0]), level, fields | _given(user)[1]


def _given(call: ast.Call) -> tuple[str, frozenset[str]]:
    """Return the level and the fields of one call that logs, or passes on what to log."""
    given = {each.arg: ast.unparse(each.value) for each in call.keywords if each.arg}
    level = given.pop("level", "log.INFO").removeprefix("log.").lower()
    return level, frozenset(given)


def test_every_application_event_is_told():
    """The closed list, in its order."""
    told = first_column(section(page("events.md"), "## Application events"))

    assert [name.strip("`") for name in told] == [each.value for each in EventType]


def test_every_event_for_listeners_has_a_heading_with_its_signature():
    """What a listener may implement, with its arguments as they are today."""
    told = [heading for heading in headings(page("events.md")) if heading.endswith(")")]
    heard = [value for value in vars(listeners.Spec).values() if inspect.isfunction(value)]

    assert told == [signature(each) for each in heard]


def test_every_event_in_the_logs_is_told_with_its_level_and_fields():
    """What the code logs, and no more; no event carries a field that would be dropped."""
    told = {
        row[0].strip("`"): (row[1], frozenset(re.findall(r"`(\w+)`", row[2])))
        for row in rows(section(page("events.md"), "## Logs"))
    }
    logged: dict[str, tuple[str, frozenset[str]]] = {}
    for name, level, fields in loggings():
        assert fields <= log.FIELDS, name
        assert logged.setdefault(name, (level, fields))[0] == level
        logged[name] = (level, logged[name][1] | fields)

    assert told == logged


def test_every_field_of_the_logs_is_told():
    """The closed list of names that an event may carry."""
    assert set(first_column(section(page("events.md"), "## Fields"))) == log.FIELDS
