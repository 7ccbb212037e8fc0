"""Trust is loaded once, is strict, and takes no hint from the environment."""

from __future__ import annotations

import ssl

import pytest
import trustme

from paycore.errors import SettingsError
from paycore.wire.tls import trust_in
from tests import certificates

anew = trust_in.__wrapped__


def test_verification_is_on_and_tls_is_new():
    """Certificates and names are verified, and nothing older than TLS 1.2 is spoken."""
    context = trust_in("")

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.cert_store_stats()["x509_ca"] > 50


def test_a_bundle_of_ones_own_replaces_certifis(tmp_path):
    """With a bundle, its authorities are believed and no others, be it a file or a folder."""
    (tmp_path / "ca.pem").write_bytes(certificates.bundle())

    assert anew(str(tmp_path / "ca.pem")).cert_store_stats()["x509_ca"] == 1
    assert anew(str(tmp_path)).cert_store_stats()["x509_ca"] == 0  # a folder is read when needed


def test_it_is_loaded_once():
    """Every account with the same bundle shares one context."""
    assert trust_in("") is trust_in("")


def test_the_environment_has_no_say(monkeypatch, tmp_path):
    """Variables that would add an authority, or write the session's keys down, change nothing."""
    with trustme.Blob(certificates.bundle()).tempfile() as path:
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            monkeypatch.setenv(name, path)
        monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
        context = anew("")

    assert context.keylog_filename is None
    assert context.cert_store_stats()["x509_ca"] > 50


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_bundle_that_cannot_be_read_is_refused(tmp_path, content):
    """A missing or malformed bundle is a settings error, and never an empty trust."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SettingsError) as caught:
        trust_in(str(path))

    assert caught.value.field == "ca_bundle"
