"""The report: a line for each promise, for people or as JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, Final

from paycore.cli.output import STYLES, clean, data, sign
from paycore.demo.casting import simulator
from paycore.errors import SettingsError
from paycore.plain import plain
from paycore.testing.conformance.case import Case
from paycore.testing.conformance.running import CHECKS, Result, Verdict, checked, results

_SIGNS: Final = {
    Verdict.KEPT: "ok",
    Verdict.BROKEN: "failed",
    Verdict.UNTRIED: "skipped",
    Verdict.EXEMPT: "note",
}


def main(given: Sequence[str] | None = None) -> int:
    """Run from the command line; return 0 where no promise is broken, 1 where one is, 2 else."""
    parser = _parser()
    asked = parser.parse_args(given)
    try:
        case = _case(asked)
    except (SettingsError, ImportError, AttributeError, TypeError, ValueError) as error:
        parser.error(" ".join(str(error).split()))
    found = results(case, tuple(asked.only))
    told = _as_json(case, found) if asked.json else _as_lines(case, found)
    return 1 if any(each.verdict is Verdict.BROKEN for each in told) else 0


def _case(asked: argparse.Namespace) -> Case:
    """Return the case that the options name: one that somebody wrote, or one over a simulator."""
    if asked.case:
        module, _, name = asked.case.partition(":")
        case: Any = getattr(import_module(module), name or "CASE")
        if not isinstance(case, Case):
            raise TypeError(f"{asked.case}: no Case")
    elif asked.provider == "fake":
        from paycore.testing.conformance.fake import CASE as case  # noqa: N811
    elif asked.provider:
        case = Case(provider=asked.provider, simulator=simulator(asked.provider).factory)
    else:
        raise TypeError("want --provider or --case")
    made: Case = replace(case, settings={**case.settings, **dict(asked.set)}, **_figures(asked))
    return checked(made)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError("want NAME=TEXT, such as --set merchant_id=10000701")
    return name, value


def _figures(asked: argparse.Namespace) -> dict[str, int]:
    given = {"fuzz": asked.fuzz, "seed": asked.seed}
    return {name: value for name, value in given.items() if value is not None}


def _as_lines(case: Case, found: Iterable[Result]) -> list[Result]:
    console, told = data(), []
    for result in found:
        told.append(result)
        line = f"{sign(console, _SIGNS[result.verdict])} {result.check}: {result.promise}"
        console.print(line, style=STYLES[_SIGNS[result.verdict]], soft_wrap=True)
        if result.detail:
            console.print(f"    {result.verdict.value}: {clean(result.detail)}", soft_wrap=True)
    console.print(f"{case.provider}: {_summary(told)}")
    return told


def _as_json(case: Case, found: Iterable[Result]) -> list[Result]:
    told = list(found)
    said: dict[str, Any] = {"provider": case.provider, **_counted(told), "checks": told}
    data().print(json.dumps(plain(said), indent=2), soft_wrap=True)
    return told


def _counted(told: Sequence[Result]) -> dict[str, int]:
    return {each.value: sum(r.verdict is each for r in told) for each in Verdict}


def _summary(told: Sequence[Result]) -> str:
    return ", ".join(f"{count} {name}" for name, count in _counted(told).items())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m paycore.testing.conformance",
        description="Hold a provider to every promise, offline and without credentials.",
    )
    parser.add_argument("--provider", default="", help="an installed provider with a simulator")
    parser.add_argument("--case", default="", metavar="MODULE:NAME", help="a Case of your own")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=_setting,
        metavar="NAME=TEXT",
        help="a setting of the account",
    )
    names = [check.__name__ for check in CHECKS]
    parser.add_argument("--only", action="append", default=[], choices=names, metavar="CHECK")
    parser.add_argument("--fuzz", type=int, help="how many altered messages")
    parser.add_argument("--seed", type=int, help="what chance begins with")
    parser.add_argument("--json", action="store_true", help="write JSON")
    return parser
