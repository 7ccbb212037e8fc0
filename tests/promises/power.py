"""A disk that loses its power: what a recorded run wrote, and what of it the platter has.

Pessimistic, as POSIX lets it be: what was not synced is there in part, in any order, or not at all;
a name that was made or removed stays so only once its folder was synced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

SECTOR = 512
CALLS = "openat,pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename,pwritev,writev,fallocate"

_LINE = re.compile(r"(?P<call>\w+)\((?P<said>.*)\)\s+= (?P<gave>\d+)")
_FILE = re.compile(r"\d+<(?P<path>[^>]*)>(?:, (?P<rest>.*))?$", re.DOTALL)
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True)
class Event:
    """One thing that the run did to a file, or said."""

    what: str
    """`write`, `cut` (to a length), `sync`, `make`, `remove` or `say`."""
    name: str
    """Of the file, in its folder; empty for the folder itself."""
    at: int = 0
    data: bytes = b""


def events(trace: str, folder: Path, said: Path) -> Iterator[Event]:
    """Yield what a trace of `strace -y -xx` tells of one folder, and of what was said.

    Raises:
        ValueError: a call that nobody thought of.
    """
    for line in trace.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        path, rest = _path(found["call"], found["said"])
        if path == said and found["call"] == "write":
            yield Event("say", "", data=_bytes(rest).strip())
        elif path == folder:
            if found["call"] in ("fsync", "fdatasync"):
                yield Event("sync", "")
        elif path.parent == folder and not path.name.endswith("-shm"):
            yield from _event(found["call"], path.name, rest)


def _event(call: str, name: str, rest: str) -> Iterator[Event]:
    if call == "openat":
        if "O_CREAT" in rest:
            yield Event("make", name)
    elif call == "pwrite64":
        data, at = _bytes(rest), rest.rpartition(", ")[2]
        yield Event("write", name, int(at), data)
    elif call in ("fsync", "fdatasync"):
        yield Event("sync", name)
    elif call == "ftruncate":
        yield Event("cut", name, int(rest))
    elif call == "unlink":
        yield Event("remove", name)
    else:
        raise ValueError(f"{call} of {name}")


def _path(call: str, said: str) -> tuple[Path, str]:
    """Return which file a call is about, and what else it says."""
    if call in ("openat", "unlink", "rename"):
        return Path(_bytes(said).decode()), said
    found = _FILE.match(said)
    if found is None:
        return Path(), ""
    path = found["path"]
    if "\\x" in path:
        path = bytes.fromhex(path.replace("\\x", "")).decode()
    return Path(path.removesuffix(" (deleted)")), found["rest"] or ""


def _bytes(said: str) -> bytes:
    found = _TEXT.search(said)
    return bytes.fromhex(found[1].replace("\\x", "")) if found else b""


@dataclass
class File:
    """What a file holds for sure, and what may have come since."""

    sure: bytes = b""
    since: list[Event] = field(default_factory=list)

    def now(self, events: Iterable[Event]) -> bytes:
        held = bytearray(self.sure)
        for event in events:
            end = event.at + len(event.data)
            held.extend(bytes(max(0, end - len(held))))
            if event.what == "cut":
                del held[event.at :]
            else:
                held[event.at : end] = event.data
        return bytes(held)

    def sync(self) -> None:
        self.sure, self.since = self.now(self.since), []


class Disk:
    """A folder on a disk, as a run of events leaves it."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.said: list[bytes] = []
        self._files = {name: File(data) for name, data in files.items()}
        self._sure = dict(self._files)
        self._since: list[tuple[str, File | None]] = []

    def play(self, event: Event) -> None:
        """Do what the run did."""
        if event.what == "say":
            self.said.append(event.data)
        elif event.what == "make":
            if event.name not in self._files:
                self._name(event.name, File())
        elif event.what == "remove":
            self._name(event.name, None)
        elif event.what != "sync":
            self._files[event.name].since.append(event)
        elif event.name:
            self._files[event.name].sync()
        else:
            self._sure, self._since = dict(self._files), []

    def _name(self, name: str, file: File | None) -> None:
        _named(self._files, name, file)
        self._since.append((name, file))

    def lose_power(self, chance: Random) -> dict[str, bytes]:
        """Return what is found afterwards: all that is sure, and of the rest what chance leaves."""
        share = chance.choice((0.0, 0.0, 0.5, 0.9, 1.0))
        names = dict(self._sure)
        for name, file in self._since[: round(share * len(self._since))]:
            _named(names, name, file)
        return {
            name: file.now([part for part in _torn(file.since) if chance.random() < share])
            for name, file in names.items()
        }


def _named(names: dict[str, File], name: str, file: File | None) -> None:
    if file is None:
        names.pop(name, None)
    else:
        names[name] = file


def _torn(events: Iterable[Event]) -> Iterator[Event]:
    """Yield the sectors of every write: each may reach the platter without the others."""
    for event in events:
        if event.what == "cut":
            yield event
        for start in range(0, len(event.data), SECTOR):
            part = event.data[start : start + SECTOR]
            yield Event(event.what, event.name, event.at + start, part)
