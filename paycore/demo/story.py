"""The story, step by step: what is claimed, and the function that tries it."""

from __future__ import annotations

from typing import Final

from paycore.demo import back, cards, holds, killed, pages, trouble
from paycore.demo.act import Step
from paycore.methods import EmbeddedForm, HostedPage, StoredToken, Wallet

STORY: Final = (
    Step("page", "A hosted page opens for the payer", pages.opened, (HostedPage,)),
    Step("paid", "The payer fills it in", pages.paid, after=("page",)),
    Step(
        "notified",
        "The notification comes, and is checked",
        pages.notified,
        ("verify_webhook",),
        ("paid",),
    ),
    Step("queried", "A query says the same", pages.queried, after=("paid",)),
    Step("returned", "The payer's browser comes back", pages.returned, after=("queried",)),
    Step("form", "A form in our own page is filled in", pages.mounted, (EmbeddedForm,)),
    Step("card", "A card is stored, far from us", cards.stored, ("tokenize",)),
    Step("token", "The stored card is charged", cards.charged, (StoredToken,), ("card",)),
    Step("wallet", "A wallet is charged", cards.wallet, (Wallet,)),
    Step("twice", "The same key twice has one effect", cards.twice),
    Step("conflict", "The same key cannot mean two things", cards.otherwise, after=("twice",)),
    Step("retry", "A declined payer tries another card", trouble.declined, (HostedPage,)),
    Step(
        "forged",
        "A forged notification is refused",
        trouble.forged,
        (HostedPage, "verify_webhook"),
    ),
    Step("lost", "An answer gets lost, and we admit it", trouble.lost),
    Step("found", "A query finds the lost charge", trouble.found, after=("lost",)),
    Step("killed", "A process is killed while it charges", killed.killed),
    Step("restarted", "Started again, it finds that charge", killed.restarted, after=("killed",)),
    Step("void", "A charge is voided before it settles", back.voided, ("void",)),
    Step("hold", "Money is held, and not taken", holds.held, ("capture",)),
    Step("part", "A part of a hold is taken", holds.captured, ("capture",), ("hold",)),
    Step("release", "A hold is released", holds.released, ("capture", "void")),
    Step("late", "A slow card is waited for", trouble.late, (HostedPage,)),
    Step("refund", "A part is refunded once it settled", back.refunded, ("refund",), ("queried",)),
    Step("too_much", "More than is left is not refunded", back.too_much, after=("refund",)),
    Step("same", "Asked once more, nothing changes", back.same_story),
)
"""In this order: what settles, or is late, moves the clock, and so comes last."""
