"""Turns clock times and intervals of a request into instants and pauses. Zone, clock and chance are passed in."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from random import Random
from typing import Final

_HH_MM: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_MINUTE: Final = timedelta(minutes=1)


def clock_time(text: str, now_utc: datetime, zone: tzinfo) -> datetime:
    """The next instant (aware UTC) at which clocks in the zone show "HH:MM"; past today means tomorrow.

    A local time that does not exist moves to the first valid minute; of one that occurs twice the first counts.
    Raises ValueError for anything but HH:MM.
    """
    match = _HH_MM.fullmatch(text)
    if match is None:
        raise ValueError(f"expected a time of day as HH:MM from 00:00 to 23:59, got {text!r}")
    wanted = time(int(match[1]), int(match[2]))
    today = now_utc.astimezone(zone).date()
    instant = _instant(today, wanted, zone)
    return instant if instant >= now_utc else _instant(today + timedelta(days=1), wanted, zone)


def is_present_minute(text: str, now_utc: datetime, zone: tzinfo) -> bool:
    """Whether clocks in the zone show "HH:MM" right now: who says so means at once."""
    return now_utc.astimezone(zone).strftime("%H:%M") == text


def pauses(count: int, min_minutes: int, max_minutes: int, rng: Random) -> list[float]:
    """Seconds to wait before each of one device's tasks; the first has none. intake.py has checked the range."""
    return [0.0 if index == 0 else rng.uniform(min_minutes * 60.0, max_minutes * 60.0) for index in range(count)]


def day_start(day: date, zone: tzinfo) -> datetime:
    """The instant (aware UTC) at which the local day begins; where midnight does not exist, its first minute."""
    return _instant(day, time(0), zone)


def _instant(day: date, wanted: time, zone: tzinfo) -> datetime:
    local = datetime.combine(day, wanted)  # fold 0: the first of two
    while not _exists(local, zone):
        local += _MINUTE
    return local.replace(tzinfo=zone).astimezone(UTC)


def _exists(local: datetime, zone: tzinfo) -> bool:
    """Whether clocks in the zone ever show it: a time in a gap does not survive the way to UTC and back."""
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local
