"""What a new provider is called: one name, and all that is made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from keyword import iskeyword
from typing import Final

from paycore import discovery

LONGEST: Final = 30
"""How many letters a name may have: every line that is made stays within 100."""
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_AUTHOR: Final = re.compile(r'[^"\\]{1,80}')


class NotMade(ValueError):
    """Nothing was made; the message says why, and `field` names what is to blame."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Names:
    """One provider, as each place calls it.

    Raises:
        NotMade: `name` is no lower snake case, a keyword of Python, or too long.
    """

    name: str
    """As settings and the entry point have it: `maple_pay`."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or len(self.name) > LONGEST:
            told = f"name: want up to {LONGEST} lower-case letters, digits and single underscores"
            raise NotMade(f"{told}, a letter first, such as maple_pay", "name")
        if iskeyword(self.name):
            raise NotMade(f"name: {self.name!r} is a keyword of Python; take another", "name")

    @property
    def package(self) -> str:
        """What Python imports: `paycore_maple_pay`."""
        return f"paycore_{self.name}"

    @property
    def distribution(self) -> str:
        """What pip installs, and its folder: `paycore-maple-pay`."""
        return f"paycore-{self.host}"

    @property
    def host(self) -> str:
        """What a host name can hold: `maple-pay`."""
        return self.name.replace("_", "-")

    @property
    def authors(self) -> str:
        """Who writes it, where nobody says it."""
        return f"The authors of {self.distribution}"

    @property
    def title(self) -> str:
        """What people say: `Maple Pay`."""
        return self.name.replace("_", " ").title()


def free(name: str) -> Names:
    """Return the names of a provider that nobody has installed yet.

    Raises:
        NotMade: the name is no good, or an installed package offers it.
    """
    names = Names(name)
    owners = discovery.installed(discovery.PROVIDERS).get(name, [])
    if owners:
        told = f"name: {' and '.join(sorted(owners))} offers a provider called {name!r} already"
        raise NotMade(f"{told}; take another, or --force", "name")
    return names


def author_of(text: str) -> str:
    """Return who writes the plugin, as a licence and a pyproject.toml can hold it.

    Raises:
        NotMade: they cannot.
    """
    if not _AUTHOR.fullmatch(text) or not text.isprintable() or text != text.strip():
        told = "author: want up to 80 printable characters, no quotes and no backslash"
        raise NotMade(told, "author")
    return text
