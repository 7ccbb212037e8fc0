"""One pool for one origin: requests, told where to go once and never asked again."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import certifi
from requests.adapters import HTTPAdapter

from paycore.errors import SettingsError
from paycore.wire.connection import Connection, origin_of
from paycore.wire.lines import POOLS

if TYPE_CHECKING:
    from requests import PreparedRequest
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.poolmanager import PoolManager

POOL_SIZE: Final = 32
"""How many connections are kept; more may be open at once."""


class OriginAdapter(HTTPAdapter):
    """Carries every request to the origin of its `Connection`, wherever its URL may point.

    Names and certificates are thus judged once: no second parser can understand an address
    otherwise, and no request can bring its own idea of verification along.
    """

    def __init__(self, connection: Connection, trust: ssl.SSLContext | None) -> None:
        super().__init__(pool_connections=1, pool_maxsize=POOL_SIZE)
        self._pool = self._opened(connection, trust)

    def _opened(self, connection: Connection, trust: ssl.SSLContext | None) -> HTTPConnectionPool:
        origin = origin_of(connection.base_url)
        if origin is None:
            raise SettingsError("base_url: nothing to connect to", field="base_url")
        manager: PoolManager = self.poolmanager
        if connection.proxy:
            manager = self.proxy_manager_for(connection.proxy, proxy_ssl_context=trust)
        manager.pool_classes_by_scheme = POOLS
        proof = {"ssl_context": trust, "cert_reqs": "CERT_REQUIRED"}
        return manager.connection_from_host(origin.host, origin.port, origin.scheme, proof)

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> HTTPConnectionPool:
        """Return the one pool."""
        return self._pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave the pool as it was made: verifying, with the one context that is loaded."""

    def close(self) -> None:
        """Close every connection that is not in use, and keep none that is."""
        self._pool.close()
        super().close()


@lru_cache(maxsize=16)
def trust_in(ca_bundle: str) -> ssl.SSLContext:
    """Return the TLS context that believes `ca_bundle`, or certifi's if that is empty.

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
        problem = SettingsError("ca_bundle: cannot be read", field="ca_bundle")
    else:
        return context
    raise problem
