"""Whom we believe: one TLS context for each bundle of certificate authorities."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path

import certifi

from paycore.errors import SettingsError


@lru_cache(maxsize=16)
def trust_in(ca_bundle: str) -> ssl.SSLContext:
    """Return the TLS context that believes `ca_bundle` (a file or a folder), or else certifi's.

    Certificates and names are verified, TLS is 1.2 or newer, and the environment has no say.
    Loaded once for each bundle: it costs as much as dozens of calls.

    Raises:
        SettingsError: the bundle cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    place = ca_bundle or certifi.where()
    try:
        if Path(place).is_dir():
            context.load_verify_locations(capath=place)
        else:
            context.load_verify_locations(cafile=place)
    except OSError:
        raise SettingsError("ca_bundle: cannot be read", field="ca_bundle") from None
    return context
