"""Settings become one section for each account; what is wrong is named, and nothing is quoted."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import paycore
from paycore.errors import SettingsError
from paycore.secret import Secret
from paycore.settings import AccountSettings, Settings, read
from paycore.settings.schemas import AccountSchema, TopSchema

CANARY = "Canary0123456789"
FULL = """
ledger = "memory://"
return_hosts = ["Shop.Example", "127.0.0.1"]
listeners = ["metrics"]

[accounts.cards]
provider = "iotpay"
merchant_id = "10000701"
merchant_key = "0123456789abcdef"
notify_url = "https://shop.example/hook"
base_url = "https://api.example"
mode = "sandbox"
pci_dss = true
max_amount = "5000.00 CAD"
notify_peers = ["203.0.113.9", "2001:DB8::0:1"]
ca_bundle = "/etc/ca.pem"
proxy = "http://proxy.example:8080"
timeout_s = 12.5
connect_timeout_s = 3

[accounts.union-pay]
provider = "iotpay_unionpay"
"""


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of this machine take part."""
    import os

    for name in [name for name in os.environ if name.startswith("PAYCORE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def one(**section: Any) -> dict[str, Any]:
    """Return settings with one account, which says this."""
    return {"accounts": {"cards": {"provider": "fake", **section}}}


def account(**section: Any) -> AccountSettings:
    return read(one(**section)).accounts[0]


def refused(settings: Any) -> SettingsError:
    """Return the refusal, told by our frames and by all their variables without the canary."""
    with pytest.raises(SettingsError) as caught:
        read(settings)
    assert CANARY not in shown(caught.value)
    return caught.value


def shown(error: BaseException) -> str:
    """Return what a debugger would show of paycore's frames: every variable, every cause."""
    told, seen = [], [error]
    for each in seen:
        told.append(repr(each))
        seen += [e for e in (each.__cause__, each.__context__) if e is not None]
        for frame, _ in traceback.walk_tb(each.__traceback__):
            if "/tests/" not in frame.f_code.co_filename:
                told += [repr(value) for value in frame.f_locals.values()]
    return "\n".join(told)


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    """Every name has its place, and what the provider checks is handed on."""
    path = tmp_path / "shop.toml"
    path.write_text(FULL, encoding="utf-8")
    settings = read(path)
    cards, union = settings.accounts

    assert settings.return_hosts == {"shop.example", "127.0.0.1"}
    assert settings.listeners == ("metrics",)
    assert settings.default_account == "cards"
    assert cards == AccountSettings(
        name="cards",
        provider="iotpay",
        mode="sandbox",
        base_url="https://api.example",
        notify_url="https://shop.example/hook",
        pci_dss=True,
        max_amount="5000.00 CAD",
        notify_peers=("203.0.113.9", "2001:db8::1"),
        ca_bundle="/etc/ca.pem",
        proxy="http://proxy.example:8080",
        timeout_s=12.5,
        connect_timeout_s=3.0,
        own={"merchant_id": "10000701", "merchant_key": Secret("0123456789abcdef")},
    )
    assert union.name == "union-pay"


def test_a_file_a_path_and_a_mapping_say_the_same(tmp_path: Path) -> None:
    """However settings come, they are the same settings."""
    import tomllib

    path = tmp_path / "paycore.toml"
    path.write_text(FULL, encoding="utf-8")

    assert read() == read(str(path)) == read(path) == read(tomllib.loads(FULL))


def test_what_is_not_said_has_a_default() -> None:
    """A provider is all that an account must name."""
    settings = read(one())

    assert settings == Settings(
        accounts=(account(),),
        default_account="cards",
        ledger=Secret("sqlite:///paycore.db"),
        engine="inline",
        return_hosts=frozenset(),
        listeners=(),
    )
    assert account() == AccountSettings(
        name="cards",
        provider="fake",
        mode="live",
        base_url="",
        notify_url="",
        pci_dss=False,
        max_amount="",
        notify_peers=(),
        ca_bundle="",
        proxy="",
        timeout_s=30.0,
        connect_timeout_s=5.0,
        own={},
    )


def test_the_first_account_is_the_default_one() -> None:
    """With several, the first that is written, unless the settings name another."""
    accounts = {name: {"provider": "fake"} for name in ("zoo", "bar", "abc")}

    assert read({"accounts": accounts}).default_account == "zoo"
    assert read({"accounts": accounts, "default_account": "abc"}).default_account == "abc"


@pytest.mark.parametrize(
    ("settings", "told", "field"),
    [
        ({}, "accounts: missing or malformed", "accounts"),
        ({"accounts": {}}, "accounts: want at least one [accounts.NAME]", "accounts"),
        ({"accounts": [1]}, "accounts: missing or malformed", "accounts"),
        ({"accounts": CANARY}, "accounts: missing or malformed", "accounts"),
        ({"accounts": {"cards": CANARY}}, "accounts.cards: want a section", "cards"),
        ({"accounts": {"cards": None}}, "accounts.cards: want a section", "cards"),
        ({"accounts": {"cards": [CANARY]}}, "accounts.cards: want a section", "cards"),
        ({"accounts": {"": {}}}, "accounts: '' is not a plain name", "accounts"),
        ({"accounts": {"a/b": {}}}, "accounts: 'a/b' is not a plain name", "accounts"),
        ({"accounts": {"a.b": {}}}, "accounts: 'a.b' is not a plain name", "accounts"),
        ({"accounts": {"1st": {}}}, "accounts: '1st' is not a plain name", "accounts"),
        ({"accounts": {"é": {}}}, "accounts: 'é' is not a plain name", "accounts"),
        ({"accounts": {"a" * 65: {}}}, "is not a plain name", "accounts"),
        ({"accounts": {3: {}}}, "accounts: '3' is not a plain name", "accounts"),
        ({"accounts": {"cards": {}}}, "accounts.cards: provider: missing", "provider"),
        (one(provider=""), "accounts.cards: provider: missing or malformed", "provider"),
        (one(provider=5), "accounts.cards: provider: missing or malformed", "provider"),
        (one(mode=CANARY), "accounts.cards: mode: missing or malformed", "mode"),
        (one(mode="test", proxy=CANARY), "accounts.cards: mode", "mode"),
        (one(merchant_key=1234), "accounts.cards.merchant_key: want a text", "merchant_key"),
        (one(merchant_key=1.5), "accounts.cards.merchant_key: want a text", "merchant_key"),
        (one(merchant_key=None), "accounts.cards.merchant_key: want a text", "merchant_key"),
        (one(x={"api_key": 5}), "accounts.cards.x.api_key: want a text", "api_key"),
        (
            {**one(), "retrun_hosts": []},
            "retrun_hosts: no such setting; there are acc",
            "retrun_hosts",
        ),
        ({**one(), "cards": {"merchant_key": CANARY}}, "cards: no such setting", "cards"),
        ({**one(), "ledger": 5}, "ledger: missing or malformed", "ledger"),
        ({**one(), "ledger": [CANARY]}, "ledger: missing or malformed", "ledger"),
        ({**one(), "default_account": "nobody"}, "default_account: no such", "default_account"),
        ({**one(), "listeners": {"a": 1}}, "listeners: missing or malformed", "listeners"),
        ({**one(), "return_hosts": [CANARY, 5]}, "return_hosts: missing", "return_hosts"),
    ],
)
def test_what_is_wrong_is_named(settings: Any, told: str, field: str) -> None:
    """Each refusal names the setting, with its account, and quotes no value."""
    error = refused(settings)

    assert told in str(error)
    assert error.field == field


def test_a_number_for_a_secret_is_shown_nowhere() -> None:
    """A key without its quotes is a mistake that no traceback may spell out."""
    error = refused(one(merchant_key=CANARY, api_password=82717411))

    assert "82717411" not in shown(error)
    assert error.field == "api_password"


@pytest.mark.parametrize("odd", [5, b"x", ["paycore.toml"], object()])
def test_settings_come_as_a_mapping_or_a_path(odd: Any) -> None:
    """Anything else is refused in one sentence."""
    assert str(refused(odd)) == "settings: want a mapping, or the path of a file"


def test_unknown_names_of_an_account_are_the_providers_to_refuse() -> None:
    """The core hands on what it does not read, as it is."""
    own = account(surprise=5, nested={"a": [1, "b"]}, flag=True).own

    assert own == {"surprise": 5, "nested": {"a": [1, "b"]}, "flag": True}


@pytest.mark.parametrize("name", ["merchant_key", "webhook_secret", "db_password", "API_TOKEN"])
def test_what_a_name_calls_secret_comes_as_a_secret(name: str) -> None:
    """Its provider gets a `Secret`, however it is given."""
    for key in (CANARY, Secret(CANARY)):
        own = account(**{name: key}).own

        assert type(own[name]) is Secret
        assert own[name].reveal() == CANARY


def test_secrets_stand_in_no_repr() -> None:
    """Settings can be shown: keys, proxies and the ledger's address are not in them."""
    settings = read(
        {
            **one(merchant_key=CANARY, note=CANARY, proxy=f"http://u:{CANARY}@p"),
            "ledger": f"postgresql://u:{CANARY}@db/x",
        }
    )

    assert CANARY not in repr(settings)
    assert CANARY in settings.ledger.reveal()


def test_the_mapping_given_is_left_as_it_was() -> None:
    """Settings are read, not kept and not changed."""
    given = one(merchant_key=CANARY, peers=["a"])
    before = {"accounts": {"cards": {"provider": "fake", "merchant_key": CANARY, "peers": ["a"]}}}
    read(given)

    assert given == before


class Odd(Mapping[str, Any]):
    """A mapping that is no dict, as frameworks have them."""

    def __getitem__(self, name: str) -> Any:
        return one()[name]

    def __iter__(self) -> Any:
        return iter(one())

    def __len__(self) -> int:
        return 1


def test_any_mapping_will_do() -> None:
    """Django's and others' settings objects are mappings too."""
    assert read(Odd()) == read(one())


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=5,
)
core_names = st.sampled_from(sorted(AccountSchema().fields)) | st.text()


@given(
    st.dictionaries(core_names, values, max_size=4),
    st.dictionaries(st.sampled_from(sorted(TopSchema().fields)) | st.text(), values, max_size=3),
    st.booleans(),
)
def test_whatever_is_set_ends_in_settings_or_in_a_named_error(
    section: dict[str, Any], top: dict[str, Any], sound: bool
) -> None:
    """No value of any type crashes: it is taken, or refused by name."""
    settings = {**top, "accounts": {"cards": {**section, "provider": "fake"}}} if sound else top
    try:
        kept = read(settings)
    except SettingsError as error:
        named = error.field is not None
    else:
        named = bool(kept.accounts)
        assert 0.1 <= kept.accounts[0].timeout_s <= 600
        assert isinstance(kept.accounts[0].pci_dss, bool)
    assert named


def test_the_gateway_holds_no_plain_settings_when_it_fails() -> None:
    """An error from the front door shows no key in any of our frames, whoever refused."""
    secret: dict[str, Any] = {"merchant_key": CANARY, "proxy": f"http://u:{CANARY}@proxy.example"}
    for wrong in (
        {"max_amount": "5"},
        {"mode": CANARY},
        {"base_url": f"https://u:{CANARY}@api.example"},
        {"notify_url": f"http://shop.example/?{CANARY}"},
        {"proxy": f"u:{CANARY}@proxy.example"},
        {"ca_bundle": "/nowhere"},
        {"provider": "nobody"},
    ):
        with pytest.raises(SettingsError) as caught:
            paycore.open_gateway({**one(**{**secret, **wrong}), "ledger": "memory://"})

        assert CANARY not in shown(caught.value), wrong
