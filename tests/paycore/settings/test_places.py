"""One file of settings is one ledger, wherever a process that reads it was started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

import paycore
from paycore import Money, StoredToken
from paycore.settings import read
from paycore.settings.places import beside

FAKE = '[accounts.cards]\nprovider = "fake"\n'
SHOP = Path("/etc/shop/paycore.toml")


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of this machine take part."""
    for name in [name for name in os.environ if name.startswith("PAYCORE_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """Three folders: the shop's, with its settings, and two where nothing is."""
    made = [tmp_path / name for name in ("shop", "one", "two")]
    for folder in made:
        folder.mkdir()
    (made[0] / "paycore.toml").write_text(FAKE, encoding="utf-8")
    return made


@pytest.mark.parametrize(
    ("ledger", "placed"),
    [
        ("sqlite:///paycore.db", "sqlite:////etc/shop/paycore.db"),
        ("sqlite:///data/paycore.db", "sqlite:////etc/shop/data/paycore.db"),
        ("sqlite:///paycore.db?journal=wal", "sqlite:////etc/shop/paycore.db?journal=wal"),
        ("sqlite+pysqlite:///x.db", "sqlite+pysqlite:////etc/shop/x.db"),
        ("sqlite:////var/lib/shop/paycore.db", "sqlite:////var/lib/shop/paycore.db"),
        ("sqlite:///", "sqlite:///"),
        ("sqlite://", "sqlite://"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite:///file:x.db?uri=true", "sqlite:///file:x.db?uri=true"),
        ("memory://", "memory://"),
        ("postgresql://shop@db/shop", "postgresql://shop@db/shop"),
        ("paycore.db", "paycore.db"),
    ],
)
def test_only_a_relative_path_of_sqlite_is_placed(ledger: str, placed: str) -> None:
    """Everything else names its place itself, or is refused as it stands."""
    assert beside(ledger, SHOP) == placed


@pytest.mark.parametrize("file", ["/dev/stdin", "/dev/fd/63", "/proc/self/fd/63"])
def test_what_comes_out_of_a_pipe_lies_in_no_folder(file: str) -> None:
    """A ledger in /dev would be gone after the next start of the machine."""
    assert beside("sqlite:///paycore.db", Path(file)) == "sqlite:///paycore.db"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0/?"), min_size=1, max_size=20))
def test_two_places_never_share_a_ledger(name: str) -> None:
    """Whatever the file is called, folders that differ give URLs that differ."""
    ledger = f"sqlite:///{name}"
    ours, other = beside(ledger, SHOP), beside(ledger, Path("/etc/other/paycore.toml"))

    assert (ours == other) is (ours == ledger) is name.startswith((":", "file:"))


@given(st.text(st.sampled_from("ab ?%#&=:@+/2F;é"), min_size=1, max_size=12))
def test_a_folder_of_any_name_holds_its_ledger(name: str) -> None:
    """Whatever a URL would take its letters for."""
    folder = Path("/etc") / name
    url = make_url(beside("sqlite:///paycore.db?journal_mode=wal", folder / "paycore.toml"))

    assert url.database == str(folder / "paycore.db")
    assert url.query == {"journal_mode": "wal"}


@pytest.mark.parametrize("names", [("shop?eu", "shop?us"), ("a%2Fb", "a%20b"), ("a b", "a%20b")])
def test_two_shops_never_meet_in_one_ledger(names: tuple[str, str], tmp_path: Path) -> None:
    """The same reference in two folders is two orders, and each is charged."""
    known = []
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "paycore.toml").write_text(FAKE, encoding="utf-8")
        with paycore.open_gateway(tmp_path / name / "paycore.toml") as gateway:
            known.append(gateway.find("order-1"))
            gateway.charge("order-1", Money(1500, "CAD"), StoredToken("c"))

    assert known == [None, None]
    assert all((tmp_path / name / "paycore.db").exists() for name in names)


def test_the_default_lies_beside_the_file(
    folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named from anywhere, by any spelling, or found where the process stands."""
    shop, one, _ = folders
    wanted = f"sqlite:///{shop / 'paycore.db'}"

    monkeypatch.chdir(one)
    assert read(shop / "paycore.toml").ledger.reveal() == wanted
    assert read(str(shop / "paycore.toml")).ledger.reveal() == wanted
    assert Path(
        read("../shop/paycore.toml").ledger.reveal().removeprefix("sqlite:///")
    ).resolve() == (shop / "paycore.db")
    monkeypatch.chdir(shop)
    assert read().ledger.reveal() == read("paycore.toml").ledger.reveal() == wanted


def test_a_link_to_the_file_has_a_folder_of_its_own(folders: list[Path]) -> None:
    """What it leads to may be another folder after each release; where it stands, stays."""
    shop, one, _ = folders
    (one / "paycore.toml").symlink_to(shop / "paycore.toml")

    assert read(one / "paycore.toml").ledger.reveal() == f"sqlite:///{one / 'paycore.db'}"


def test_the_environment_over_a_file_is_beside_the_file_too(
    folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same settings and the same environment are the same ledger, wherever they are read."""
    shop, one, two = folders
    monkeypatch.setenv("PAYCORE_LEDGER", "sqlite:///other.db")
    for folder in (one, two):
        monkeypatch.chdir(folder)
        assert read(shop / "paycore.toml").ledger.reveal() == f"sqlite:///{shop / 'other.db'}"


def test_without_a_file_it_follows_the_process(
    folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mapping, and an environment alone, have no folder."""
    monkeypatch.chdir(folders[1])
    assert (
        read({"accounts": {"cards": {"provider": "fake"}}}).ledger.reveal()
        == "sqlite:///paycore.db"
    )
    monkeypatch.setenv("PAYCORE_ACCOUNTS__CARDS__PROVIDER", "fake")
    assert read().ledger.reveal() == "sqlite:///paycore.db"


def test_the_same_reference_from_two_folders_is_charged_once(
    folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second charge is the stored result of the first: nothing is sent again."""
    shop, *others = folders
    charged = []
    for folder in others:
        monkeypatch.chdir(folder)
        with paycore.open_gateway(shop / "paycore.toml") as gateway:
            charged += gateway.charge("order-1", Money(1500, "CAD"), StoredToken("c")).operations

    assert len(charged) == 2
    assert charged[0].id == charged[1].id
    assert (shop / "paycore.db").exists()
    assert [list(folder.iterdir()) for folder in others] == [[], []]
