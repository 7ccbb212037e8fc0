"""The doctor on accounts: plugins, addresses, and what is still to be asked."""

from __future__ import annotations

import pytest

from paycore.cli.health import accounts
from paycore.settings import read
from tests.paycore.demo.toy_shop import install, install_toy

GROUP = "[paycore.providers]\n"


@pytest.fixture(autouse=True)
def toy(monkeypatch):
    """Install the toy provider."""
    return install_toy(monkeypatch)


def settings(**account):
    """Return settings with one live account of the toy provider, good but for what is given."""
    good = {
        "provider": "toy",
        "toy_key": "0123456789abcdef",
        "notify_url": "https://shop.example/webhooks/play",
    }
    hosts = account.pop("return_hosts", ["shop.example"])
    return read({"return_hosts": hosts, "accounts": {"play": {**good, **account}}})


def found(chosen):
    """Return what is found of accounts whose plugins are good."""
    good, _ = accounts.plugins(chosen)
    return [(each.check, each.verdict, each.message) for each in accounts.accounts(chosen, good)]


def test_a_good_account_opens():
    """And nothing more is said."""
    assert found(settings()) == [("accounts", "ok", "play opens (live)")]


@pytest.mark.parametrize(
    ("account", "problem"),
    [
        ({"toy_kye": "x"}, "toy_kye: unknown"),
        ({"base_url": "http://toy.example"}, "base_url: want https"),
        ({"notify_url": "http://shop.example"}, "notify_url: want https"),
        ({"ca_bundle": "/no/such/bundle.pem"}, "ca_bundle"),
    ],
)
def test_an_account_that_does_not_open_fails(account, problem):
    """Named, with the setting to mend."""
    ((check, verdict, message),) = found(settings(**account))

    assert (check, verdict) == ("accounts", "failed")
    assert problem in message


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ({"base_url": "https://other.example"}, "talks to https://other.example and not to"),
        ({"notify_url": ""}, "no notify_url, so no payment tells where its messages go"),
        ({"return_hosts": []}, "return_hosts is empty"),
    ],
)
def test_addresses_that_look_odd_are_doubtful(account, words):
    """The account opens all the same."""
    _, (check, verdict, message) = found(settings(**account))

    assert (check, verdict) == ("addresses", "warning")
    assert words in message


def test_a_provider_may_be_told_its_address_in_its_own_console():
    """The advice is right for it, too: nobody is sent after a setting that is not used."""
    good, _ = accounts.plugins(settings(notify_url=""))
    *_, finding = accounts.accounts(settings(notify_url=""), good)

    assert "set notify_url" in finding.advice
    assert "if the provider is not told so in its own console" in finding.advice


def test_a_sandbox_may_talk_to_anyone():
    """To loopback, without hosts to return to."""
    sandbox = settings(mode="sandbox", base_url="http://127.0.0.1:1", return_hosts=[])

    assert found(sandbox) == [("accounts", "ok", "play opens (sandbox)")]


def test_a_provider_without_webhooks_needs_no_address():
    """What it cannot do is not missed."""
    assert found(settings(provider="toy_plain", notify_url="")) == [
        ("accounts", "ok", "play opens (live)")
    ]


@pytest.mark.parametrize(
    ("module", "problem"),
    [("", "describe"), ("assert False, 'odd'", "odd"), ("raise SystemExit", "SystemExit")],
)
def test_a_plugin_that_cannot_be_used_fails_its_account(tmp_path, monkeypatch, module, problem):
    """Whatever it does when it is imported; its questions are not asked for."""
    install(tmp_path, monkeypatch, "bad", GROUP + "bad = bad_one", bad_one=module)
    chosen = settings(provider="bad")
    good, findings = accounts.plugins(chosen)

    assert good == {}
    assert problem in findings[0].message
    assert found(chosen) == [("accounts", "failed", "play: its plugin cannot be used")]
    assert accounts.questions(chosen) == {}


@pytest.mark.parametrize(("mode", "verdict"), [("live", "warning"), ("sandbox", "note")])
def test_questions_weigh_more_on_a_live_account(mode, verdict):
    """They come from the plugin, never from the core."""
    chosen = settings(mode=mode)
    asked = accounts.questions(chosen)
    (finding,) = accounts.open_questions(chosen, asked)

    assert asked == {"toy": ("Is it only a toy?", "Who plays with it?")}
    assert (finding.check, finding.verdict) == ("questions", verdict)
    assert finding.message.startswith("play: 2 to settle")


def test_a_plugin_may_keep_its_questions_in_a_file(monkeypatch, tmp_path):
    """One to a line, in a file of its package."""
    import toy_pay

    (tmp_path / "toy_words").mkdir()
    (tmp_path / "toy_words" / "questions.txt").write_text("Is it?\n\nWas it?\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(toy_pay, "QUESTIONS", "toy_words:questions.txt")

    assert accounts.questions(settings()) == {"toy": ("Is it?", "Was it?")}


@pytest.mark.parametrize("questions", [(), "a text", None, "no_such_package:questions.txt"])
def test_a_plugin_without_questions_asks_none(monkeypatch, questions):
    """What is no list of texts is none."""
    import toy_pay

    monkeypatch.setattr(toy_pay, "QUESTIONS", questions)
    chosen = settings()

    assert accounts.questions(chosen) == {}
    assert list(accounts.open_questions(chosen, {})) == []
