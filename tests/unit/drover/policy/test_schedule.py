"""Clock times by the rules of API.md, "Decided here", in zones that change their clocks."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.policy.schedule import clock_time, pauses

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"

CASES = [
    # zone, now in that zone's clock, asked, expected in that zone's clock with its offset
    ("UTC", "2026-11-24T12:00+00:00", "12:01", "2026-11-24T12:01+00:00"),
    ("UTC", "2026-11-24T12:00+00:00", "11:59", "2026-11-25T11:59+00:00"),
    ("UTC", "2026-11-24T12:00+00:00", "12:00", "2026-11-24T12:00+00:00"),
    ("UTC", "2026-11-24T12:00:01+00:00", "12:00", "2026-11-25T12:00+00:00"),
    ("Asia/Kolkata", "2026-11-24T23:59+05:30", "00:00", "2026-11-25T00:00+05:30"),
    ("Asia/Kathmandu", "2026-12-31T23:50+05:45", "23:49", "2027-01-01T23:49+05:45"),
    # Spring: 02:30 does not exist and becomes the first valid minute; the day after it exists again.
    (BERLIN, "2026-03-29T01:00+01:00", "02:30", "2026-03-29T03:00+02:00"),
    (BERLIN, "2026-03-28T12:00+01:00", "02:30", "2026-03-29T03:00+02:00"),
    (BERLIN, "2026-03-29T03:30+02:00", "02:30", "2026-03-30T02:30+02:00"),
    (NEW_YORK, "2026-03-08T00:30-05:00", "02:00", "2026-03-08T03:00-04:00"),
    (NEW_YORK, "2026-03-08T00:30-05:00", "02:59", "2026-03-08T03:00-04:00"),
    (LORD_HOWE, "2026-10-04T01:00+10:30", "02:15", "2026-10-04T02:30+11:00"),  # a gap of half an hour
    ("America/Santiago", "2026-09-05T12:00-04:00", "00:30", "2026-09-06T01:00-03:00"),  # a gap at midnight
    ("Africa/Cairo", "2026-04-23T23:00+02:00", "00:00", "2026-04-24T01:00+03:00"),
    # Autumn: 02:30 occurs twice and counts once, the first time; between the two it is past.
    (BERLIN, "2026-10-25T01:00+02:00", "02:30", "2026-10-25T02:30+02:00"),
    (BERLIN, "2026-10-25T02:45+02:00", "02:30", "2026-10-26T02:30+01:00"),
    (BERLIN, "2026-10-25T02:10+01:00", "02:30", "2026-10-26T02:30+01:00"),
    (NEW_YORK, "2026-11-01T00:00-04:00", "01:30", "2026-11-01T01:30-04:00"),
    (LORD_HOWE, "2026-04-05T01:00+11:00", "01:45", "2026-04-05T01:45+11:00"),
    ("Pacific/Apia", "2011-12-29T23:00-10:00", "12:00", "2011-12-31T00:00+14:00"),  # a whole day that never was
]


@pytest.mark.parametrize(("zone", "now", "asked", "expected"), CASES)
def test_r17_clock_time(zone: str, now: str, asked: str, expected: str) -> None:
    found = clock_time(asked, datetime.fromisoformat(now).astimezone(UTC), ZoneInfo(zone))
    assert found.tzinfo is UTC
    assert found.astimezone(ZoneInfo(zone)).isoformat() == datetime.fromisoformat(expected).isoformat()


@pytest.mark.parametrize(
    "bad", ["", "7:30", "24:00", "12:60", "12.30", "12:30:00", " 12:30", "12:30\n", "１２:３０", "noon"]
)
def test_anything_but_hh_mm_is_refused_with_what_was_expected(bad: str) -> None:
    with pytest.raises(ValueError, match="expected a time of day as HH:MM"):
        clock_time(bad, datetime(2026, 1, 1, tzinfo=UTC), UTC)


ZONES = st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, "UTC", "Asia/Kolkata", "America/Santiago", "Africa/Casablanca"])
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(ZONES, MOMENTS, st.integers(0, 23), st.integers(0, 59))
def test_r17_always_ahead_within_two_days_and_shows_the_time_unless_it_does_not_exist(
    name: str, now: datetime, hour: int, minute: int
) -> None:
    found = clock_time(f"{hour:02}:{minute:02}", now, ZoneInfo(name))
    assert timedelta(0) <= found - now <= timedelta(hours=26)
    local = found.astimezone(ZoneInfo(name))
    minutes_late = (local.hour - hour) * 60 + local.minute - minute
    assert minutes_late == 0 or 0 < minutes_late <= 60


def test_pauses_are_random_in_the_range_and_the_first_has_none() -> None:
    found = pauses(50, 2, 5, Random(1))
    assert found[0] == 0
    assert all(120 <= seconds <= 300 for seconds in found[1:])
    assert len(set(found)) == 50


def test_no_interval_no_pause() -> None:
    assert pauses(3, 0, 0, Random(1)) == [0, 0, 0]
