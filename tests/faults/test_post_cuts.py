"""Publishing is cut off at some of its calls; `make chaos ARGS=POST` does it at all. And its judge can say no."""

from dataclasses import replace

import pytest

from drover.wire.tasks import Effect, Reason, Status
from tests.chaos import post_cuts
from tests.chaos.delivery import Outcome, violations
from tests.chaos.holding import SCREEN, Place, Walk
from tests.chaos.posting import WAYS

pytestmark = pytest.mark.timeout(300)

PUBLISHED = Outcome(
    status=Status.COMPLETED, reason=None, remark="", retry_safe=True, effects=(Effect.CONFIRMED,), published=1,
    published_at_cut=1,
)  # fmt: skip
AGAIN = replace(PUBLISHED, effects=(Effect.NONE, Effect.CONFIRMED), published_at_cut=0)
UNKNOWN = replace(
    PUBLISHED, status=Status.FAILED, reason=Reason.OUTCOME_UNKNOWN, retry_safe=False, effects=(Effect.INTENT,),
    files=("drover-1-1-1.mp4",),
)  # fmt: skip
REJECTED = replace(UNKNOWN, reason=Reason.REJECTED, retry_safe=True, published=0, published_at_cut=0, files=())
USED_UP = replace(REJECTED, reason=Reason.DEVICE_LOST, effects=(Effect.NONE,) * 3)


def test_r01_r02_r04_a_post_that_is_cut_off_is_published_at_most_once() -> None:
    found = post_cuts.run(3, ways=WAYS[:1], phones=3)
    assert (found.violations, found.trials) == ([], 12)


@pytest.mark.parametrize("seen", [PUBLISHED, AGAIN, UNKNOWN, replace(UNKNOWN, published=0), REJECTED, USED_UP])
def test_the_judge_accepts_every_end_within_the_rules(seen: Outcome) -> None:
    assert list(violations(seen)) == []


@pytest.mark.parametrize(
    "seen",
    [
        replace(PUBLISHED, published=2),
        replace(PUBLISHED, published=0),
        replace(PUBLISHED, effects=(Effect.SENT,)),
        replace(PUBLISHED, files=("drover-1-1-1.mp4",)),
        replace(PUBLISHED, drafts=1),
        replace(AGAIN, published_at_cut=1),
        replace(AGAIN, effects=(Effect.INTENT, Effect.CONFIRMED)),
        replace(AGAIN, status=Status.PENDING),
        replace(UNKNOWN, retry_safe=True),
        replace(UNKNOWN, retried=True),
        replace(UNKNOWN, effects=(Effect.NONE,)),
        replace(UNKNOWN, reason=Reason.DEVICE_LOST),
        replace(REJECTED, published=1),
        replace(USED_UP, effects=(Effect.NONE,)),
        replace(USED_UP, retry_safe=False),
        replace(USED_UP, published=1),
    ],
    ids=str,
)
def test_the_judge_reports_every_end_against_the_rules(seen: Outcome) -> None:
    assert list(violations(seen)) != []


def test_readings_of_the_screen_are_counted_from_the_last_other_call() -> None:
    walk = Walk()
    names = ["ping", SCREEN, SCREEN, "click", SCREEN, "click"]
    assert [walk.place(name) for name in names] == [
        Place(call="ping", number=1),
        Place(call="ping", number=1, look=1),
        Place(call="ping", number=1, look=2),
        Place(call="click", number=1),
        Place(call="click", number=1, look=1),
        Place(call="click", number=2),
    ]
