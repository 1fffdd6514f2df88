"""How values lie in columns."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.store import Store
from drover.store.rows import task_row
from drover.store.types import from_micros, to_micros
from tests.support.stored import add

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=ZONES), st.datetimes(timezones=ZONES))
def test_stamps_are_exact_and_in_order(one: datetime, other: datetime) -> None:
    assert from_micros(to_micros(one)) == one
    assert (to_micros(one) < to_micros(other)) == (one < other)


def test_a_stamp_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        to_micros(datetime(2026, 12, 1))
    assert from_micros(0) == datetime(1970, 1, 1, tzinfo=UTC)


def test_json_columns_hold_text_of_any_kind(store: Store) -> None:
    config = {"target_user": 'a"b\\c', "caption": "ünï 🎉\n", "n": [1, 2.5, None, True]}
    task_id = add(store, script_config=config)
    assert store.read_sync(task_row, task_id)["script_config"] == config
