"""`paycore new-provider`: the package of a provider, to begin with."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

import click
from rich.text import Text

from paycore.cli.asked import yes_option
from paycore.cli.failing import REFUSED, Failure
from paycore.cli.output import data, json_option, say, shared, show, write_json
from paycore.scaffold.making import CLONE, LICENSES, Made, clone, made, place
from paycore.scaffold.names import Names, NotMade, author_of, free


@click.command(
    "new-provider",
    short_help="Make the package of a new provider.",
    epilog="""\b
Examples:
  paycore new-provider maple_pay
  paycore new-provider maple_pay --into plugins --yes
""",
)
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="DIR",
    help="Make its folder in there; here, if it is not told.",
)
@click.option("--author", metavar="TEXT", help="Who writes it.")
@click.option(
    "--license",
    "terms",
    type=click.Choice(LICENSES),
    help="Under which terms others may use it; `none` reserves all rights.",
)
@click.option(
    "--force", is_flag=True, help="Make it although a provider of that name is installed."
)
@yes_option
@json_option
def new_provider(
    name: str, into: Path, author: str | None, terms: str | None, force: bool, yes: bool
) -> None:
    """Make the package of a provider called NAME, which passes every check as it is.

    It asks who writes it and under which terms; --yes takes the defaults, and so does --json.
    """
    try:
        names = Names(name) if force else free(name)
        place(names, into)  # before anything is asked
        asks = not (yes or shared().json)
        author = author_of(_told("Who writes it?", author, names.authors, asks=asks))
        terms = _told("Under which terms?", terms, LICENSES[0], asks=asks, choices=LICENSES)
        done = made(names, into, author=author, license=terms)
    except NotMade as error:
        raise Failure("NotMade", str(error), error.field, REFUSED) from None
    if shared().json:
        write_json(done)
    else:
        _show(done)


def _told(
    question: str, given: str | None, default: str, *, asks: bool, choices: tuple[str, ...] = ()
) -> str:
    """Return what an option says, else what the person answers, else the default.

    Raises:
        Failure: nobody is there to answer; nothing was made.
    """
    if given is not None or not asks:
        return default if given is None else given
    kind = click.Choice(choices) if choices else str
    try:
        answer: str = click.prompt(question, default, type=kind, err=True)
    except click.Abort:
        told = "nobody answered, and nothing was made; --yes takes the defaults"
        raise Failure("NotAgreed", told, "yes", REFUSED) from None
    return answer


def _show(done: Made) -> None:
    """Write what was made to stdout, and what to do now to stderr."""
    show(data(), Text("\n".join(str(done.folder / file) for file in done.files)))
    ours = clone()
    typed = (
        f"cd {quote(str(done.folder))}",
        "python3 -m venv .venv",
        f".venv/bin/python -m pip install -e {quote(ours)}",
        "make install check PYTHON=.venv/bin/python",
    )
    say(f"next: {' && '.join(typed)}")
    if ours == CLONE:
        say(f"note: {CLONE} is your clone of paycore, which is on no package index yet")
    say(f"then: README.md says what to replace, `grep -rn Yours {done.package} tests` where it is")
