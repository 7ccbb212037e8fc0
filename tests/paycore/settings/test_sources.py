"""Settings come from files, the environment and what they point to; every text comes sealed."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.errors import SettingsError
from paycore.secret import Secret
from paycore.settings import read
from paycore.settings.sources import (
    Sealed,
    followed,
    from_file,
    handed_on,
    opened,
    overlaid,
    sealed,
)

CANARY = "Canary0123456789"
SHOP = 'ledger = "memory://"\n[accounts.cards]\nprovider = "fake"\nmerchant_key = "from the file"\n'


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of this machine take part."""
    for name in [name for name in os.environ if name.startswith("PAYCORE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A settings file with one account."""
    path = tmp_path / "paycore.toml"
    path.write_text(SHOP, encoding="utf-8")
    return path


texts = st.text() | st.sampled_from(
    ["env:", "env:X Y", "file:", "file:/nowhere", "env:\x00", "file:\x00"]
)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def leaves(tree: Any) -> list[Any]:
    """Return what is at the ends of a tree of lists and dicts."""
    inner = list(tree.values()) if isinstance(tree, dict) else tree
    return [leaf for each in inner for leaf in leaves(each)] if isinstance(inner, list) else [tree]


@given(trees)
def test_no_text_stays_open(tree: Any) -> None:
    """However deep a text lies, nothing shows it until it is opened."""
    closed = sealed(tree)

    assert not [leaf for leaf in leaves(closed) if isinstance(leaf, str)]
    assert len(leaves(closed)) == len(leaves(tree))
    assert [opened(leaf) for leaf in leaves(closed)] == leaves(tree)


def test_what_is_secret_stays_as_it_is() -> None:
    """A caller's own `Secret` is no text, and a path is one."""
    mine = Secret(CANARY)

    assert sealed({"a": [mine]})["a"][0] is mine
    assert opened(sealed((Path("/etc/ca.pem"), "x"))) == ["/etc/ca.pem", "x"]
    assert repr(sealed("x")) == "[secret]"


def test_without_a_file_the_environment_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """No ./paycore.toml, no settings in it; a container needs none."""
    assert from_file(None) == {}
    monkeypatch.setenv("PAYCORE_ACCOUNTS__CARDS__PROVIDER", "fake")
    monkeypatch.setenv("PAYCORE_ACCOUNTS__CARDS__MERCHANT_KEY", CANARY)
    monkeypatch.setenv("PAYCORE_RETURN_HOSTS", " shop.example, www.shop.example ,")
    monkeypatch.setenv("PAYCORE_ACCOUNTS__CARDS__PCI_DSS", "true")
    monkeypatch.setenv("PAYCORE_ACCOUNTS__CARDS__TIMEOUT_S", "7.5")
    settings = read()
    (account,) = settings.accounts

    assert account.own == {"merchant_key": Secret(CANARY)}
    assert (account.pci_dss, account.timeout_s) == (True, 7.5)
    assert settings.return_hosts == {"shop.example", "www.shop.example"}


def test_without_file_and_environment_both_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who typed it in another folder learns where was looked, and for what."""
    told = "^no paycore.toml in this folder, and no PAYCORE_[*] names an account$"
    for ledger in (False, True):
        if ledger:
            monkeypatch.setenv("PAYCORE_LEDGER", "memory://")
        with pytest.raises(SettingsError, match=told) as refused:
            read()
        assert refused.value.field == "accounts"


def test_an_empty_file_lacks_its_accounts(tmp_path: Path) -> None:
    """It is there, so nobody is sent to look for it."""
    (tmp_path / "paycore.toml").touch()

    with pytest.raises(SettingsError, match=r"^accounts: missing or malformed$"):
        read()


def test_what_may_be_there_and_cannot_be_looked_at_is_told(tmp_path: Path) -> None:
    """A link that leads round in a circle is no absent file."""
    (tmp_path / "paycore.toml").symlink_to("paycore.toml")

    with pytest.raises(SettingsError, match=r"^paycore\.toml: cannot be read: "):
        read()


def test_the_environment_goes_over_a_file(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a machine says of itself is stronger than what was deployed to it."""
    monkeypatch.setenv("PAYCORE_ACCOUNTS__CARDS__MERCHANT_KEY", "from outside")
    monkeypatch.setenv("PAYCORE_ACCOUNTS__OTHER__PROVIDER", "fake")
    settings = read(shop)

    assert settings.accounts[0].own == {"merchant_key": Secret("from outside")}
    assert [account.name for account in settings.accounts] == ["cards", "other"]
    assert settings.default_account == "cards"


def test_the_environment_does_not_go_over_a_mapping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever hands settings over in code means them."""
    monkeypatch.setenv("PAYCORE_ACCOUNTS__CARDS__MERCHANT_KEY", "from outside")

    assert read(tomllib.loads(SHOP)).accounts[0].own == {"merchant_key": Secret("from the file")}


def test_some_names_are_no_settings(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the tests and the command line pass by."""
    for name in ("PAYCORE_TEST_PROFILE", "PAYCORE_TEST_ACCOUNTS__CARDS__MODE", "PAYCORE_CONFIG"):
        monkeypatch.setenv(name, CANARY)
    monkeypatch.setenv("NOT_PAYCORE_LEDGER", CANARY)

    assert read(shop) == read(tomllib.loads(SHOP))


@pytest.mark.parametrize(
    "name",
    [
        "PAYCORE_",
        "PAYCORE_SURPRISE",
        "PAYCORE_SURPRISE__CARDS",
        "PAYCORE__ACCOUNTS",
        "PAYCORE_LEDGER__DEEPER",
        "PAYCORE_ACCOUNTS__CARDS__PROVIDER__DEEPER",
        "PAYCORE_ACCOUNTS__CARDS__PROVIDER__DEEPER__STILL",
    ],
)
def test_a_variable_that_names_no_setting_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A misspelt variable would otherwise do nothing, and nobody would know."""
    raw = {"ledger": Sealed("memory://"), "accounts": {"cards": {"provider": Sealed("fake")}}}
    monkeypatch.setenv(name, CANARY)

    with pytest.raises(SettingsError, match=f"^{name}: does not name a setting$") as refused:
        overlaid(raw, {"ledger", "accounts"})
    assert refused.value.field == name


@pytest.mark.parametrize("name", ["PAYCORE_ACCOUNTS", "PAYCORE_ACCOUNTS__CARDS"])
def test_a_variable_cannot_stand_for_a_section(
    name: str, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text where a section is due is refused like any other."""
    monkeypatch.setenv(name, CANARY)

    with pytest.raises(SettingsError, match="accounts"):
        read(shop)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (b'merchant_key = "Canary0123456789', "not TOML (at "),
        (b"x = Canary0123456789", "not TOML (at line 1, column 5)"),
        (b"x = 1\nx = 2", "not TOML (at "),
        (b"x = " + b"9" * 5000, "not TOML"),
        (b"x = " + b"[" * 100_000, "not TOML"),
        (b'x = "\xff"', "not UTF-8"),
    ],
    ids=["open text", "bare", "twice", "endless number", "endless depth", "not UTF-8"],
)
def test_a_file_that_is_no_toml_is_named_with_the_place(
    written: bytes, told: str, tmp_path: Path
) -> None:
    """Where it breaks is told, what stands there is not."""
    path = tmp_path / "paycore.toml"
    path.write_bytes(written)

    with pytest.raises(SettingsError) as refused:
        from_file(path)
    assert str(refused.value).startswith(f"{path}: {told}")
    assert "Canary" not in str(refused.value)
    assert refused.value.__context__ is None, "its frames hold the whole file"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file that was named must be there, and be one."""
    with pytest.raises(SettingsError, match=r"nowhere\.toml: cannot be read: No such file"):
        from_file(tmp_path / "nowhere.toml")
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        from_file(str(tmp_path))


def test_a_pipe_is_read_once_and_told_as_often_as_asked() -> None:
    """`--config <(…)` gives its text once, and a command asks more than once."""
    pipes = [os.pipe() for _ in "12"]
    for number, (_, into) in enumerate(pipes):
        os.write(into, SHOP.replace("fake", f"fake{number}").encode())
        os.close(into)
    said = [from_file(f"/dev/fd/{out}") for _ in "123" for out, _ in pipes]
    for out, _ in pipes:
        os.close(out)
    told = [each["accounts"]["cards"]["provider"].reveal() for each in said]

    assert told == ["fake0", "fake1"] * 3


def test_a_pipe_that_says_something_new_is_heard() -> None:
    """What it gave before counts only as long as it gives nothing."""
    out, into = os.pipe()
    told = []
    for name in ("first", "second"):
        into = into if name == "first" else os.open(f"/dev/fd/{out}", os.O_WRONLY)
        os.write(into, f'ledger = "{name}"'.encode())
        os.close(into)
        told.append(from_file(f"/dev/fd/{out}")["ledger"].reveal())
    os.close(out)

    assert told == ["first", "second"]


def test_env_and_file_are_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is pointed to comes as a secret, without its last line break, and is not followed on."""
    monkeypatch.setenv("SHOP_KEY", "env:OTHER")
    (tmp_path / "key").write_text("key with a break\r\n", encoding="utf-8")
    found = followed(
        "accounts.cards.x",
        sealed({"a": ["env:SHOP_KEY"], "b": f"file:{tmp_path / 'key'}", "c": "plain", "d": 5}),
    )

    assert found["a"] == [Secret("env:OTHER")]
    assert found["b"] == Secret("key with a break")
    assert type(found["c"]) is Sealed
    assert found["d"] == 5


