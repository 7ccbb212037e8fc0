"""Which ledger a command looked into, said without a password."""

from __future__ import annotations

from pathlib import Path

from paycore.secret import Secret


def ledger_name(ledger: Secret) -> str:
    """Return what people call the ledger at this URL: its file, or its server and database.

    The URL is one that opens: of another kind nobody knows where its password stands.
    """
    if (url := ledger.reveal()) == "memory://":
        return url
    from sqlalchemy import make_url  # not for who keeps nothing

    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return str(Path(parsed.database or "").absolute())
    port = f":{parsed.port}" if parsed.port else ""
    return f"postgresql://{parsed.host or ''}{port}/{parsed.database or ''}"
