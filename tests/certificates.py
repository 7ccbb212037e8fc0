"""Certificates for servers on 127.0.0.1: a good one, and one of each kind that must be refused."""

from __future__ import annotations

import ssl
import warnings
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"


@lru_cache(maxsize=1)
def authority() -> trustme.CA:
    """Return the authority that the tests' clients believe."""
    return trustme.CA()


def bundle() -> bytes:
    """Return that authority as a CA bundle, in PEM."""
    return authority().cert_pem.bytes()


@lru_cache(maxsize=1)
def good() -> ssl.SSLContext:
    """A certificate for this host, from the authority."""
    return _serving(authority().issue_cert(HOST))


def wrong_name() -> ssl.SSLContext:
    """From the authority, for somebody else."""
    return _serving(authority().issue_cert("elsewhere.example"))


def expired() -> ssl.SSLContext:
    """From the authority, for this host, until yesterday."""
    return _serving(authority().issue_cert(HOST, not_after=_days(-1)))


def unknown_authority() -> ssl.SSLContext:
    """For this host, from an authority that nobody here believes."""
    return _serving(trustme.CA().issue_cert(HOST))


def self_signed() -> ssl.SSLContext:
    """For this host, from nobody but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_days(-1))
        .not_valid_after(_days(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with trustme.Blob(pem).tempfile() as path:
        context.load_cert_chain(path)
    return context


def old_version() -> ssl.SSLContext:
    """The good certificate, over TLS 1.1 at most."""
    context = _serving(authority().issue_cert(HOST))
    context.set_ciphers("ALL:@SECLEVEL=0")  # OpenSSL 3 would not speak it otherwise
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def _serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def _days(count: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=count)
