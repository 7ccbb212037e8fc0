"""The tables, as SQLAlchemy Core has them; the database's own constraints are the last judge."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from paycore.states import OPEN

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
IS_OPEN: Final = f"state IN ({', '.join(sorted(repr(state.value) for state in OPEN))})"
"""Said to the letter in queries and indexes alike: only so does SQLite use a partial index."""
IS_PARKED: Final = "state = 'parked'"
IS_UNUSUAL: Final = "state <> 'succeeded'"
IS_UNPAID: Final = "captured = voided"
IS_UNPURGED: Final = "purged = 0"
IS_PLANNED: Final = "next_check_at IS NOT NULL"
IN_REVIEW: Final = "review <> ''"
IS_WAITING: Final = "state IN ('parked', 'verified')"
IS_NOT_APPLIED: Final = "state IN ('dead', 'parked', 'quarantined', 'verified')"
IS_DUE: Final = "next_try_at IS NOT NULL"
IS_UNTOLD: Final = IS_DUE
_OPEN_CHARGE: Final = f"kind = 'charge' AND superseded = 0 AND {IS_OPEN}"
_OPEN_TOKEN: Final = f"kind = 'token' AND {IS_OPEN}"
_END_OF_HOLD: Final = f"kind IN ('capture', 'release') AND (state = 'succeeded' OR {IS_OPEN})"
_UNDO: Final = "kind IN ('void', 'release')"
_WHOLE: Final = BigInteger().with_variant(Integer, "sqlite")  # STRICT knows no BIGINT


def _serial() -> Column[int]:
    """Return the key by which rows are kept in the order in which they came."""
    return Column("serial", _WHOLE, primary_key=True)


def _text(name: str, default: str | None = "") -> Column[str]:
    """Return a text that is never null: what is empty is the empty text."""
    given = None if default is None else text(f"'{default}'")
    return Column(name, Text, nullable=False, server_default=given)


def _whole(name: str, default: int = 0) -> Column[int]:
    return Column(name, _WHOLE, nullable=False, server_default=text(str(default)))


def _time(name: str, *, null: bool = False) -> Column[int]:
    """Return a time: microseconds since 1970, UTC; the same on both databases."""
    return Column(name, _WHOLE, nullable=null)


def _index(name: str, *columns: object, where: str = "", unique: bool = False) -> None:
    only = text(where) if where else None
    Index(name, *columns, unique=unique, sqlite_where=only, postgresql_where=only)  # type: ignore[arg-type]


payment: Final = Table(
    "paycore_payment",
    metadata,
    _serial(),
    _text("reference", None),
    _whole("amount_minor"),
    _text("currency", None),
    _whole("captured"),
    _whole("refunded"),
    _whole("reserved"),
    _whole("voided"),
    _text("metadata", "{}"),
    _time("created_at"),
    _whole("purged"),
    UniqueConstraint("reference"),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint("refunded >= 0 AND reserved >= 0 AND voided >= 0", name="signs"),
    CheckConstraint("captured >= refunded + reserved + voided", name="remedies"),
    sqlite_strict=True,
)
_index("ix_paycore_payment_unpaid", payment.c.serial, where=IS_UNPAID)
_index("ix_paycore_payment_unpurged", payment.c.serial, where=IS_UNPURGED)

operation: Final = Table(
    "paycore_operation",
    metadata,
    _serial(),
    _text("id", None),
    _text("kind", None),
    _text("owner", None),
    _text("op_key", None),
    _text("fingerprint", None),
    _text("account", None),
    _text("reference", None),
    _text("method"),
    Column("amount_minor", _WHOLE),
    _text("currency"),
    _text("state", None),
    _time("created_at"),
    _time("updated_at"),
    _whole("attempt", 1),
    _whole("sends", 1),
    _whole("fence", 1),
    _time("lease_until", null=True),
    _time("sent_at", null=True),
    _text("provider_reference"),
    _text("charge"),
    _text("next_action"),
    _text("instrument"),
    _text("decline"),
    _text("token"),
    _text("nonce"),
    _text("review"),
    _whole("late"),
    _whole("checks"),
    _time("checked_at", null=True),
    _time("next_check_at", null=True),
    _whole("version", 1),
    _whole("superseded"),
    _whole("hold_only"),
    Column("captured_minor", _WHOLE),
    UniqueConstraint("id"),
    UniqueConstraint("kind", "op_key"),
    UniqueConstraint("reference"),
    CheckConstraint("kind = 'token' OR coalesce(amount_minor, 0) > 0", name="amount"),
    CheckConstraint(
        "captured_minor IS NULL OR captured_minor BETWEEN 1 AND coalesce(amount_minor, 0)",
        name="captured",
    ),
    sqlite_strict=True,
)
_op: Final = operation.c
_index("ix_paycore_operation_owner", _op.owner, _op.serial)
_index(
    "ix_paycore_operation_theirs",
    _op.account,
    _op.provider_reference,
    where="provider_reference <> ''",
)
_index("ix_paycore_operation_nonce", _op.nonce, where="nonce <> ''")
_index("uq_paycore_operation_undo", _op.op_key, where=_UNDO, unique=True)
_index("uq_paycore_operation_open_charge", _op.owner, where=_OPEN_CHARGE, unique=True)
_index("uq_paycore_operation_open_token", _op.owner, where=_OPEN_TOKEN, unique=True)
_index("uq_paycore_operation_end_of_hold", _op.charge, where=_END_OF_HOLD, unique=True)
_index("ix_paycore_operation_due", _op.next_check_at, _op.serial, where=IS_PLANNED)
_index("ix_paycore_operation_state", _op.state, _op.serial, where=IS_UNUSUAL)
_index("ix_paycore_operation_review", _op.serial, where=IN_REVIEW)

evidence: Final = Table(
    "paycore_evidence",
    metadata,
    _serial(),
    Column("operation", Text, ForeignKey("paycore_operation.id"), nullable=False),
    _time("at"),
    _text("source", None),
    _text("reported", None),
    _text("fields", "{}"),
    sqlite_strict=True,
)
_index("ix_paycore_evidence_operation", evidence.c.operation, evidence.c.serial)

inbox: Final = Table(
    "paycore_inbox",
    metadata,
    _serial(),
    _text("id", None),
    _text("account", None),
    _text("digest", None),
    _text("notification", None),
    _time("received_at"),
    _text("state", None),
    _text("reason"),
    _whole("copies", 1),
    _whole("failures"),
    _time("next_try_at", null=True),
    _text("reference"),
    _text("provider_reference"),
    UniqueConstraint("id"),
    UniqueConstraint("account", "digest"),
    sqlite_strict=True,
)
_in: Final = inbox.c
_index("ix_paycore_inbox_state", _in.state, _in.serial)
_index("ix_paycore_inbox_due", _in.next_try_at, _in.serial, where=IS_DUE)
_index("ix_paycore_inbox_ours", _in.account, _in.reference)
_index("ix_paycore_inbox_theirs", _in.account, _in.provider_reference)

outbox: Final = Table(
    "paycore_outbox",
    metadata,
    _serial(),
    _text("id", None),
    _text("type", None),
    _time("at"),
    _text("owner", None),
    _text("operation", None),
    _text("account", None),
    _text("facts", "{}"),
    _whole("tries"),
    _time("next_try_at", null=True),
    UniqueConstraint("id"),
    sqlite_strict=True,
)
_out: Final = outbox.c
_index("ix_paycore_outbox_owner", _out.owner, _out.serial)
_index("ix_paycore_outbox_untold", _out.owner, _out.serial, where=IS_UNTOLD)
_index("ix_paycore_outbox_due", _out.next_try_at, _out.serial, where=IS_UNTOLD)
