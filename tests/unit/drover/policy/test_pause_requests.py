"""What a person's request to pause must look like."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from drover.policy.pause_requests import reason_of, until_of
from drover.wire.faults import Code, RequestError

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("", None),
        ("2026-11-24 14:30:00", NOW + 1.5 * HOUR),
        ("2026-11-24 14:30", NOW + 1.5 * HOUR),
        ("2026-11-24T13:30:00Z", NOW + 1.5 * HOUR),
        (" 2026-11-24T14:30:00+01:00 ", NOW + 1.5 * HOUR),
    ],
)
def test_a_moment_is_read_as_local_time_unless_it_says_otherwise(text: str, moment: datetime | None) -> None:
    assert until_of(text, NOW, BERLIN) == moment


@pytest.mark.parametrize(
    "text", ["2026-11-24 13:00:00", "2026-11-24", "tomorrow", "12h", "9999-99-99 00:00:00", "0001-01-01 00:00:00"]
)
def test_what_is_past_or_no_moment_is_refused_by_its_field(text: str) -> None:
    with pytest.raises(RequestError, match=r"^until: ") as refused:
        until_of(text, NOW, BERLIN)
    assert refused.value.failure.code is Code.INVALID


def test_a_reason_is_one_line() -> None:
    assert reason_of(" new number ") == "new number"
    for text in ("a\nb", "x" * 501):
        with pytest.raises(RequestError, match=r"^reason: "):
            reason_of(text)
