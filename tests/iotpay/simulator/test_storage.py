"""The records as a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.simulators import Effect
from paycore_iotpay.simulator.records import Card, Delivery, Order, Records, Session
from paycore_iotpay.simulator.storage import load, save

texts = st.text(st.characters(codec="utf-8"), max_size=8)
numbers = st.integers(0, 2**53)
cards = st.builds(Card, texts, texts, texts, texts, texts, texts)
orders = st.builds(
    Order,
    **dict.fromkeys(
        ("pay_order_id", "number", "kind", "endpoint", "currency", "channel", "notify_url"), texts
    ),
    **dict.fromkeys(("amount", "status", "done_ms", "ripe_ms", "returned"), numbers),
    card=st.none() | cards,
)
sessions = st.builds(Session, *[texts] * 6, numbers, texts)
deliveries = st.builds(Delivery, texts, numbers, numbers, st.booleans())
effects = st.builds(Effect, texts, texts, texts, numbers, texts, texts)
all_records = st.builds(
    Records,
    numbers,
    st.dictionaries(texts, orders, max_size=2),
    st.dictionaries(texts, sessions, max_size=2),
    st.dictionaries(texts, cards, max_size=2),
    st.lists(effects, max_size=2),
    st.lists(deliveries, max_size=2),
)


@given(records=all_records)
def test_what_is_saved_comes_back(tmp_path_factory, records):
    """Every record survives the file, and nothing else is left beside it."""
    path = tmp_path_factory.mktemp("state") / "state.json"

    save(records, path)

    assert load(path) == records
    assert [file.name for file in path.parent.iterdir()] == ["state.json"]


def test_a_crash_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    """The new file takes the old one's place only when it is whole."""
    path = tmp_path / "state.json"
    save(Records(offset_ms=1), path)
    monkeypatch.setattr("os.replace", lambda *names: None)

    save(Records(offset_ms=2), path)

    assert load(path) == Records(offset_ms=1)


def test_no_file_is_an_empty_book(tmp_path):
    """A first start needs no preparation."""
    assert load(tmp_path / "none.json") == Records()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format":"other"}', "\udcff"])
def test_a_file_that_is_none_of_ours_is_refused(tmp_path, text):
    """The error names the file."""
    path = tmp_path / "state.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(ValueError, match=r"state: .*state\.json is not a state file"):
        load(path)
