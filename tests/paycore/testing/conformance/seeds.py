"""Faults as authors make them, each planted in a copy of Bramble: which check must notice it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Seed:
    """One slip: texts of the good plugin, and what stands there instead."""

    check: str
    slip: str
    changes: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.check}-{self.slip.replace(' ', '_')}"


def seed(check: str, slip: str, *texts: str) -> Seed:
    """Return a slip; texts come in pairs, what was there and what is."""
    return Seed(check, slip, tuple(zip(texts[::2], texts[1::2], strict=True)))


GOT = "    report = reported(opened(reply, Kind.CHARGE))\n"
READ = "        report = reported(paycore.parse_json(message.body))\n"
REFUND = '    reply = yield post(account, "refunds", said)\n'
CAPTURE = '    reply = yield post(account, "captures", said)\n'
TAKEN = "    taken = reported(opened(reply, Kind.CAPTURE))\n"
COPY = '__import__("dataclasses").replace'

SEEDS = (
    seed(
        "plugin_keeps_the_contract",
        "a hook forgot its mark",
        "@paycore.hookimpl\ndef void(",
        "def void(",
    ),
    seed(
        "plugin_keeps_the_contract",
        "another name",
        'name="bramble"',
        'name="brambles"',
    ),
    seed(
        "description_stays_the_same",
        "it changes by the clock",
        "page_lifetime_s=3600",
        'page_lifetime_s=__import__("time").monotonic_ns()',
    ),
    seed(
        "settings_are_refused_by_name",
        "unknown settings are ignored",
        "AccountSchema(), settings",
        'AccountSchema(unknown="exclude"), settings',
    ),
    seed(
        "settings_are_refused_by_name",
        "a missing setting ends in KeyError",
        "    return Account(**",
        '    settings["notify_url"], settings["api_key"]\n    return Account(**',
    ),
    seed(
        "undeclared_is_refused_unsent",
        "its currencies hold everything",
        'currencies=frozenset({"CAD", "JPY", "KWD", "CLF"})',
        'currencies=type("All", (frozenset,), {"__contains__": lambda self, code: True})('
        '{"CAD", "JPY", "KWD", "CLF"})',
    ),
    seed(
        "declared_is_done",
        "a declared method is refused",
        "methods=(paycore.HostedPage, ",
        "methods=(paycore.Wallet, paycore.HostedPage, ",
    ),
    seed(
        "declared_is_done",
        "a hold is read as a payment",
        '"held": State.AUTHORIZED',
        '"held": State.SUCCEEDED',
    ),
    seed(
        "declared_is_done",
        "the money is taken where it was to be held",
        '{} if request.capture else {"hold": "yes"}',
        "{}",
    ),
    seed(
        "waiting_payer_is_told_what_to_do",
        "the page is forgotten",
        'paycore.Redirect(told["page"]) if told["page"] else None',
        "None",
    ),
    seed(
        "calls_go_to_their_provider_only",
        "a header of ours is set",
        'return {"Authorization"',
        'return {"Host": "api.bramble.example", "Authorization"',
    ),
    seed(
        "reference_is_what_the_provider_is_told",
        "another reference is said",
        "    return request.reference\n",
        "    return request.reference[::-1]\n",
        "    return reference\n",
        "    return reference[::-1]\n",
    ),
    seed(
        "what_moves_is_said_to_move",
        "a charge is called a question",
        'where}", said, headers=key(account))',
        'where}", said, headers=key(account), moves=False)',
    ),
    seed("longest_reference_is_taken", "less is taken than declared", "> 40:", "> 30:"),
    seed(
        "same_request_makes_the_same_calls",
        "a nonce is said",
        '{account.base_url}/{where}", said,',
        '{account.base_url}/{where}", {**said, "nonce": __import__("time").time_ns()},',
    ),
    seed(
        "same_request_makes_the_same_calls",
        "the second is said",
        '{account.base_url}/{where}", said,',
        '{account.base_url}/{where}", {**said, "at": int(__import__("time").time())},',
    ),
    seed(
        "talks_come_to_an_end",
        "it asks until it likes the answer",
        "    if reply.status == 404 and",
        "    while reply.status == 200 and not reply.json:\n"
        "        reply = yield ask(account, request.reference)\n"
        "    if reply.status == 404 and",
    ),
    seed(
        "both_drivers_send_the_same_bytes",
        "it looks whether a loop is running",
        '{account.base_url}/{where}", said,',
        '{account.base_url}/{where}", {**said, "loop": '
        'bool(__import__("asyncio")._get_running_loop())},',
    ),
    seed(
        "talks_come_to_an_end",
        "it goes on after its end",
        REFUND,
        f"    try:\n    {REFUND}    except GeneratorExit:\n        yield key(account)\n",
    ),
    seed(
        "every_fault_proves_no_more_than_it_can",
        "a broken second answer is a decline",
        "    return reported(opened(reply, Kind.VOID))",
        '    if reply.body.endswith(b"-->"):\n'
        "        return paycore.Report(request.reference, State.DECLINED)\n"
        "    return reported(opened(reply, Kind.VOID))",
    ),
    seed(
        "every_fault_proves_no_more_than_it_can",
        "a broken answer about a release is a decline",
        "    return reported(opened(reply, Kind.VOID))",
        '    if reply.body.endswith(b"-->") and charged.state is State.AUTHORIZED:\n'
        "        return paycore.Report(request.reference, State.DECLINED)\n"
        "    return reported(opened(reply, Kind.VOID))",
    ),
    seed(
        "every_fault_holds_over_http",
        "whatever has headers is pending",
        GOT,
        "    if reply.headers:\n"
        "        return paycore.Report(request.reference, State.PENDING)\n" + GOT,
    ),
    seed(
        "nothing_is_sent_again",
        "a charge is repeated",
        GOT,
        "    try:\n"
        f"    {GOT}"
        "    except paycore.OutcomeUnknown:\n"
        '        reply = yield post(account, "charges", said)\n'
        f"    {GOT}",
    ),
    seed(
        "nothing_is_sent_again",
        "a refund is repeated where nothing came back",
        REFUND,
        f"{REFUND}    if not reply.body:\n    {REFUND}",
    ),
    seed(
        "nothing_is_sent_again",
        "a capture is repeated where nothing came back",
        CAPTURE,
        f"{CAPTURE}    if not reply.body:\n    {CAPTURE}",
    ),
    seed(
        "odd_answers_are_unknown",
        "answers are parsed leniently",
        "    said = reply.json\n",
        '    said = __import__("json").loads(reply.body)\n',
    ),
    seed(
        "unlisted_http_statuses_are_unknown",
        "forbidden is a decline",
        "    code = str(",
        "    if reply.status == 403:\n"
        '        raise paycore.ProviderRefused("forbidden")\n'
        "    code = str(",
    ),
    seed(
        "unlisted_http_statuses_are_unknown",
        "a conflict is believed like a success",
        "    if reply.status == 200:",
        "    if reply.status in (200, 409):",
    ),
    seed(
        "unlisted_http_statuses_are_unknown",
        "any 404 is absence",
        ' and reply.json.get("error") == "no_such_order"',
        "",
    ),
    seed(
        "unlisted_words_are_unknown",
        "an unknown status is a decline",
        GOT,
        GOT + "    if report.state is State.UNKNOWN:\n"
        f"        report = {COPY}(report, state=State.DECLINED)\n",
    ),
    seed(
        "unlisted_words_are_unknown",
        "an unknown status of a hold is a hold",
        GOT,
        GOT + "    if report.state is State.UNKNOWN and not request.capture:\n"
        f"        report = {COPY}(report, state=State.AUTHORIZED)\n",
    ),
    seed(
        "only_listed_refusals_decline",
        "a capture is refused as a charge is",
        "    taken = reported(opened(reply, Kind.CAPTURE))",
        "    taken = reported(opened(reply, Kind.CHARGE))",
    ),
    seed(
        "only_listed_refusals_decline",
        "a refusal of another operation declines",
        "code in SURE.get(kind, ())",
        "any(code in codes for codes in SURE.values())",
    ),
    seed(
        "only_listed_refusals_decline",
        "more is listed than is known",
        "sure_refusals=SURE",
        'sure_refusals={**SURE, Kind.VOID: frozenset({"too_late"})}',
    ),
    seed(
        "other_amounts_are_refused",
        "the amount is taken from the request",
        GOT,
        GOT + "    if report.amount:\n"
        "        mine = Money(request.amount.minor, report.amount.currency)\n"
        f"        report = {COPY}(report, amount=mine)\n",
    ),
    seed(
        "other_amounts_are_refused",
        "what was captured is taken from the request",
        TAKEN,
        TAKEN + "    mine = Money(request.amount.minor, taken.amount.currency)\n"
        f"    taken = {COPY}(taken, amount=mine)\n",
    ),
    seed(
        "other_currencies_are_refused",
        "the currency is taken from the request",
        GOT,
        GOT + "    if report.amount:\n"
        "        mine = Money(report.amount.minor, request.amount.currency)\n"
        f"        report = {COPY}(report, amount=mine)\n",
    ),
    seed(
        "other_references_are_refused",
        "the reference is taken from the request",
        GOT,
        f"{GOT}    report = {COPY}(report, reference=request.reference)\n",
    ),
    seed(
        "other_references_are_refused",
        "whose capture it was is taken from the request",
        TAKEN,
        f"{TAKEN}    taken = {COPY}(taken, reference=request.reference)\n",
    ),
    seed(
        "amounts_are_said_exactly",
        "a capture is said in tenths of a cent",
        '    said["hold"] = request',
        '    said["tenths"] = said.pop("minor") * 10\n    said["hold"] = request',
    ),
    seed(
        "amounts_are_said_exactly",
        "three decimals are said as two",
        '{"minor": money.minor,',
        '{"minor": money.minor * (10 if money.currency == "KWD" else 1),',
        "    return Money(minor, currency)",
        '    return Money(minor // (10 if currency == "KWD" else 1), currency)',
    ),
    seed(
        "amounts_are_said_exactly",
        "a float rounds on the way",
        '{"minor": money.minor,',
        '{"minor": int(money.minor / 100 * 100),',
        "    return Money(minor, currency)",
        "    return Money({28: 29, 56: 57, 114: 115, 1998: 1999}.get(minor, minor), currency)",
    ),
    seed(
        "amounts_are_heard_exactly",
        "a currency without decimals gets two",
        "    return Money(minor, currency)",
        '    return Money(minor * (100 if currency == "JPY" else 1), currency)',
    ),
    seed("currencies_are_real", "a currency is made up", '"KWD", "CLF"}', '"KWD", "CLF", "ZZZ"}'),
    seed(
        "genuine_messages_are_read",
        "the acknowledgement is text",
        'acknowledgement=b"thanks"',
        'acknowledgement="thanks"',
    ),
    seed(
        "repeats_and_orders_converge",
        "each copy is an event of its own",
        'event_id=""',
        'event_id=str(__import__("time").monotonic_ns())',
    ),
    seed(
        "forgeries_are_rejected",
        "a test key was left in",
        "    given = message",
        '    test = seal("another-seal-key-0001", message.body)\n    given = message',
        "    if not hmac.compare_digest(given, seal(",
        "    if given != test and not hmac.compare_digest(given, seal(",
    ),
    seed(
        "altered_messages_are_rejected",
        "no signature is no problem",
        "    if not hmac.compare_digest(",
        "    if given and not hmac.compare_digest(",
    ),
    seed(
        "any_bytes_are_read_or_rejected",
        "a header beyond ASCII",
        '.encode("utf-8", "replace")',
        '.encode("ascii")',
    ),
    seed(
        "any_bytes_are_read_or_rejected",
        "nothing is returned",
        '        raise paycore.WebhookRejected("seal: not genuine", status=401)',
        "        return None",
    ),
    seed(
        "signed_nonsense_is_read_or_rejected",
        "only some slips are caught",
        "    except paycore.PaycoreError as odd:",
        "    except paycore.OutcomeUnknown as odd:",
    ),
    seed(
        "messages_with_unlisted_words_decide_nothing",
        "an unknown status is a success",
        READ,
        READ + "        if report.state is State.UNKNOWN:\n"
        f"            report = {COPY}(report, state=State.SUCCEEDED)\n",
    ),
    seed(
        "messages_with_unlisted_words_decide_nothing",
        "an unknown status is a hold",
        READ,
        READ + "        if report.state is State.UNKNOWN:\n"
        f"            report = {COPY}(report, state=State.AUTHORIZED)\n",
    ),
    seed(
        "messages_say_what_they_are_about",
        "the amount is never read",
        READ,
        f'{READ}        report = {COPY}(report, amount=Money(1537, "CAD"))\n',
    ),
    seed(
        "reports_hold_no_secret",
        "the evidence is the answer itself",
        "raw=paycore.scrubbed(ANSWER, said)",
        "raw=said",
    ),
    seed(
        "errors_show_no_secret",
        "an error quotes the answer",
        "Bramble answered {reply.status}, which",
        "Bramble answered {said}, which",
    ),
    seed(
        "values_hide_their_secrets",
        "the key is in the address",
        'url = f"{account.base_url}/orders"',
        'url = f"{account.base_url}/orders?key={account.api_key.reveal()}"',
    ),
    seed(
        "nothing_secret_is_logged",
        "what is said is logged",
        "def post(account, where, said):\n",
        'def post(account, where, said):\n    LOG.debug("said %s", said)\n',
    ),
    seed(
        "plugin_does_no_io",
        "a file is read",
        "    return Account(**",
        '    open("/dev/null").close()\n    return Account(**',
    ),
    seed(
        "plugin_does_no_io",
        "it waits",
        "    said = reply.json\n",
        '    said = reply.json\n    __import__("time").sleep(0)\n',
    ),
    seed(
        "plugin_keeps_no_state",
        "talks are counted",
        "    said = reply.json\n",
        '    said = reply.json\n    COUNT["talks"] += 1\n',
    ),
    seed(
        "plugin_keeps_no_state",
        "references are remembered",
        GOT,
        f"{GOT}    COUNT[request.reference] = 1\n",
    ),
    seed(
        "account_stays_as_it_is",
        "the account remembers references",
        GOT,
        f"{GOT}    account.seen[request.reference] = 1\n",
    ),
    seed(
        "account_stays_as_it_is",
        "the account remembers",
        GOT,
        f"{GOT}    account.seen[reply.body] = account.seen.get(reply.body, 0) + 1\n",
    ),
    seed(
        "requests_stay_as_they_are",
        "a request is written into",
        GOT,
        f'{GOT}    object.__setattr__(request, "description", "charged")\n',
    ),
)
