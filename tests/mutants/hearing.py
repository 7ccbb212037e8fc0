"""Faults on the way in: messages and signatures (R11 to R24)."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, ledger, mutation

_VERBS: Final = "paycore/verbs"
_RECEIVE: Final = f"{_VERBS}/receive.py"
_INBOX: Final = f"{_VERBS}/inbox.py"
_JUDGE: Final = f"{_VERBS}/judge.py"
_SIGNING: Final = "plugins/iotpay/paycore_iotpay/signing.py"
_DURABLE: Final = "paycore/ledger/durable"
_TESTS: Final = "tests/paycore/verbs"
_SIGNED: Final = "tests/iotpay/test_signing.py"
_KEEP: Final = """\
    row = wiring.ledger.keep(
        account.name, digest(account.name, notification, trusted), notification, wiring.now()
    )
"""

MUTATIONS: Final = (
    mutation(
        "acknowledge-before-commit",
        "r11",
        Edit(
            _RECEIVE,
            _KEEP,
            "    try:\n"
            + _KEEP.replace("\n    ", "\n        ").replace("    row", "        row", 1)
            + "    except Exception:\n        return answer\n",
        ),
        f"{_TESTS}/test_receive.py::TestKept::test_without_a_commit_there_is_none",
    ),
    mutation(
        "anybody-may-tell",
        "r29",
        Edit(
            _RECEIVE,
            "    return not listed or ip_of(message.peer) in listed\n",
            "    return True\n",
        ),
        f"{_TESTS}/test_receive.py::TestPeers::test_from_elsewhere_it_is_stored_and_a_query_decides",
    ),
    mutation(
        "one-spelling-of-a-peer",
        "r29",
        Edit(_RECEIVE, "ip_of(message.peer) in listed", "message.peer in listed"),
        f"{_TESTS}/test_receive.py::TestPeers::test_a_peer_is_itself_in_every_spelling",
    ),
    mutation(
        "believe-the-unlisted",
        "r29",
        Edit(_JUDGE, "    if not trusted:\n", "    if False:\n"),
        f"{_TESTS}/test_receive.py::TestPeers::test_from_elsewhere_it_waits_for_nobody",
    ),
    mutation(
        "believe-a-weak-message",
        "r20",
        Edit(
            _JUDGE,
            "    if not (account.description.webhook_is_proof and operation.state.is_open):\n",
            "    if not operation.state.is_open:\n",
        ),
        f"{_TESTS}/test_judge.py::TestHints::test_a_claim_the_provider_does_not_confirm_changes_nothing",
    ),
    mutation(
        "believe-a-message-late",
        "r20",
        Edit(
            _JUDGE,
            "    if not (account.description.webhook_is_proof and operation.state.is_open):\n",
            "    if not account.description.webhook_is_proof:\n",
        ),
        f"{_TESTS}/test_judge.py::TestProof::test_it_is_not_believed_late",
    ),
    mutation(
        "mismatch-is-not-quarantined",
        "r24",
        Edit(_JUDGE, "    mismatch = operation.mismatch(report)\n", '    mismatch = ""\n'),
        f"{_TESTS}/test_judge.py::TestHints::test_a_mismatch_is_quarantined_whatever_is_true",
    ),
    mutation(
        "early-message-is-dropped",
        "r15",
        Edit(_JUDGE, "Verdict(InboxState.PARKED,", "Verdict(InboxState.DEAD,"),
        f"{_TESTS}/test_judge.py::TestEarly::test_nobody_knows_it_yet",
    ),
    mutation(
        "parked-message-is-not-applied",
        "r15",
        Edit(_INBOX, "        for row in rows.values():\n", "        for row in ():\n"),
        f"{_TESTS}/test_inbox.py::TestParked::test_it_is_applied_once_under_both_its_names",
    ),
    mutation(
        "parked-while-its-dispatcher-ended",
        "r15",
        Edit(_INBOX, "    if verdict.state is InboxState.PARKED:  #", "    if False:  #"),
        f"{_TESTS}/test_judge.py::TestEarly::test_its_dispatcher_ended_while_it_was_parked",
    ),
    mutation(
        "poison-never-dies",
        "r18",
        Edit(_INBOX, "row.failures + 1 >= MAX_FAILURES", "False"),
        f"{_TESTS}/test_inbox.py::TestRetries::test_a_poison_message_stops_no_other_and_dies",
    ),
    mutation(
        "a-forgery-silences-the-provider",
        "r16",
        Edit(_INBOX, "        if row.state in _IN_DOUBT:\n", "        if False:\n"),
        f"{_TESTS}/test_inbox.py::TestRetries::"
        "test_who_forges_a_message_early_does_not_silence_the_provider",
    ),
    mutation(
        "in-doubt-though-nobody-answered",
        "r16",
        Edit(_INBOX, "        wiring.ledger.revive(row.id, wiring.now())\n", "        pass\n"),
        f"{_TESTS}/test_unanswered.py::test_a_message_in_doubt_waits_until_somebody_answers",
    ),
    mutation(
        "given-up-though-nobody-answered",
        "r16",
        Edit(_INBOX, "is InboxState.VERIFIED and verdict.answered", "is InboxState.VERIFIED"),
        f"{_TESTS}/test_unanswered.py::test_a_message_in_doubt_waits_until_somebody_answers",
    ),
    mutation(
        "digest-without-state",
        "r13",
        Edit(_INBOX, "        report.state.value,\n", ""),
        f"{_TESTS}/test_receive.py::TestCopies::test_another_message_is_another",
    ),
    mutation(
        "digest-without-trust",
        "r29",
        Edit(
            _INBOX,
            "        trusted,\n        notification.event_id",
            "        notification.event_id",
        ),
        f"{_TESTS}/test_receive.py::TestPeers::test_the_real_one_is_not_held_up_by_the_other",
    ),
    mutation(
        "dedupe-without-the-account",
        "r13",
        Edit(
            f"{_DURABLE}/mail_statements.py",
            "index_elements=[_i.account, _i.digest]",
            "index_elements=[_i.digest]",
        ),
        Edit(
            f"{_DURABLE}/tables.py",
            'UniqueConstraint("account", "digest")',
            'UniqueConstraint("digest")',
        ),
        *(
            Edit(
                f"{_DURABLE}/migrations/sql/0001.{kind}.sql",
                "uq_paycore_inbox_account_digest UNIQUE (account, digest)",
                "uq_paycore_inbox_digest UNIQUE (digest)",
            )
            for kind in ("sqlite", "postgresql")
        ),
        ledger("sqlite", "copies_are_counted"),
    ),
    mutation(
        "dedupe-in-memory-without-the-account",
        "r13",
        Edit(
            "paycore/ledger/letters.py",
            "        known = self._by_digest.get((account, digest))\n",
            "        known = {d: i for (_, d), i in self._by_digest.items()}.get(digest)\n",
        ),
        ledger("memory", "copies_are_counted"),
    ),
    mutation(
        "what-is-finished-begins-anew",
        "r12",
        Edit(
            f"{_DURABLE}/mail_statements.py",
            "    .where(*is_(_i.id), text(IS_WAITING))\n",
            "    .where(*is_(_i.id))\n",
        ),
        ledger("sqlite", "a_finished_message_stays_as_it_is"),
    ),
    mutation(
        "replay-what-was-applied",
        "r13",
        Edit(
            f"{_DURABLE}/mail_statements.py",
            "state NOT IN ('applied', 'duplicate')",
            "state <> ''",
        ),
        ledger("sqlite", "messages_wait_for_their_time"),
    ),
    mutation(
        "replay-what-was-applied-in-memory",
        "r13",
        Edit(
            "paycore/ledger/mail.py",
            "    if before.state in (InboxState.APPLIED, InboxState.DUPLICATE):\n",
            "    if False:\n",
        ),
        ledger("memory", "messages_wait_for_their_time"),
    ),
    mutation(
        "never-tried-again",
        "r12",
        Edit(
            f"{_DURABLE}/inbox.py",
            '    planned = {"next_": maybe_micros(after.next_try_at)}\n',
            '    planned = {"next_": None}\n',
        ),
        ledger("sqlite", "messages_wait_for_their_time"),
    ),
    mutation(
        "signatures-compared-by-text",
        "r22",
        Edit(
            _SIGNING,
            "        if hmac.compare_digest(_digest(members, order, key).encode(), "
            "claimed.upper().encode()):\n",
            "        if _digest(members, order, key) == claimed.upper():\n",
        ),
        "tests/promises/test_r22_constant_time.py::test_r22_no_signature_is_compared_by_its_text",
    ),
    mutation(
        "any-signature-will-do",
        "r19",
        Edit(
            _SIGNING, "        if hmac.compare_digest(", "        if True or hmac.compare_digest("
        ),
        f"{_SIGNED}::test_one_altered_character_is_noticed",
    ),
    mutation(
        "weak-key-proves",
        "r23",
        Edit(_SIGNING, '"replace")) < 16 for', '"replace")) < 1 for'),
        f"{_SIGNED}::test_a_weak_key_proves_nothing",
    ),
    mutation(
        "delimiters-come-in",
        "r21",
        Edit(_SIGNING, "&=\\ud800-\\udfff]", "\\ud800-\\udfff]"),
        f"{_SIGNED}::test_two_members_run_into_one_are_not_one_member",
    ),
)
"""A fault a promise; see `tests.mutants.mutations`."""
