"""Which trouble pauses an account for how long, which failures are the phone's, and what is said of it (R24)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from drover.config import Config
from drover.policy import trouble
from drover.policy.trouble import Report, Row, Rules, Term, row_after, term
from drover.supervisor.settings import Settings
from drover.wire.holds import DROVER, FAILURES, PERSON, Pause, PauseSubject, Trouble
from drover.wire.tasks import Reason

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = Settings(Config()).rules


def test_r24_every_reason_and_every_trouble_is_in_the_tables() -> None:
    assert set(trouble.OF_THE_PHONE) == set(Reason)
    assert set(trouble.FOUND) == set(trouble.FIX) == set(Trouble)
    assert set(RULES.pauses) == set(Trouble)


@pytest.mark.parametrize("found", [Trouble.CAPTCHA, Trouble.VERIFICATION, Trouble.SUSPENDED, Trouble.LOGGED_OUT])
def test_r24_what_a_person_must_do_something_about_lasts_until_it_is_released(found: Trouble) -> None:
    assert term(found, RULES, None, NOW) == Term(until=None)


def test_r24_too_fast_lasts_12_hours_and_doubles_within_a_week() -> None:
    made, now, hours = None, NOW, list[float]()
    for _ in range(6):
        made = term(Trouble.TOO_FAST, RULES, made, now)
        assert made is not None
        assert made.until is not None
        hours.append((made.until - now) / HOUR)
        now = made.until
    assert hours == [12, 24, 48, 96, 168, 168]


def test_r24_after_a_quiet_week_it_begins_again_and_a_captcha_between_changes_nothing() -> None:
    first = term(Trouble.TOO_FAST, RULES, None, NOW)
    captcha = term(Trouble.CAPTCHA, RULES, first, NOW + HOUR)
    within, later = NOW + timedelta(days=7), NOW + timedelta(days=7, seconds=1)
    assert captcha is not None
    assert term(Trouble.TOO_FAST, RULES, captcha, within) == Term(until=within + 24 * HOUR, times=2, counted_at=within)
    assert term(Trouble.TOO_FAST, RULES, captcha, later) == Term(until=later + 12 * HOUR, times=1, counted_at=later)


def test_what_is_off_pauses_nothing_and_what_is_configured_longer_stays() -> None:
    rules = Rules(pauses={Trouble.CAPTCHA: timedelta(days=30)})
    assert term(Trouble.TOO_FAST, rules, None, NOW) is None
    again = term(Trouble.CAPTCHA, rules, term(Trouble.CAPTCHA, rules, None, NOW), NOW)
    assert again == Term(until=NOW + timedelta(days=30), times=2, counted_at=NOW)


@pytest.mark.parametrize(
    ("reason", "said", "meant"),
    [
        (Reason.NEEDS_HUMAN, Trouble.CAPTCHA, Trouble.CAPTCHA),
        (Reason.NEEDS_HUMAN, None, Trouble.VERIFICATION),
        (Reason.BLOCKED_BY_APP, Trouble.SUSPENDED, Trouble.SUSPENDED),
        (Reason.BLOCKED_BY_APP, None, Trouble.TOO_FAST),
        (Reason.NOT_LOGGED_IN, None, Trouble.LOGGED_OUT),
        (Reason.TIMEOUT, None, None),
        (Reason.WRONG_ACCOUNT, None, None),
        (None, None, None),
    ],
)
def test_what_a_script_does_not_say_its_reason_says(
    reason: Reason | None, said: Trouble | None, meant: Trouble | None
) -> None:
    assert Report(reason=reason, trouble=said).against_account is meant


def test_r24_a_row_grows_by_one_kind_begins_again_with_another_and_ends_with_a_completed_task() -> None:
    row = None
    for reason in (Reason.TIMEOUT, Reason.TIMEOUT, Reason.USER_NOT_FOUND, Reason.TIMEOUT):
        row = row_after(row, reason)
    assert row == Row(reason=Reason.TIMEOUT, count=3)
    assert row_after(row, Reason.APP_CHANGED) == Row(reason=Reason.APP_CHANGED, count=1)
    assert row_after(row, None) is None


@pytest.mark.parametrize("reason", [reason for reason, counts in trouble.OF_THE_PHONE.items() if not counts])
def test_what_is_not_the_phones_begins_no_row(reason: Reason) -> None:
    assert row_after(None, reason) is None


CAPTCHA = Pause(
    subject=PauseSubject.ACCOUNT, platform="tiktok", username="shop.one", serial="R58M1", reason="captcha", since=NOW,
    by=DROVER, task_id=7,
)  # fmt: skip
NAMELESS = Pause(
    subject=PauseSubject.ACCOUNT, platform="instagram", serial="R58M1", reason="logged_out", since=NOW, by=DROVER
)
PHONE = Pause(
    subject=PauseSubject.DEVICE, serial="R58M1", reason=FAILURES, words="5 tasks in a row", since=NOW, by=DROVER,
    task_id=9,
)  # fmt: skip
BY_HAND = Pause(
    subject=PauseSubject.ACCOUNT, platform="tiktok", username="me", reason=PERSON, words="new", since=NOW, by=PERSON
)


@pytest.mark.parametrize(
    ("pause", "who", "found", "fix", "release"),
    [
        (
            CAPTCHA, "@shop.one on tiktok", "met a captcha (task 7)", "answer it on phone R58M1 by hand",
            "droverctl account resume shop.one",
        ),
        (
            NAMELESS, "the instagram account on phone R58M1", "is logged out", "log in on phone R58M1",
            "droverctl device resume R58M1",
        ),
        (
            PHONE, "phone R58M1", "is paused: 5 tasks in a row",
            "look at phone R58M1 and at the evidence of task 9", "droverctl device resume R58M1",
        ),
        (BY_HAND, "@me on tiktok", "is paused (new)", "", "droverctl account resume me"),
    ],
)  # fmt: skip
def test_words(pause: Pause, who: str, found: str, fix: str, release: str) -> None:
    assert trouble.who(pause) == who
    assert trouble.found(pause) == found
    assert trouble.fix(pause) == fix
    assert trouble.release(pause) == release


def test_every_trouble_has_its_words() -> None:
    for found in Trouble:
        pause = Pause(
            subject=PauseSubject.ACCOUNT, platform="tiktok", username="me", serial="R58M1", reason=found.value,
            since=NOW, by=DROVER,
        )  # fmt: skip
        assert "{" not in trouble.fix(pause) + trouble.found(pause)


# --- what a person asks for


def test_a_phone_whose_tasks_fail_is_said_with_their_kind() -> None:
    said = trouble.in_a_row(Row(reason=Reason.TIMEOUT, count=5))
    assert said == "5 tasks in a row failed there with timeout, whatever their account"
    assert replace(RULES, failures_in_a_row=5) == RULES