def test_a_secret_of_the_callers_is_not_followed() -> None:
    """A key that happens to begin with `env:` is a key."""
    mine = Secret("env:NOT_A_POINTER")

    assert followed("x", mine) is mine


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("env:SHOP_ABSENT", "accounts.cards.key: the environment has no SHOP_ABSENT"),
        ("env:SHOP_EMPTY", "accounts.cards.key: the environment has no SHOP_EMPTY"),
        ("env:", "accounts.cards.key: the environment has no such variable"),
        ("env:Canary 0123", "accounts.cards.key: the environment has no such variable"),
        ("env:\x00", "accounts.cards.key: the environment has no such variable"),
        ("file:/nowhere/Canary", "accounts.cards.key: the file cannot be read"),
        ("file:.", "accounts.cards.key: the file cannot be read"),
        ("file:\x00", "accounts.cards.key: the file cannot be read"),
    ],
)
def test_what_is_pointed_to_must_be_there(
    value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing key stops the start, by the setting's name."""
    monkeypatch.setenv("SHOP_EMPTY", "")

    with pytest.raises(SettingsError) as refused:
        followed("accounts.cards.key", Sealed(value))
    assert str(refused.value) == told
    assert refused.value.field == "key"


def test_a_file_of_another_encoding_is_refused(tmp_path: Path) -> None:
    """A key is text: bytes that are none would sign something else."""
    (tmp_path / "key").write_bytes(b"\xff\xfe")

    with pytest.raises(SettingsError, match="the file cannot be read"):
        followed("x", Sealed(f"file:{tmp_path / 'key'}"))


def test_names_within_sections_say_what_is_secret_too() -> None:
    """A provider's own sections are opened as its account is."""
    given = sealed({"codes": {"token": ["FAIL"]}, "deep": {"api_key": CANARY}, "use_token": True})
    handed = {name: handed_on(name, name, value) for name, value in given.items()}

    assert handed == {
        "codes": {"token": ["FAIL"]},
        "deep": {"api_key": Secret(CANARY)},
        "use_token": True,
    }


@given(trees)
def test_whatever_points_somewhere_ends_in_a_value_or_a_named_error(tree: Any) -> None:
    """No text is a trap."""
    try:
        handed_on("x", "x", followed("x", sealed(tree)))
        named = True
    except SettingsError as error:
        named = error.field is not None

    assert named
