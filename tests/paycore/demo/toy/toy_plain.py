"""The same provider, where it can do next to nothing: a page and a query."""

from __future__ import annotations

from dataclasses import replace

import toy_pay

import paycore


@paycore.hookimpl
def describe():
    told = toy_pay.describe()
    return replace(told, name="toy_plain", methods=(paycore.HostedPage,), token_methods=())


open_account = toy_pay.open_account
charge = toy_pay.charge
query = toy_pay.query
