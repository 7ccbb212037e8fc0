"""R30: certificates are verified, always; nobody but the settings says where a call goes."""

from __future__ import annotations

import socket
import ssl
import warnings
from contextlib import suppress
from pathlib import Path

import pytest

import paycore
from paycore.errors import NotSent, SettingsError
from paycore.ledger.memory import MemoryLedger
from paycore.wire.connection import Connection
from tests import certificates
from tests.fault_server import FaultServer, Guest, answer
from tests.faults import Site, arranged, standing
from tests.promises.lint import ROOT, findings, sources
from tests.promises.proof import Proof
from tests.promises.wired import VERBS, Scene, echo, well
from tests.visits import charge, over, refused, visiting

IMPOSTORS = (
    "tls_self_signed",
    "tls_wrong_name",
    "tls_expired",
    "tls_unknown_ca",
    "tls_old_version",
)


def servers(first: int, count: int) -> None:
    """Meet so many servers; each must be refused before it hears a word, by every operation."""
    for number in range(first, first + count):
        impostor = IMPOSTORS[number % len(IMPOSTORS)]
        for verb in VERBS:
            scene = Scene(verb, MemoryLedger())
            with arranged(impostor, echo) as site, warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a warning that raises would refuse it, too
                scene.over(site)

                assert scene.tried(), f"{impostor}: {verb} was sent"
                assert (site.received, site.requests) == (0, 0), impostor
                assert site.connections == 1, impostor
                scene.line.close()


PROOFS = (Proof("r30", "impostors", len(IMPOSTORS), len(IMPOSTORS), servers),)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r30_an_impostor_hears_nothing(proof):
    """5 of 5 refused: self-signed, another's name, expired, an unknown authority, TLS 1.1."""
    proof.check()


@pytest.mark.parametrize("impostor", IMPOSTORS)
def test_r30_it_is_we_who_refuse(impostor):
    """Each of them serves whoever believes anybody: what it is refused for is what it is."""
    with arranged(impostor, b'{"amount":1500}') as site:
        believing = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        believing.check_hostname = False
        believing.verify_mode = ssl.CERT_NONE
        if impostor == "tls_old_version":
            _go_back(believing)
        host, port = site.connection.origin.host, site.connection.origin.port
        with socket.create_connection((host, port)) as plain, believing.wrap_socket(plain) as line:
            line.sendall(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")

            assert line.recv(15) == b"HTTP/1.1 200 OK"


def _go_back(context: ssl.SSLContext) -> None:
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1


def test_r30_a_genuine_server_is_served():
    """The good certificate differs from each of those in one thing, and is believed."""
    scene = Scene("charge", MemoryLedger())
    with standing(well, certificates.good()) as site:
        scene.over(site)

        assert scene.act().paid
        scene.line.close()


def opened_with(**settings: object) -> paycore.Gateway:
    """Return a gateway over one account with these settings more."""
    section = {"provider": "iotpay", "merchant_id": "10000701", "login_name": "jack123"}
    section |= {"merchant_key": "0123456789abcdef0123456789abcdef", **settings}
    return paycore.open_gateway({"ledger": "memory://", "accounts": {"cards": section}})


@pytest.mark.parametrize(
    ("mode", "address", "taken"),
    [
        ("sandbox", "http://127.0.0.1:8080", True),
        ("sandbox", "http://localhost:8080", True),
        ("sandbox", "http://[::1]:8080", True),
        ("live", "https://api.example", True),
        ("live", "http://127.0.0.1:8080", False),
        ("live", "http://api.example", False),
        ("sandbox", "http://api.example", False),
        ("sandbox", "http://10.0.0.1", False),
        ("sandbox", "http://127.0.0.1.api.example", False),
        ("sandbox", "http://localhost.api.example", False),
        ("sandbox", "http://0.0.0.0", False),
        ("sandbox", "ftp://127.0.0.1", False),
    ],
)
def test_r30_plain_http_is_for_a_sandbox_on_loopback(mode, address, taken):
    """Through the settings: plain http wants both, and nothing else than http is spoken."""
    opened = None
    with suppress(SettingsError):
        opened = opened_with(mode=mode, base_url=address)
    if opened is not None:
        opened.close()

    assert (opened is not None) is taken


@pytest.mark.parametrize(
    "name", ["verify", "verify_ssl", "insecure", "trust_env", "check_hostname"]
)
def test_r30_no_setting_turns_it_off(name):
    """What would ask for less is no setting of an account, and is refused by name."""
    with pytest.raises(SettingsError, match=name):
        opened_with(**{name: False})


PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.mark.parametrize("tls", [None, certificates.good()], ids=["http", "https"])
def test_r30_the_environment_has_no_say(monkeypatch, tmp_path, tls):
    """No proxy, no netrc and no bundle of it: not one connection goes elsewhere."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login jack password canary\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none.pem"))
    heads = []

    def noting(guest: Guest) -> None:
        while (body := guest.hear()) is not None:
            heads.append(guest.head.lower())
            guest.say(answer(body))

    with FaultServer(noting) as proxy, visiting(noting, tls) as (transport, site):
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.base_url)
        monkeypatch.setenv("no_proxy", "")
        transport.send(charge(site))

        assert (site.requests, proxy.connections) == (1, 0)
    assert b"authorization" not in heads[0]


def test_r30_a_bundle_of_the_environment_makes_no_friend(monkeypatch):
    """An authority that only the environment believes is unknown."""
    with standing(well, certificates.unknown_authority()) as site:
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
            monkeypatch.setenv(name, site.ca_bundle)
        unbelieved = Site(Connection(site.base_url), site.server)
        with over(unbelieved.connection) as transport:
            assert type(refused(transport, charge(unbelieved))) is NotSent

        assert site.requests == 0


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_r30_no_module_turns_it_off(path: Path):
    """0 findings in paycore and its plugins."""
    assert findings(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "requests.get(url, verify=False)",
        "aiohttp.TCPConnector(ssl=False)",
        "session.verify = False",
        "session.verify = ''",
        "requests.get(url, **{'verify': False})",
        "requests.get(url, verify=settings.verify)",
        "context.check_hostname = False",
        "context.check_hostname = wanted",
        "setattr(context, 'check_hostname', False)",
        "context.verify_mode = ssl.CERT_NONE",
        "context.verify_mode = VerifyMode(0)",
        "from ssl import CERT_NONE as trust",
        "manager = PoolManager(cert_reqs='CERT_NONE')",
        "manager = PoolManager(cert_reqs=ssl.CERT_OPTIONAL)",
        "manager = PoolManager(assert_hostname=False)",
        "context = ssl._create_unverified_context()",
        "getattr(ssl, '_create_unverified_context')()",
        "urllib3.disable_warnings()",
        "session.trust_env = True",
        "context = ssl.SSLContext(ssl.PROTOCOL_TLSv1_1)",
        "proxies = urllib.request.getproxies()",
    ],
)
def test_r30_a_module_that_did_would_be_found(line: str):
    """The lint knows the ways, by name, by keyword, by text."""
    assert len(findings(f"import ssl\n\ndef f():\n    {line}\n")) >= 1


@pytest.mark.parametrize(
    "line",
    [
        "session.trust_env = False",
        "context.check_hostname = True",
        "context.verify_mode = ssl.CERT_REQUIRED",
        "verified = verify(body)",
        "commands = {'verify': 'paycore.cli.verify:verify'}",
        "verify_webhook(message)",
    ],
)
def test_r30_what_is_right_is_no_finding(line: str):
    """What verifies may be said."""
    assert findings(line) == []
