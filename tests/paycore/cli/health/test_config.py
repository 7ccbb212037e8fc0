"""The doctor on settings: where they come from, and what should not stand in them."""

from __future__ import annotations

import pytest

from paycore.cli.health import config

LIVE = """
[accounts.cards]
provider = "fake"
shop_key = "{key}"
"""


@pytest.fixture
def found(tmp_path):
    """Return a function that examines a settings file's text, and gives what was found."""

    def examined(text, mode=0o600):
        path = tmp_path / "mine.toml"
        path.write_text(text)
        path.chmod(mode)
        return config.settings(path)[1]

    return examined


def by(findings, check, verdict):
    """Return the messages of one check with one verdict."""
    return [each.message for each in findings if (each.check, each.verdict) == (check, verdict)]


def test_the_file_by_default_is_named(tmp_path):
    """./paycore.toml, in full, so that nobody looks at another."""
    (tmp_path / "paycore.toml").write_text(LIVE.format(key="0123456789abcdef"))
    settings, findings = config.settings(None)

    assert by(findings, "settings", "note") == [f"read from {tmp_path / 'paycore.toml'}"]
    assert settings.accounts[0].name == "cards"


def test_names_from_the_environment_are_listed(monkeypatch, found):
    """Ours only, and not those that are no settings."""
    monkeypatch.setenv("PAYCORE_LEDGER", "memory://")
    monkeypatch.setenv("PAYCORE_CONFIG", "x")
    monkeypatch.setenv("PAYCORE_TEST_PROFILE", "x")

    notes = by(found(LIVE.format(key="0123456789abcdef")), "settings", "note")

    assert notes[1:] == ["from the environment: PAYCORE_LEDGER"]


def test_settings_come_from_the_environment_alone(monkeypatch):
    """No file is needed."""
    monkeypatch.setenv("PAYCORE_ACCOUNTS__CARDS__PROVIDER", "fake")
    settings, findings = config.settings(None)

    assert settings.accounts[0].provider == "fake"
    assert by(findings, "settings", "ok") == ["1 account: cards (fake, live)"]
    assert by(findings, "secrets", "warning") == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [("accounts = 7", "accounts"), ("nonsense", "not TOML"), ("ledgr = 'x'", "ledgr")],
)
def test_settings_that_cannot_be_read_fail(found, text, problem):
    """With what to mend."""
    (message,) = by(found(text), "settings", "failed")

    assert problem in message


def test_a_short_secret_fails_by_name(found):
    """Under 16 bytes; what it is stays hidden."""
    findings = found(LIVE.format(key="short"))

    assert by(findings, "secrets", "failed") == ["accounts.cards.shop_key: under 16 bytes"]
    assert by(findings, "secrets", "ok") == []


def test_what_is_no_secret_may_be_short(monkeypatch, found):
    """A login that the environment holds is not looked at."""
    monkeypatch.setenv("SHOP_LOGIN", "jack")
    findings = found(LIVE.format(key="0123456789abcdef") + 'login_name = "env:SHOP_LOGIN"\n')

    assert by(findings, "secrets", "ok") == ["1 secret, none short"]


def test_long_secrets_are_counted(found):
    """One or more."""
    more = LIVE.format(key="0123456789abcdef") + 'other_secret = "0123456789abcdef"\n'

    assert by(found(LIVE.format(key="é" * 8)), "secrets", "ok") == ["1 secret, none short"]
    assert by(found(more), "secrets", "ok") == ["2 secrets, none short"]


@pytest.mark.parametrize(("mode", "others"), [(0o600, ""), (0o644, " and others may read it")])
def test_a_live_secret_in_the_file_is_doubtful(found, mode, others):
    """All the more where others can read the file."""
    findings = found(LIVE.format(key="0123456789abcdef"), mode)

    assert by(findings, "secrets", "warning") == [
        f"accounts.cards.shop_key stands in mine.toml itself{others}"
    ]


def test_a_secret_kept_elsewhere_is_fine(monkeypatch, tmp_path, found):
    """`env:` and `file:`; and a sandbox's may stand anywhere."""
    monkeypatch.setenv("SHOP_KEY", "0123456789abcdef")
    (tmp_path / "key").write_text("0123456789abcdef\n")
    sandbox = LIVE.format(key="0123456789abcdef") + 'mode = "sandbox"\n'

    assert by(found(LIVE.format(key="env:SHOP_KEY")), "secrets", "warning") == []
    assert by(found(LIVE.format(key=f"file:{tmp_path / 'key'}")), "secrets", "warning") == []
    assert by(found(sandbox), "secrets", "warning") == []
