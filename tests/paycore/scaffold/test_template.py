"""What is made is green as it stands, in our own style, and red once a hook of it is broken."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from paycore.testing.conformance import CHECKS
from tests.docs.pages import ROOT
from tests.paycore.scaffold.packages import NAMES, checked, offered, package, python

LOOSE = "PLC2701,PLR0915,PLR0911,N802,T20,S"
"""What our own tests may do."""


class Broken(NamedTuple):
    """One thing changed in a package that is sound, and which of its tests then fails."""

    file: str
    sound: str
    broken: str
    told: str


BROKEN = {
    "unmarked": Broken(
        "hooks.py", "@paycore.hookimpl\ndef refund(", "def refund(", "plugin_keeps_the_contract"
    ),
    "believed": Broken(
        "hooks.py", "paycore.State.UNKNOWN)", "paycore.State.SUCCEEDED)", "unlisted_words_are"
    ),
    "given up": Broken(
        "hooks.py", "== 422 and code in sure", "== 422", "only_listed_refusals_decline"
    ),
    "third": Broken(
        "hooks.py", "except paycore.PaycoreError", "except KeyError", "any_other_message_is"
    ),
    "kept": Broken(
        "hooks.py",
        "raw=paycore.scrubbed(HeardSchema(), said)",
        "raw=said",
        "reports_hold_no_secret",
    ),
    "thankless": Broken(
        "hooks.py", "isinstance(kind, str) and", "False and", "about_something_else_is_thanked_for"
    ),
    "anonymous": Broken("hooks.py", "Bearer {account", "{account", "a_page_is_opened_for_the"),
    "absent": Broken("hooks.py", '"no_such_order"', '"no_such"', "an_order_that_they_do_not_know"),
    "trusting": Broken("signing.py", "if not hmac", "if b'' and not hmac", "forgeries_are_reject"),
    "unread": Broken(
        "signing.py", "message.body, otherwise", "b'{}', otherwise", "genuine_messages_are_read"
    ),
    "whole": Broken(
        "schemas.py",
        'class RefundSchema(OrderSchema):\n    """',
        'class RefundSchema(OrderSchema):\n'
        '    minor = Amount(data_key="cents", attribute="charged.minor", required=True)\n    """',
        "a_part_is_given_back",
    ),
    "nameless": Broken(
        "schemas.py",
        'reference = fields.String(data_key="order", required=True)\n    minor',
        'reference = fields.Function(lambda asked: "1", str, data_key="order")\n    minor',
        "reference_is_what_the_provider_is_told",
    ),
}  # fmt: skip


@pytest.mark.parametrize("terms", ["mit", "none"])
@pytest.mark.parametrize("name", NAMES)
def test_every_name_makes_code_that_is_formatted_and_clean(tmp_path, name, terms):
    """By its own rules and by ours, however short or long the name."""
    folder = package(tmp_path, name, terms)
    ours = ("--config", str(ROOT / "pyproject.toml"), "--config", 'src = ["."]')
    loose = ("--config", 'lint.per-file-ignores = {"tests/**" = [' + _quoted(LOOSE) + "]}")

    for words in (["format", "--check", "."], ["check", "."], ["check", *ours, *loose, "."]):
        done = python(folder, "ruff", *words, "--no-cache")
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_made_is_small(tmp_path):
    """No module past 150 lines, and no promise to finish it later."""
    for path in package(tmp_path).rglob("*.py"):
        text = path.read_text(encoding="utf-8")

        assert len(text.splitlines()) <= 150, path.name
        assert not [word for word in ("TODO", "FIXME", "NotImplemented") if word in text]


def test_what_is_the_authors_is_marked(tmp_path):
    """In each module of the plugin that has something made up, in the README and the workflow."""
    folder = package(tmp_path)
    marked = {path.name for path in folder.rglob("*.*") if "Yours" in _text(path)}

    assert marked == {
        *("README.md", "account.py", "hooks.py", "schemas.py", "scripted.py", "signing.py"),
        "check.yml",
    }


@pytest.mark.thorough
@pytest.mark.timeout(600)  # mypy begins without a cache
@pytest.mark.parametrize("name", [NAMES[0], NAMES[-1]])
def test_it_passes_its_own_check(tmp_path, name):
    """`make check`: formatted, linted, typed, tested, and every promise of the kit kept."""
    said = checked(offered(package(tmp_path, name), name))

    assert "Success: no issues found" in said
    assert f"{len(CHECKS) + 15} passed" in said


@pytest.mark.thorough
def test_the_report_of_the_kit_shows_no_gap(tmp_path):
    """As its README has it: every promise is tried and kept."""
    folder = offered(package(tmp_path))
    done = python(folder, "paycore.testing.conformance", "--case", "tests.test_conformance:CASE")

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"larch: {len(CHECKS)} kept, 0 broken, 0 untried, 0 exempt" in done.stdout


@pytest.mark.thorough
@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_hook_is_noticed(tmp_path, case):
    """By the tests that came with it, for the right reason."""
    file, sound, broken, told = BROKEN[case]
    path = offered(package(tmp_path)) / "paycore_larch" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(sound) == 1, "the change would change nothing, or too much"
    path.write_text(text.replace(sound, broken), encoding="utf-8")
    done = python(path.parents[1], "pytest", "-q", "--tb=no", "-rf", "-k", told)

    assert done.returncode == 1, done.stdout + done.stderr
    assert told in done.stdout


def _quoted(rules):
    return ", ".join(f'"{rule}"' for rule in rules.split(","))


def _text(path):
    return path.read_text(encoding="utf-8") if path.is_file() else ""
