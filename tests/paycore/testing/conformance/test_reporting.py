"""The report: a line for each promise, for people and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from paycore.testing.conformance import CHECKS, Verdict, conformance_tests, judged, results
from paycore.testing.conformance.contract import plugin_keeps_the_contract
from paycore.testing.conformance.fake import CASE as FAKE
from paycore.testing.conformance.reporting import main
from tests.paycore.testing.conformance.cases import CASE, bramble_case

NAMES = [check.__name__ for check in CHECKS]
HERE = "tests.paycore.testing.conformance"
QUICK = ("declared_is_done", "forgeries_are_rejected")
ONLY = [word for name in QUICK for word in ("--only", name)]


def test_every_check_has_a_name_of_its_own_and_says_its_promise():
    """A report names each promise once, in a sentence."""
    assert len(set(NAMES)) == len(NAMES)
    assert all(result.promise.endswith(".") for result in results(CASE, QUICK))
    assert all((check.__doc__ or "").count("\n\n") == 0 for check in CHECKS)


def test_people_get_a_line_for_each_promise(capsys):
    """Each check with its sign and its promise, and a last line that counts."""
    assert main(["--case", f"{HERE}.cases:CASE", *ONLY]) == 0

    *lines, last = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0].split()[1] for line in lines] == [*QUICK]
    assert last == "bramble: 2 kept, 0 broken, 0 untried, 0 exempt"


def test_machines_get_json(capsys):
    """The same as data, with every verdict and its reason."""
    assert main(["--case", f"{HERE}.cases", "--json", "--fuzz", "5", "--seed", "3", *ONLY]) == 0

    told = json.loads(capsys.readouterr().out)
    assert (told["provider"], told["kept"], told["broken"]) == ("bramble", 2, 0)
    assert [each["check"] for each in told["checks"]] == [*QUICK]
    assert {each["verdict"] for each in told["checks"]} == {"kept"}


def test_a_broken_promise_ends_in_one(capsys):
    """Whoever runs it in CI sees it fail, and why."""
    wrong = ["--set", "api_key=short", "--only", "plugin_keeps_the_contract"]

    assert main(["--case", f"{HERE}.cases", *wrong]) == 1
    assert "SettingsError: api_key" in capsys.readouterr().out


@pytest.mark.parametrize(
    "given",
    [
        [],
        ["--provider", "nobody"],
        ["--case", "no_such_module"],
        ["--case", f"{HERE}.cases:PAID"],
        ["--case", f"{HERE}.cases:GONE"],
        ["--only", "no_such_check"],
    ],
)
def test_what_cannot_be_run_is_told_in_one_line(given, capsys):
    """A slip on the command line is no traceback, and no broken promise."""
    with pytest.raises(SystemExit) as ended:
        main(given)

    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_an_installed_provider_is_played_over_its_simulator(capsys):
    """A provider with a simulator needs no case at all."""
    assert main(["--provider", "iotpay", *ONLY]) == 0
    assert "iotpay: 2 kept" in capsys.readouterr().out


def test_the_fake_provider_keeps_what_it_can_be_held_to():
    """It makes no calls, so what is about calls is not tried; nothing is broken."""
    found = {result.check: result for result in results(FAKE)}

    assert not [each for each in found.values() if each.verdict is Verdict.BROKEN]
    assert sum(each.verdict is Verdict.KEPT for each in found.values()) >= 15
    assert {name for name, each in found.items() if each.verdict is Verdict.EXEMPT} == {
        *FAKE.exempt
    }


def test_what_needs_something_that_is_missing_is_not_tried():
    """Without messages, forgeries and a way to sign, their checks say so and pass for nothing."""
    bare = replace(CASE, messages=(), forged=(), sealed=None, refusal=None, answers=None)
    found = [*results(bare, tuple(NAMES[5:]))]

    assert not [each for each in found if each.verdict is Verdict.BROKEN]
    assert all(each.detail for each in found if each.verdict is Verdict.UNTRIED)


def test_a_plugin_that_cannot_be_opened_breaks_one_promise():
    """The reason is told once; the others wait for it."""
    found = [*results(bramble_case(object()))]

    broken = [each for each in found if each.verdict is Verdict.BROKEN]
    assert [each.check for each in broken] == [plugin_keeps_the_contract.__name__]
    assert {each.verdict for each in found} == {Verdict.BROKEN, Verdict.UNTRIED}


def test_an_exemption_comes_with_its_reason():
    """What a provider does not take is told, not hidden."""
    case = replace(CASE, exempt={plugin_keeps_the_contract.__name__: "it is a toy"})

    found = judged(plugin_keeps_the_contract, case)
    assert (found.verdict, found.detail) == (Verdict.EXEMPT, "it is a toy")


def test_an_exemption_of_nothing_is_a_slip():
    """A misspelt name would hide nothing, and look as if it did."""
    with pytest.raises(ValueError, match="no check is called 'misspelt'"):
        conformance_tests(replace(CASE, exempt={"misspelt": "whatever"}))


def test_what_a_check_stumbles_over_is_a_broken_promise():
    """A plugin may do anything: the report goes on."""

    def stumbles(stage):
        """Whatever."""
        raise ZeroDivisionError("by zero")

    found = judged(stumbles, CASE)
    assert (found.verdict, found.detail) == (Verdict.BROKEN, "ZeroDivisionError: by zero")


@pytest.mark.parametrize("text", ["x", "=x", ""])
def test_a_setting_has_a_name_and_a_text(text, capsys):
    """What is missing is told as it is typed."""
    with pytest.raises(SystemExit) as ended:
        main(["--case", f"{HERE}.cases", "--set", text])

    assert ended.value.code == 2
    assert "--set: want NAME=TEXT, such as --set merchant_id=" in capsys.readouterr().err
