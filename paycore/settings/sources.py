"""Where settings come from: files, the environment, and whatever `env:` and `file:` name.

Every text is sealed on its way in and opened where it is used, so that neither an error nor a
traceback with local variables shows what a setting holds.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any, Final

from paycore.errors import SettingsError
from paycore.secret import Secret

DEFAULT_FILE: Final = "paycore.toml"
PREFIX: Final = "PAYCORE_"
_NOT_SETTINGS: Final = ("PAYCORE_TEST_", "PAYCORE_CONFIG")
_SECRET_ENDINGS: Final = ("_key", "_secret", "_password", "_token")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_PLACE: Final = re.compile(r"\(at [a-z0-9, ]+\)$")


class Sealed(Secret):
    """A text that nobody has called a secret, and nobody has looked at yet."""

    __slots__ = ()


_POURED: Final[dict[tuple[int, int], Sealed]] = {}
"""What came out of each pipe that was read, by device and inode."""


def sealed(value: Any) -> Any:
    """Return settings with every text in them sealed; what is a `Secret` already stays one.

    A number that stands where a secret should is dropped: it will be refused, and never shown.
    """
    if isinstance(value, Mapping):
        return {
            str(name): None if _is_secret(name) and type(item) in (int, float) else sealed(item)
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [sealed(item) for item in value]
    return Sealed(str(value)) if isinstance(value, (str, Path)) else value


def file_of(source: object) -> Path | None:
    """Return the file to read: the one that is named, or `./paycore.toml`, or None without it.

    Raises:
        SettingsError: that is no name of a file.
    """
    if not isinstance(source, str | os.PathLike | None):
        raise SettingsError("settings: want a mapping, or the path of a file")
    path = Path(DEFAULT_FILE if source is None else source)
    return None if source is None and _is_absent(path) else path


def from_file(source: object) -> dict[str, Any]:
    """Return what a TOML file says, sealed; nothing where no file is named and none is there.

    Raises:
        SettingsError: it cannot be read, or is not TOML.
    """
    path = file_of(source)
    if path is None:
        return {}
    try:
        return dict(sealed(tomllib.loads(_text(path))))
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        problem = "not UTF-8"
    except (ValueError, RecursionError) as error:
        place = _PLACE.search(str(error))
        problem = f"not TOML {place[0]}" if place else "not TOML"
    raise SettingsError(f"{path}: {problem}")


def _is_absent(path: Path) -> bool:
    """Return whether nothing is there; what cannot be looked at may be there, and is told."""
    try:
        path.stat()
    except OSError as error:
        return isinstance(error, FileNotFoundError)
    return False


def _text(path: Path) -> str:
    """Return what is in a file; a pipe, which gives it once, gives what it gave before.

    A command asks for its settings more than once, and `--config <(…)` must do.
    """
    with path.open(encoding="utf-8") as file:
        text, about = file.read(), os.fstat(file.fileno())
    if not stat.S_ISFIFO(about.st_mode):
        return text
    pipe = (about.st_dev, about.st_ino)
    if text:
        _POURED[pipe] = Sealed(text)
    return _POURED[pipe].reveal() if pipe in _POURED else ""


def overlaid(raw: dict[str, Any], known: Set[str]) -> dict[str, Any]:
    """Return the settings with what the environment says laid over them.

    Raises:
        SettingsError: a variable with our prefix names no setting.
    """
    for variable in sorted(os.environ):
        if not variable.startswith(PREFIX) or variable.startswith(_NOT_SETTINGS):
            continue
        *path, last = variable.removeprefix(PREFIX).lower().split("__")
        section: Any = raw
        for step in path:
            section = section.setdefault(step, {}) if isinstance(section, dict) else None
        if not isinstance(section, dict) or [*path, last][0] not in known:
            raise SettingsError(f"{variable}: does not name a setting", field=variable)
        section[last] = Sealed(os.environ[variable])
    return raw


def followed(where: str, value: Any) -> Any:
    """Return a setting with `env:NAME` and `file:PATH` followed, in sections and lists too.

    Raises:
        SettingsError: the variable is missing or empty, or the file cannot be read.
    """
    if isinstance(value, dict):
        return {name: followed(f"{where}.{name}", item) for name, item in value.items()}
    if isinstance(value, list):
        return [followed(where, item) for item in value]
    if not isinstance(value, Sealed):
        return value
    if value.reveal().startswith("env:"):
        return _from_environment(where, value.reveal().removeprefix("env:"))
    if value.reveal().startswith("file:"):
        return _from_secret_file(where, value.reveal().removeprefix("file:"))
    return value


def _from_environment(where: str, variable: str) -> Secret:
    if os.environ.get(variable):
        return Secret(os.environ[variable])
    shown = variable if _VARIABLE.fullmatch(variable) else "such variable"
    raise SettingsError(f"{where}: the environment has no {shown}", field=_last(where))


def _from_secret_file(where: str, path: str) -> Secret:
    try:
        return Secret(Path(path).read_text(encoding="utf-8").rstrip("\r\n"))
    except (OSError, ValueError):
        pass
    raise SettingsError(f"{where}: the file cannot be read", field=_last(where))


def handed_on(where: str, name: str, value: Any) -> Any:
    """Return a setting as its provider gets it: what its name calls secret stays a `Secret`.

    Raises:
        SettingsError: what its name calls secret is no text.
    """
    if isinstance(value, dict):
        return {inner: handed_on(f"{where}.{inner}", inner, value[inner]) for inner in value}
    if isinstance(value, list):
        return [handed_on(where, name, item) for item in value]
    if isinstance(value, Sealed):
        return Secret(value.reveal()) if _is_secret(name) else value.reveal()
    if _is_secret(name) and not isinstance(value, (Secret, bool)):
        raise SettingsError(f"{where}: want a text", field=name)
    return value


def opened(value: Any) -> Any:
    """Return a setting of the core's with its texts open."""
    if isinstance(value, list):
        return [opened(item) for item in value]
    return value.reveal() if isinstance(value, Secret) else value


def _is_secret(name: object) -> bool:
    return str(name).lower().endswith(_SECRET_ENDINGS)


def _last(where: str) -> str:
    return where.rpartition(".")[2]
