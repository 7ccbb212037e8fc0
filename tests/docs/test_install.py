"""What the docs say to install is there, under these names and with these extras."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest

from paycore.scaffold.making import HERE
from tests.docs.pages import ROOT, blocks, page, section

README = (ROOT / "README.md").read_text(encoding="utf-8")
TEMPLATE = HERE / "template"
PLACES = {
    "README.md": section(README, "## Install"),
    "index.md": section(page("index.md"), "## Install it"),
    "writing-a-provider.md": page("writing-a-provider.md"),
    "a new provider's README.md": (TEMPLATE / "README.md.jinja").read_text(encoding="utf-8"),
}
EXTRA = re.compile(r"""pip install ["']([\w-]+)\[([\w,]+)\]["']""")
PROJECTS = {
    told["name"]: told
    for path in (ROOT / "pyproject.toml", *ROOT.glob("plugins/*/pyproject.toml"))
    for told in [tomllib.loads(path.read_text(encoding="utf-8"))["project"]]
}


def editable(text):
    """Return the folders and extras that one `pip install -e` names."""
    (line,) = (
        each for block in blocks(text, "console") for each in block.splitlines() if "-e" in each
    )
    words = shlex.split(line.partition("pip install ")[2])
    assert words[::2] == ["-e"] * (len(words) // 2)
    return [re.fullmatch(r"([^\[]+)(?:\[([\w,]+)\])?", word).groups("") for word in words[1::2]]


@pytest.mark.parametrize("where", PLACES)
def test_every_folder_has_its_project_and_every_project_its_extras(where):
    """From a clone, in one command, with paycore first: nothing of ours is looked for elsewhere."""
    named = editable(PLACES[where])

    assert named[0][0] in (".", "/path/to/paycore")
    for place, extras in named:
        folder = ROOT / place.replace("/path/to/paycore", ".")
        told = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        assert set(filter(None, extras.split(","))) <= set(
            told["optional-dependencies"] if extras else ()
        )


def test_every_plugin_is_in_the_block():
    """A newcomer who copies it has all that the pages speak of."""
    named = {place for place, _ in editable(PLACES["README.md"])}

    assert named == {
        ".",
        *(str(path.parent.relative_to(ROOT)) for path in ROOT.glob("plugins/*/pyproject.toml")),
    }
    assert editable(PLACES["index.md"]) == editable(PLACES["README.md"])


@pytest.mark.parametrize("where", [*PLACES])
def test_it_says_where_packages_come_from(where):
    """Nothing is published, so nobody should fetch a stranger's package by our name."""
    assert "package index yet" in PLACES[where]


def test_every_extra_that_the_docs_name_is_there():
    """In whatever page, of paycore or of a plugin."""
    pages = [README, *(path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md"))]
    named = {found for text in pages for found in EXTRA.findall(text)}

    assert len(named) > 2
    for project, extras in named:
        if project in PROJECTS:
            assert set(extras.split(",")) <= set(PROJECTS[project]["optional-dependencies"])


def test_the_readme_leads_everywhere():
    """Every page that it names is there, testing and the command line among them."""
    named = set(re.findall(r"\]\(([\w./-]+\.md)\)", README))

    assert {"docs/testing.md", "docs/cli.md", "docs/index.md", "docs/settings.md"} <= named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []
