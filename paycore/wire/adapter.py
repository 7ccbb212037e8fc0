"""One pool for one origin: requests, told where to go once and never asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from requests import Response
from requests.adapters import HTTPAdapter

from paycore.wire.lines import POOLS

if TYPE_CHECKING:
    from ssl import SSLContext

    from requests import PreparedRequest
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.poolmanager import PoolManager

    from paycore.wire.connection import Origin

POOL_SIZE: Final = 32
"""How many unused connections are kept; more may be open at once."""


class OriginAdapter(HTTPAdapter):
    """Carries every request to one origin, wherever its URL may point.

    Names and certificates are thus judged once: no second parser can understand an address
    otherwise, and no request can bring its own idea of verification along.
    """

    def __init__(self, origin: Origin, trust: SSLContext | None, proxy: str) -> None:
        super().__init__(pool_connections=1, pool_maxsize=POOL_SIZE)
        manager: PoolManager = self.poolmanager
        if proxy:
            manager = self.proxy_manager_for(proxy, proxy_ssl_context=trust)
        manager.pool_classes_by_scheme = POOLS
        proof = {"ssl_context": trust, "cert_reqs": "CERT_REQUIRED"}
        self._pool = manager.connection_from_host(origin.host, origin.port, origin.scheme, proof)

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> HTTPConnectionPool:
        """Return the one pool."""
        return self._pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave the pool as it was made: verifying, with the one context that is loaded."""

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """Return the answer unread: its cookies and encodings are nobody's business here."""
        response = Response()
        response.status_code = resp.status
        response.raw = resp
        return response

    def close(self) -> None:
        """Close every connection that is not in use; the others close after their call."""
        self._pool.close()
        super().close()
