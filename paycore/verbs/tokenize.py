"""Store a payer's card at the provider."""

from __future__ import annotations

from paycore import checks
from paycore.dispatch import dispatch
from paycore.fingerprint import fingerprint
from paycore.intents import Payer, TokenizeRequest
from paycore.ledger.protocol import Intent
from paycore.methods import METHOD_NAMES, Method
from paycore.results import Token
from paycore.states import Kind
from paycore.verbs.inbox import apply_parked
from paycore.verbs.payer_return import new_nonce, with_nonce
from paycore.wiring import Wiring


def tokenize(
    wiring: Wiring,
    reference: str,
    method: Method,
    account: str | None,
    key: str | None,
    payer: Payer | None,
) -> Token:
    """Check, reserve, talk, record; return the token as it stands then."""
    where = wiring.account(account)
    where.require("tokenize")
    checks.name(reference, "reference")
    checks.token_method(method, where, wiring.return_hosts)
    intent = Intent(
        kind=Kind.TOKEN,
        owner=reference,
        key=checks.name(reference if key is None else key, "key"),
        fingerprint=fingerprint(Kind.TOKEN, reference, None, method, where.name),
        account=where.name,
        naming=where.naming,
        lease_s=where.lease_s,
        method=METHOD_NAMES[type(method)],
        nonce=new_nonce(method),
    )
    who = checks.payer(payer)
    done = dispatch(
        wiring,
        where,
        intent,
        "tokenize",
        lambda o: TokenizeRequest(o.reference, with_nonce(method, o.nonce), who),
    )
    return Token.of(apply_parked(wiring, done))
