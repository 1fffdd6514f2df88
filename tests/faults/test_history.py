"""A long mixed history, short; `make chaos ARGS=HISTORY` makes one of 3,000 tasks. And its judge can say no."""

from dataclasses import replace

import pytest

from drover.wire.tasks import Effect, Reason, Status
from phonesim.apps.faults import FAULTS as OF_APPS
from phonesim.faults import DEVICE_FAULTS
from tests.chaos import history
from tests.chaos.history_faults import FAULTS, WITHOUT
from tests.chaos.history_rules import Row, Seen, Wanted, violations

TASKS = 200

POST = Wanted(task_id=7, kind="post", app="tiktok", serial="R58M1", account="shop")
FOLLOW = replace(POST, kind="follow", target="ada")
DONE = Row(status=Status.COMPLETED, effect=Effect.CONFIRMED)
NOT_DONE = Row(status=Status.FAILED, effect=Effect.NONE, reason=Reason.UPLOAD_FAILED)
UNKNOWN = Row(status=Status.FAILED, effect=Effect.UNKNOWN, reason=Reason.OUTCOME_UNKNOWN, retry_safe=False)
ONCE = Seen(count=1, accounts=("shop",))
NEVER = Seen()


@pytest.mark.timeout(900)
def test_case_b1_a_long_history_on_the_same_phones_changes_no_verdict() -> None:
    found = history.run(TASKS)
    assert (found.violations, found.trials) == ([], TASKS), found.figure


@pytest.mark.parametrize(
    ("row", "seen"), [(DONE, ONCE), (NOT_DONE, NEVER), (UNKNOWN, ONCE), (UNKNOWN, NEVER), (None, ONCE), (None, NEVER)]
)
def test_the_judge_accepts_histories_that_are_right(row: Row | None, seen: Seen) -> None:
    assert list(violations(POST, row, seen)) == []


@pytest.mark.parametrize(
    ("wanted", "row", "seen"),
    [
        (POST, DONE, NEVER),
        (POST, NOT_DONE, ONCE),
        (POST, DONE, Seen(count=2, accounts=("shop", "shop"))),
        (POST, None, Seen(count=2, accounts=("shop", "shop"))),
        (POST, DONE, Seen(count=1, accounts=("studio",))),
        (POST, replace(UNKNOWN, retry_safe=True), ONCE),
        (POST, replace(NOT_DONE, status=Status.PENDING), NEVER),
        (FOLLOW, replace(DONE, effect=Effect.NONE), NEVER),
        (FOLLOW, NOT_DONE, ONCE),
    ],
)
def test_the_judge_reports_histories_that_are_wrong(wanted: Wanted, row: Row | None, seen: Seen) -> None:
    assert list(violations(wanted, row, seen)) != []


def test_a_history_knows_every_fault() -> None:
    assert {name for name, _ in FAULTS} | set(WITHOUT) == {*OF_APPS, *DEVICE_FAULTS}
