"""docs/writing-a-provider.md: its commands make a package, and its code makes it speak Larch."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import sys

import pytest
from click.testing import CliRunner

from paycore.cli import main
from paycore.testing.conformance import CHECKS
from tests.docs.pages import blocks, files, first_column, headings, page, section
from tests.paycore.scaffold.packages import checked, offered, python, run

PAGE = page("writing-a-provider.md")
STEPS = [heading for heading in headings(PAGE) if heading[0].isdigit()]
EDIT = re.compile(r"^In `([\w./]+)`:\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def typed(text):
    """Return the commands of some text, without their prompt."""
    lines = "".join(blocks(text, "console")).splitlines()
    return [line.removeprefix("$ ") for line in lines]


def pieces(source):
    """Return which lines of a module define what, by name; its imports are one piece."""
    found = {}
    for node in ast.parse(source).body:
        match node:
            case ast.Import() | ast.ImportFrom():
                name = "import"
            case ast.AnnAssign(target=ast.Name(id=name)):
                pass
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                pass
            case _:
                continue
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        found[name] = (found.get(name, (first - 1,))[0], node.end_lineno)
    return found


def edited(source, block):
    """Return a module with what `block` defines in place of what was called so."""
    lines, there, given = source.splitlines(), pieces(source), pieces(block)
    assert given, "the block defines nothing"
    for name in sorted(given, key=lambda name: there[name], reverse=True):
        start, end = given[name]
        lines[slice(*there[name])] = block.splitlines()[start:end]
    return "\n".join(lines) + "\n"


def follow(folder, text):
    """Do with a package what some text of the page says."""
    for name, body in files(text).items():
        assert (folder / name).is_file(), name
        (folder / name).write_text(body, encoding="utf-8")
    for name, block in EDIT.findall(text):
        path = folder / name
        path.write_text(edited(path.read_text(encoding="utf-8"), block), encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The package that the command of the page makes."""
    into = tmp_path_factory.mktemp("page")
    (command,) = (line for line in typed(PAGE) if line.startswith("paycore new-provider"))
    words = shlex.split(command)[1:]
    done = CliRunner().invoke(main, [*words, "--into", str(into)], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return offered(into / "paycore-larch")


@pytest.fixture
def larch(made, tmp_path):
    """Return what follows the page up to a step, and gives the folder."""

    def after(number):
        folder = shutil.copytree(made, tmp_path / "paycore-larch")
        for heading in STEPS[:number]:
            follow(folder, section(PAGE, f"## {heading}"))
        return folder

    return after


def tried(folder):
    """Run the tests of a package."""
    return run(folder, sys.executable, "-m", "pytest", "-q", "--tb=line", "-rf")


def test_the_table_of_files_is_what_was_made(made):
    """Each is there, and every module of the plugin is told."""
    told = first_column(section(PAGE, f"## {STEPS[0]}"))
    names = [name for row in told for name in row.replace("`", "").split(", ")]
    modules = {f"paycore_larch/{path.name}" for path in made.glob("paycore_larch/[!_]*.py")}

    assert all((made / name).exists() for name in names)
    assert modules <= set(names)


def test_every_block_of_python_is_followed():
    """What stands on the page is put where the page says."""
    assert [block for _, block in EDIT.findall(PAGE)] == blocks(PAGE, "python")
    assert len(files(PAGE)) == len(blocks(PAGE, "json"))


def test_new_samples_make_it_red(larch):
    """What the schemas do not know is named, as the page says."""
    done = tried(larch(2))

    assert done.returncode == 1
    assert "cents" in done.stdout


def test_an_unlisted_word_pays_nothing(larch):
    """The kit says just what the page shows."""
    step = section(PAGE, f"## {STEPS[3]}")
    (command,) = typed(step)
    done = python(larch(3), *shlex.split(command)[2:])

    assert done.returncode == 1
    assert done.stdout == blocks(step, "text")[0]


@pytest.mark.thorough
@pytest.mark.timeout(600)  # mypy begins without a cache
def test_in_the_end_everything_is_green(larch):
    """Formatted, linted, typed, tested, and every promise kept; and it is Larch that it speaks."""
    folder = larch(len(STEPS))
    said = checked(folder)

    assert "Success: no issues found" in said
    assert f"{len(CHECKS) + 15} passed" in said
    ours = [path for path in folder.rglob("*.*") if path.suffix in (".py", ".json")]
    everything = "".join(path.read_text(encoding="utf-8") for path in ours)
    assert "cents" not in everything
    assert '"paid"' not in everything


@pytest.mark.thorough
def test_half_of_a_signature_is_noticed(larch):
    """Plugin and script sign by code of their own: changed on one side only, it is red."""
    folder = larch(4)
    signing = folder / "paycore_larch/signing.py"
    text = signing.read_text(encoding="utf-8")
    (_, plugin), _ = EDIT.findall(section(PAGE, f"## {STEPS[4]}"))
    signing.write_text(edited(text, plugin), encoding="utf-8")
    done = tried(folder)

    assert done.returncode == 1
    assert "genuine_messages_are_read" in done.stdout


def test_the_command_has_its_options_told():
    """docs/cli.md: each of them, and no other."""
    from paycore.cli.new_provider import new_provider

    told = set(first_column(section(page("cli.md"), "## new-provider")))
    options = {option for each in new_provider.params for option in each.opts if "--" in option}

    assert told == options - {"--json"}
