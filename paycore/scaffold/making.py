"""A package of a provider, made by copier from the template beside this module."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from paycore.errors import SettingsError
from paycore.scaffold.names import Names, NotMade

HERE: Final = Path(__file__).parent
LICENSES: Final = ("mit", "none")
"""The terms that the template knows; `none` reserves all rights."""
CLONE: Final = "/path/to/paycore"
"""What stands for somebody's clone of paycore in what is made."""


@dataclass(frozen=True)
class Made:
    """A package that was made."""

    provider: str
    """The name that settings use."""
    package: str
    """The name that Python imports."""
    folder: Path
    """Where it is."""
    files: tuple[str, ...]
    """What is in it, in order."""


def place(names: Names, into: Path) -> Path:
    """Return the folder that a package is made in: new or empty, below `into`.

    Raises:
        NotMade: something is there already, or nobody can look.
    """
    folder = into / names.distribution
    try:
        if folder.is_dir() and not any(folder.iterdir()):
            return folder
        taken = folder.exists() or folder.is_symlink()
    except OSError as error:
        raise _unusable(folder, error) from None
    if taken:
        raise NotMade(f"{folder}: is there already, and not empty; nothing was changed", "into")
    return folder


def made(names: Names, into: Path, *, author: str, license: str) -> Made:
    """Make the package of a provider below `into`, the same bytes every time.

    Raises:
        NotMade: its folder is in use, or cannot be written.
        SettingsError: copier is not installed.
    """
    folder = place(names, into)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _copied(names, folder, author, license)
    except OSError as error:
        raise _unusable(folder, error) from None
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return Made(names.name, names.package, folder, tuple(sorted(files)))


def clone() -> str:
    """Return the clone of paycore that this runs from, else what stands for one."""
    folder = HERE.parents[1]
    try:
        told = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):  # it was installed as a wheel, or that file is somebody else's
        return CLONE
    match told:
        case {"project": {"name": "paycore"}}:
            return str(folder)
    return CLONE


def _unusable(folder: Path, error: OSError) -> NotMade:
    return NotMade(f"{folder}: {error.strerror or 'cannot be used'}", "into")


def _copied(names: Names, folder: Path, author: str, license: str) -> None:
    try:
        from copier import Settings, run_copy
    except ImportError:
        wanted = 'copier is not installed; type: pip install "paycore[scaffold]"'
        raise SettingsError(wanted) from None
    run_copy(
        str(HERE),
        folder,
        {
            "name": names.name,
            "distribution": names.distribution,
            "title": names.title,
            "host": names.host,
            "author": author,
            "license": license,
        },
        settings=Settings(),  # not those of whoever types it: the same bytes for everybody
        defaults=True,
        quiet=True,
    )
