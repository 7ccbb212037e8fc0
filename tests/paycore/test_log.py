"""What is logged is a named event with allow-listed fields, and no card number among them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paycore import log

CARD = "4111111111111111"


class Kept(logging.Handler):
    """Keeps what was logged."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def last(self) -> str:
        return self.records[-1].getMessage()


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    """Listens to paycore's logger, at every level."""
    logger, handler = logging.getLogger("paycore"), Kept()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_an_event_is_a_line_and_a_mapping(kept: Kept) -> None:
    """The line is for people, the mapping on the record for those who log JSON."""
    log.event("operation_finished", account="cards", state="paid", attempt=2)

    assert kept.last == "operation_finished account=cards state=paid attempt=2"
    assert kept.records[-1].__dict__["paycore"] == {
        "event": "operation_finished",
        "account": "cards",
        "state": "paid",
        "attempt": "2",
    }
    assert kept.records[-1].levelno == logging.INFO


def test_a_name_that_is_not_listed_is_left_out(kept: Kept) -> None:
    """A stranger's field is a bug, and what it holds is nobody's business."""
    log.event("x", level=log.ERROR, merchant_key="canary", body="canary", account="cards")

    assert kept.last == "x account=cards"
    assert "canary" not in str(kept.records[-1].__dict__)
    assert kept.records[-1].levelname == "ERROR"


@pytest.mark.parametrize("field", sorted(log.FIELDS))
def test_a_card_number_is_masked_in_every_field(kept: Kept, field: str) -> None:
    """A provider may write a card number into anything; no field is trusted not to hold one."""
    log.event("x", **{field: f"refused {CARD} today"})

    assert CARD not in str(kept.records[-1].__dict__)
    assert "411111******1111" in kept.last


@given(st.text())
@example("a\nERROR paycore: forged")
@example("a\u2028b\x1b[31m")
@example("x state=succeeded")
@example('" state=succeeded "')
def test_a_value_stays_a_value_on_its_line(kept: Kept, text: str) -> None:
    """Nothing that a provider says can pass for a line or for a field of ours."""
    log.event("x", reason=text, state="unknown")

    line = kept.last
    assert line.isprintable()
    assert len(line) < 350
    assert re.fullmatch(r'x reason=([^ ="]*|"[^"]*") state=unknown', line)


def test_a_long_text_is_cut(kept: Kept) -> None:
    """No reply, however long, becomes a log."""
    log.event("x", reason="y" * 10_000)

    assert kept.last == f"x reason={'y' * 300}"


def test_what_nobody_hears_costs_nothing(kept: Kept) -> None:
    """Below the logger's level not even the text of a field is made."""

    class Costly:
        def __str__(self) -> str:
            raise AssertionError("made")

    before = len(kept.records)
    log.event("x", level=5, reason=Costly())

    assert len(kept.records) == before


def test_its_levels_are_those_of_logging() -> None:
    """The numbers are written down here so that importing it does not import logging."""
    assert (log.INFO, log.WARNING, log.ERROR) == (logging.INFO, logging.WARNING, logging.ERROR)
